"""Lists in the file. Implements `core.ports.lists.Lists`."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import apsw

from voiced.core.errors import InputInvalid
from voiced.core.ids import new_id
from voiced.core.lists import LONGEST_LIST, Entry, ListSummary, list_name
from voiced.store.db import Database
from voiced.store.rows import checked

ENTRY = "id, list, text, at, space"
_NAMES = ENTRY.split(", ")
_INSERT = f"INSERT INTO entries ({ENTRY}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1"  # noqa: S608 (names of our own)


class StoredLists:
    """Keeps lists.

    Args:
        database: the file.
        space: where these lists belong.
        now: tells the time, in seconds since 1970 (UTC).
    """

    def __init__(self, database: Database, space: str = "home", now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._space = space
        self._now = now

    async def all(self) -> list[ListSummary]:
        """See `Lists`."""
        query = "SELECT list, count(*) FROM entries WHERE space = ? GROUP BY list ORDER BY list"

        def job(connection: apsw.Connection) -> list[ListSummary]:
            rows: list[Any] = connection.execute(query, (self._space,)).fetchall()
            return [ListSummary(*row) for row in rows]

        return await self._database.read(job)

    async def entries(self, name: str) -> list[Entry]:
        """See `Lists`."""
        query = f"SELECT {ENTRY} FROM entries WHERE space = ? AND list = ? ORDER BY number"  # noqa: S608 (the same)

        def job(connection: apsw.Connection) -> list[Entry]:
            return [entry_of(row) for row in connection.execute(query, (self._space, list_name(name)))]

        return await self._database.read(job)

    async def add(self, name: str, texts: Sequence[str]) -> list[Entry]:
        """See `Lists`."""
        name, now = list_name(name), self._now()
        words = [" ".join(text.split()) for text in texts]
        new = [checked(Entry(id=new_id(), list=name, text=text, at=now, space=self._space)) for text in words]
        if not new:
            raise InputInvalid("there is nothing to put on the list", hint="Give at least one thing.")

        def job(connection: apsw.Connection) -> list[Entry]:
            added = [entry for entry in new if keep(connection, [entry])]
            query = "SELECT count(*) FROM entries WHERE space = ? AND list = ?"
            if connection.execute(query, (self._space, name)).get > LONGEST_LIST:
                raise InputInvalid(f"more than {LONGEST_LIST} entries on a list", hint="Remove some of them first.")
            return added

        return await self._database.write(job)

    async def remove(self, entries: Sequence[str]) -> int:
        """See `Lists`."""

        def job(connection: apsw.Connection) -> int:
            delete = "DELETE FROM entries WHERE id = ? AND space = ? RETURNING 1"
            return sum(len(connection.execute(delete, (each, self._space)).fetchall()) for each in entries)

        return await self._database.write(job)


def keep(connection: apsw.Connection, entries: Sequence[Entry]) -> int:
    """Writes entries; returns how many were not there yet."""
    return sum(len(connection.execute(_INSERT, _row_of(entry)).fetchall()) for entry in entries)


def entry_of(row: Sequence[Any]) -> Entry:
    """Reads a row of `ENTRY`."""
    return Entry(**dict(zip(_NAMES, row, strict=True)))


def _row_of(entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in _NAMES)
