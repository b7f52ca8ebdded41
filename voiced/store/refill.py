"""Rows of unknown origin, taken into a table if they can be rows of it."""

from collections.abc import Callable, Sequence
from typing import Any, cast, get_args

import apsw
import msgspec

from voiced.core.errors import InputInvalid
from voiced.core.history import Metadata, Mode, Name, Source
from voiced.store.lines import promise_row
from voiced.store.pages import Value

Check = Callable[[Value], bool]

END_OF_TIME = 253_402_300_800.0
"""The year 10000, in seconds since 1970: no time that was ever written lies after it."""
LONGEST_ID = 200
ZEROS = "\0" * 8
"""So many in a text come of a block that was wiped."""
HIGHEST = {"conversations": 1 << 39, "memories": 1 << 24}
"""Numbers of rows are below it: the places of messages begin with those of conversations, and memories lie below."""


class Table:
    """A table that is filled with what was found.

    Args:
        connection: of the new file.
        name: the table's.
        first: columns it had in its first version. Versions add columns at the end, and SQLite leaves the rows that
            are there as they are: a row may be short.

    Attributes:
        last: columns it has now.
    """

    def __init__(self, connection: apsw.Connection, name: str, first: int) -> None:
        columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{name}')").fetchall()  # noqa: S608
        self.first, self.last = first, len(columns)
        self._connection = connection
        self._highest = HIGHEST.get(name, 1 << 63)
        self._names = [str(column) for column, _ in columns]
        self._promises = name == "promises"
        self._checks = [CHECKS.get(str(column), TYPES[str(kind)]) for column, kind in columns[1:]]
        self._inserts = {count: _insert(name, self._names[:count]) for count in range(first, len(columns) + 1)}

    def put(self, rowid: int, values: tuple[Value, ...]) -> bool:
        """Takes a row in, unless it cannot be one of this table. What is there already stays, unless it is older."""
        # The first column is the row's own number, and stands in the row as NULL.
        if values[0] is not None or not 0 < rowid < self._highest:
            return False
        for value, check in zip(values[1:], self._checks, strict=False):
            if value is not None and not check(value):
                return False
        if self._promises and not _promise(self._names[1 : len(values)], values[1:]):
            return False
        try:
            self._connection.execute(self._inserts[len(values)], (rowid, *values[1:]))
        except apsw.ConstraintError:
            return False
        return True


def _insert(name: str, columns: list[str]) -> str:
    """The statement that takes in a row with the first so many columns."""
    sql = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) ON CONFLICT DO "  # noqa: S608
    if "changed_at" not in columns:
        return sql + "NOTHING"
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"{sql} UPDATE SET {changes} WHERE excluded.changed_at > changed_at"


def _promise(names: Sequence[str], values: Sequence[Value]) -> bool:
    """Whether it can be kept: the daemon is to start with what was saved."""
    try:
        promise_row(names, values)
    except InputInvalid:
        return False
    return True


def _text(value: Value) -> bool:
    return type(value) is str and ZEROS not in value


def _id(value: Value) -> bool:
    return type(value) is str and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _number(value: Value) -> bool:
    return type(value) in (int, float) and abs(cast(float, value)) < float("inf")


def _time(value: Value) -> bool:
    return type(value) in (int, float) and 0 <= cast(float, value) < END_OF_TIME


def _whole(value: Value) -> bool:
    return type(value) is int


def _json(kind: Any) -> Check:  # noqa: ANN401 – a type, as msgspec takes it
    decode = msgspec.json.Decoder(kind).decode

    def check(value: Value) -> bool:
        try:
            return type(value) is str and decode(value) is not None
        except msgspec.MsgspecError:
            return False

    return check


TYPES: dict[str, Check] = {"TEXT": _text, "REAL": _number, "INTEGER": _whole}
"""What a column's type lets in; SQLite itself would turn one into the other."""
CHECKS: dict[str, Check] = {
    "id": _id,
    "mode": lambda value: value in get_args(Mode),
    "tags": _json(list[Name]),
    "metadata": _json(Metadata),
    "sources": _json(list[Source]),
    "source": _json(Source),
    **dict.fromkeys(("at", "made_at", "changed_at", "last_at", "due", "unheard"), _time),
}
"""What the schema does not check, by column."""
