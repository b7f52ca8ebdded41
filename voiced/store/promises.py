"""Timers, alarms and reminders in the file. Implements `core.ports.promises.PromiseStore`."""

from collections.abc import Sequence
from datetime import tzinfo

import apsw
import msgspec
from msgspec.structs import replace

from voiced.core.promises import Promise, Schedule
from voiced.core.recurrence import next_due
from voiced.store.db import Database

FIELDS = "id, kind, name, state, made_at, changed_at, due, seconds, monotonic, boot, schedule, unheard"
_NAMES = FIELDS.split(", ")
_SAVE = f"""
INSERT INTO promises ({FIELDS}) VALUES ({", ".join("?" * len(_NAMES))})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])}
"""  # noqa: S608 (names of our own)
_schedule = msgspec.json.Decoder(Schedule)


class StoredPromises:
    """Keeps promises.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def active(self) -> list[Promise]:
        """See `PromiseStore`."""
        query = f"SELECT {FIELDS} FROM promises WHERE state = 'active' ORDER BY due"  # noqa: S608 (the same)
        return await self._database.read(lambda connection: [promise_of(row) for row in connection.execute(query)])

    async def past(self, limit: int) -> list[Promise]:
        """See `PromiseStore`."""
        query = f"SELECT {FIELDS} FROM promises WHERE state != 'active' ORDER BY changed_at DESC LIMIT ?"  # noqa: S608
        return await self._database.read(
            lambda connection: [promise_of(row) for row in connection.execute(query, (limit,))]
        )

    async def save(self, promises: Sequence[Promise]) -> None:
        """See `PromiseStore`."""
        rows = [row_of(promise) for promise in promises]
        await self._database.write(lambda connection: save(connection, rows))


def save(connection: apsw.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Writes rows of `FIELDS`."""
    connection.executemany(_SAVE, rows)  # type: ignore[arg-type]


def row_of(promise: Promise) -> tuple[object, ...]:
    """Writes a row of `FIELDS`."""
    schedule = msgspec.json.encode(promise.schedule).decode() if promise.schedule else None
    return tuple(schedule if name == "schedule" else getattr(promise, name) for name in _NAMES)


def promise_of(row: tuple[object, ...]) -> Promise:
    """Reads a row of `FIELDS`."""
    values = dict(zip(_NAMES, row, strict=True))
    schedule = values.pop("schedule")
    return Promise(**values, schedule=_schedule.decode(str(schedule)) if schedule else None)  # type: ignore[arg-type]


def settled(promise: Promise, now: float, zone: tzinfo) -> Promise:
    """A promise of another file or another time, as it is taken in: what was due since then was told long ago.

    It counted on the monotonic clock of another machine or another boot: from now on the wall clock counts.

    Args:
        promise: as it was.
        now: seconds since 1970 (UTC).
        zone: of local time.
    """
    promise = replace(promise, monotonic=None, boot="", unheard=None)
    if promise.state != "active" or (promise.due is not None and promise.due > now):
        return promise
    if promise.schedule is not None and promise.schedule.days:
        return replace(promise, due=next_due(promise.schedule, now, zone))
    return replace(promise, state="done")
