"""Lists of conversations and messages, page by page, and counts of them."""

from datetime import datetime, tzinfo
from math import isfinite
from typing import Any

import apsw

from voiced.core.errors import InputInvalid
from voiced.core.history import Conversation, Message, Page, Statistics, Wanted
from voiced.store.rows import CONVERSATION, MESSAGE, MOST, SHIFT, conversation_of, match, message_of, places

LONGEST = 1_000
"""Items in a page, whatever is asked for."""
DAYS = 366
QUARTER_S = 900
LARGEST = 2**63 - 1
"""An integer of SQLite's."""
_IN_TITLE = "title LIKE ? ESCAPE '\\'"
_IN_MESSAGES = f"number IN (SELECT rowid >> {SHIFT} FROM words WHERE words MATCH ?)"  # noqa: S608 (a number of our own)


def conversations(connection: apsw.Connection, wanted: Wanted) -> Page[Conversation]:
    """Those that fit, the one that was talked in last first."""
    words = match(wanted.text or "")
    rules: list[tuple[str, tuple[Any, ...]]] = [
        ("space = ?", (wanted.space,)) if wanted.space is not None else ("", ()),
        ("user = ?", (wanted.user,)) if wanted.user is not None else ("", ()),
        ("status = ?", (wanted.status,)) if wanted.status else ("status != 'deleted'", ()),
        ("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", (wanted.tag,)) if wanted.tag else ("", ()),
        (f"({_IN_TITLE} OR {_IN_MESSAGES})", (_like(wanted.text or ""), words)) if words else ("", ()),
        ("(last_at, number) < (?, ?)", moment(wanted.cursor)) if wanted.cursor else ("", ()),
    ]
    where = " AND ".join(rule for rule, _ in rules if rule)
    values = [value for _, given in rules for value in given]
    query = f"SELECT {CONVERSATION} FROM conversations WHERE {where} ORDER BY last_at DESC, number DESC LIMIT ?"  # noqa: S608
    rows = connection.execute(query, (*values, wanted.limit + 1)).fetchall()
    page = rows[: wanted.limit]
    following = f"{page[-1][9]!r}:{page[-1][0]}" if len(rows) > wanted.limit else None
    return Page([conversation_of(row) for row in page], following)


def messages(
    connection: apsw.Connection, conversation: tuple[Any, ...], limit: int, cursor: str | None
) -> Page[Message]:
    """Those of a conversation, the oldest first."""
    limit = bounded(limit)
    first, end = places(conversation[0])
    after = first + _number(cursor) if cursor else first
    query = f"SELECT {MESSAGE} FROM messages WHERE place > ? AND place <= ? ORDER BY place LIMIT ?"  # noqa: S608
    rows = connection.execute(query, (after, end, limit + 1)).fetchall()
    page = [message_of(row, conversation[1]) for row in rows[:limit]]
    return Page(page, str(page[-1].number) if len(rows) > limit else None)


def recent(
    connection: apsw.Connection,
    limit: int,
    cursor: str | None,
    text: str | None,
    space: str | None,
    turn: str | None,
) -> Page[Message]:
    """Those of all conversations that are not deleted, the newest first."""
    limit, words = bounded(limit), match(text or "")
    rules: list[tuple[str, tuple[Any, ...]]] = [
        ("conversations.status != 'deleted'", ()),
        ("place IN (SELECT rowid FROM words WHERE words MATCH ?)", (words,)) if words else ("", ()),
        ("conversations.space = ?", (space,)) if space is not None else ("", ()),
        ("messages.turn = ?", (turn,)) if turn is not None else ("", ()),
        ("(at, place) < (?, ?)", moment(cursor)) if cursor else ("", ()),
    ]
    columns = ", ".join(f"messages.{name}" for name in MESSAGE.split(", "))
    where = " AND ".join(rule for rule, _ in rules if rule)
    query = f"""
        SELECT {columns}, conversations.id
        FROM messages JOIN conversations ON conversations.number = messages.place >> {SHIFT}
        WHERE {where} ORDER BY at DESC, place DESC LIMIT ?
    """  # noqa: S608 (names of our own)
    values = [value for _, given in rules for value in given]
    rows: list[Any] = connection.execute(query, (*values, limit + 1)).fetchall()
    page = rows[:limit]
    following = f"{page[-1][4]!r}:{page[-1][0]}" if len(rows) > limit else None
    return Page([message_of(row[:-1], row[-1]) for row in page], following)


def statistics(connection: apsw.Connection, zone: tzinfo) -> Statistics:
    """Counts of everything, with days as they are in a zone."""

    def counted(what: str, table: str = "messages") -> dict[str, int]:
        query = f"SELECT {what}, count(*) FROM {table} WHERE {what} IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 366"  # noqa: S608
        rows: list[Any] = connection.execute(query).fetchall()
        return dict(reversed(rows))

    sums = "SELECT count(*), ifnull(sum(tokens_in), 0), ifnull(sum(tokens_out), 0) FROM messages"
    row: Any = connection.execute(sums).fetchone()
    total, tokens_in, tokens_out = row
    return Statistics(
        conversations=counted("status", "conversations"),
        messages=total,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        roles=counted("role"),
        channels=counted("channel"),
        models=counted("model"),
        tiers=counted("tier"),
        days=_days(connection, zone),
    )


def _days(connection: apsw.Connection, zone: tzinfo) -> dict[str, int]:
    """Messages by local day: by quarters of an hour at first, since every zone's days begin with one."""
    days: dict[str, int] = {}
    query = f"SELECT CAST(at / {QUARTER_S} AS INTEGER), count(*) FROM messages GROUP BY 1 ORDER BY 1 DESC"  # noqa: S608 (a number of our own)
    rows: list[Any] = connection.execute(query).fetchall()
    for quarter, count in rows:
        day = datetime.fromtimestamp(quarter * QUARTER_S, zone).date().isoformat()
        if day not in days and len(days) == DAYS:
            break
        days[day] = days.get(day, 0) + count
    return dict(reversed(days.items()))


def bounded(limit: int) -> int:
    """How many items a page may have.

    Raises:
        InputInvalid: it is out of bounds.
    """
    if not 1 <= limit <= LONGEST:
        raise InputInvalid(f"limit: from 1 to {LONGEST}", hint="Ask for less, and go on with the cursor.")
    return limit


def _like(words: str) -> str:
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def moment(cursor: str) -> tuple[float, int]:
    """The time and the number at which a page ended.

    Raises:
        InputInvalid: the cursor is none.
    """
    at, _, number = cursor.partition(":")
    try:
        found = float(at), int(number)
    except ValueError as error:
        raise _no_cursor(cursor) from error
    if not isfinite(found[0]) or not 0 <= found[1] <= LARGEST:
        raise _no_cursor(cursor)
    return found


def _number(cursor: str) -> int:
    """The number of the message at which a page ended."""
    try:
        number = int(cursor)
    except ValueError as error:
        raise _no_cursor(cursor) from error
    if not 0 <= number <= MOST:
        raise _no_cursor(cursor)
    return number


def _no_cursor(cursor: str) -> InputInvalid:
    return InputInvalid(f"{cursor!r} is no cursor", hint="Use the one of the page before, as it is.")
