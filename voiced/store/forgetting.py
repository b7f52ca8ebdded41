"""Removing what is to be forgotten, so that no byte of it is left in the file.

Whatever is removed is overwritten (`secure_delete`, in SQLite and in FTS5); `emptied` then empties the log.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
from msgspec.structs import asdict

from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import Message
from voiced.store.conversations import title_of
from voiced.store.rows import MESSAGE, SHIFT, found, message_of, places

BEGINNING = 10
"""Messages at the beginning of a conversation, one of which is most likely the user's."""
EVERYTHING = ("messages", "conversations", "promises")


def forget(connection: apsw.Connection, what: Forget) -> Forgotten:
    """Removes rows.

    Args:
        connection: in a transaction.
        what: it was checked.

    Raises:
        NotFound: there is no such conversation.
    """
    connection.execute("DELETE FROM answers")  # What they rest on is not known.
    if what.everything:
        counts = {name: _removed(connection, name) for name in EVERYTHING}
        return Forgotten(**counts)
    if what.conversation is not None:
        number, count = found(connection, what.conversation, "number, messages")
        connection.execute("DELETE FROM conversations WHERE number = ?", (number,))
        return Forgotten(messages=count, conversations=1)
    if not what.of("message"):
        return Forgotten()
    conditions, values = _conditions(what)
    gone = [row[0] for row in connection.execute(f"SELECT place FROM messages WHERE {conditions}", values)]  # noqa: S608
    touched = sorted({place >> SHIFT for place in gone})
    unnamed = {number for number in touched if _is_unnamed(connection, number)}
    connection.executemany("DELETE FROM messages WHERE place = ?", [(place,) for place in gone])
    left = {number: _first(connection, number) for number in touched}
    for number, messages in left.items():
        if not messages:
            connection.execute("DELETE FROM conversations WHERE number = ?", (number,))
        elif number in unnamed:
            connection.execute("UPDATE conversations SET title = ? WHERE number = ?", (title_of(messages), number))
    return Forgotten(messages=len(gone), conversations=sum(not messages for messages in left.values()))


def all_spaces(connection: apsw.Connection) -> list[str]:
    """All spaces in which there is something."""
    return [str(row[0]) for row in connection.execute("SELECT DISTINCT space FROM conversations ORDER BY 1")]


def total(parts: Iterable[Forgotten]) -> Forgotten:
    """All of some together."""
    sums = Counter[str]()
    for part in parts:
        sums.update(asdict(part))
    return Forgotten(**sums)


def _removed(connection: apsw.Connection, table: str) -> int:
    count: Any = connection.execute(f"SELECT count(*) FROM {table}").get  # noqa: S608 (names of our own)
    connection.execute(f"DELETE FROM {table}")  # noqa: S608
    return int(count)


def _conditions(what: Forget) -> tuple[str, Sequence[Any]]:
    """Which messages, as SQL."""
    if what.ids:
        return f"id IN ({', '.join('?' * len(what.ids))})", what.ids
    if what.turn is not None:
        return "turn = ?", (what.turn,)
    clauses = {
        "at >= ?": what.since,
        "at < ?": what.until,
        "place >> 24 IN (SELECT number FROM conversations WHERE space = ?)": what.space,
    }
    given = {clause: value for clause, value in clauses.items() if value is not None}
    return " AND ".join(given) or "TRUE", tuple(given.values())


def _is_unnamed(connection: apsw.Connection, number: int) -> bool:
    """Whether nobody has named a conversation: then its first words have, which may be to be forgotten."""
    title: Any = connection.execute("SELECT title FROM conversations WHERE number = ?", (number,)).get
    return title == title_of(_first(connection, number))


def _first(connection: apsw.Connection, number: int) -> list[Message]:
    """The messages at the beginning of a conversation."""
    query = f"SELECT {MESSAGE} FROM messages WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?"  # noqa: S608
    return [message_of(row, "") for row in connection.execute(query, (*places(number), BEGINNING))]
