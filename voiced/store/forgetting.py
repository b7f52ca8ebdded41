"""Removing what is to be forgotten, so that no byte of it is left in the file.

Whatever is removed is overwritten (`secure_delete`, in SQLite and in FTS5), its vectors too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
from msgspec import json
from msgspec.structs import asdict

from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import Message, title_of
from voiced.store.rows import MESSAGE, SHIFT, found, message_of, places

BEGINNING = 10
"""Messages at the beginning of a conversation, one of which is most likely the user's."""
EVERYTHING = ("messages", "conversations", "memories", "promises", "entries")


def forget(connection: apsw.Connection, what: Forget, *, notes: bool = True) -> Forgotten:
    """Removes rows.

    Args:
        connection: in a transaction.
        what: it was checked.
        notes: a note goes with the message that asked for it, whose words it has; else it outlives it.

    Raises:
        NotFound: there is no such conversation.
    """
    gone = _forget(connection, what, notes=notes)
    if not gone.nothing:
        connection.execute("DELETE FROM answers")  # What they rest on is not known.
    return gone


def _forget(connection: apsw.Connection, what: Forget, *, notes: bool) -> Forgotten:
    if what.everything:
        return Forgotten(**{name: _removed(connection, name, "TRUE", ()) for name in EVERYTHING})
    messages, values = _messages(connection, what)
    gone: list[Any] = connection.execute(f"SELECT place, id FROM messages WHERE {messages}", values).fetchall()  # noqa: S608
    touched = sorted({place >> SHIFT for place, _ in gone})
    if what.conversation is not None:
        touched = [found(connection, what.conversation, "number")[0]]
    unnamed = {number for number in touched if _is_unnamed(connection, number)}
    connection.executemany("DELETE FROM messages WHERE place = ?", [(place,) for place, _ in gone])
    left = {number: _first(connection, number) for number in touched}
    for number, beginning in left.items():
        if not beginning:
            connection.execute("DELETE FROM conversations WHERE number = ?", (number,))
        elif number in unnamed:
            connection.execute("UPDATE conversations SET title = ? WHERE number = ?", (title_of(beginning), number))
    memories = _removed(connection, "memories", *_memories(what))
    asked = json.encode([id_ for _, id_ in gone]).decode()
    if notes:
        rule = "source ->> 'reference' IN (SELECT value FROM json_each(?))"
        memories += _removed(connection, "memories", rule, (asked,))
    entries = _removed(connection, "entries", *_entries(what))
    return Forgotten(len(gone), sum(not beginning for beginning in left.values()), memories, entries=entries)


def all_spaces(connection: apsw.Connection) -> list[str]:
    """All spaces in which there is something."""
    return [
        str(row[0]) for row in connection.execute("SELECT space FROM conversations UNION SELECT space FROM memories")
    ]


def total(parts: Iterable[Forgotten]) -> Forgotten:
    """All of some together."""
    sums = Counter[str]()
    for part in parts:
        sums.update(asdict(part))
    return Forgotten(**sums)


def _removed(connection: apsw.Connection, table: str, rule: str, values: Sequence[Any]) -> int:
    connection.execute(f"DELETE FROM {table} WHERE {rule}", values)  # noqa: S608 (names of our own)
    return connection.changes()


def _messages(connection: apsw.Connection, what: Forget) -> tuple[str, Sequence[Any]]:
    """Which messages, as SQL."""
    if not what.of("message"):
        return "FALSE", ()
    if what.ids:
        return f"id IN ({', '.join('?' * len(what.ids))})", what.ids
    if what.turn is not None:
        return "turn = ?", (what.turn,)
    if what.conversation is not None:
        return "place BETWEEN ? AND ?", places(found(connection, what.conversation, "number")[0])
    return _fitting(what, "place >> 24 IN (SELECT number FROM conversations WHERE space = ?)")


def _memories(what: Forget) -> tuple[str, Sequence[Any]]:
    """Which notes and pieces of documents, as SQL."""
    if what.ids:
        return f"id IN ({', '.join('?' * len(what.ids))})", what.ids
    kinds = [kind for kind in ("note", "document") if what.of(kind)]
    if what.turn is not None or what.conversation is not None or not kinds:
        return "FALSE", ()
    rule, values = _fitting(what, "space = ?")
    return f"{rule} AND kind IN ({', '.join('?' * len(kinds))})", (*values, *kinds)


def _entries(what: Forget) -> tuple[str, Sequence[Any]]:
    """Which entries of lists, as SQL: they are of no kind of memory."""
    if what.ids:
        return f"id IN ({', '.join('?' * len(what.ids))})", what.ids
    if what.turn is not None or what.conversation is not None or what.kinds:
        return "FALSE", ()
    return _fitting(what, "space = ?")


def _fitting(what: Forget, space: str) -> tuple[str, Sequence[Any]]:
    clauses = {"at >= ?": what.since, "at < ?": what.until, space: what.space}
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
