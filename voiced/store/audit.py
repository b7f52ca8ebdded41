"""The audit log in the file, which is only added to. Implements `core.ports.audit.Audit`."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import apsw

from voiced.core.errors import StoreFailed
from voiced.core.history import Page
from voiced.core.ids import new_id
from voiced.core.ports.audit import Entry
from voiced.core.tasks import vital
from voiced.store.db import Database
from voiced.store.lists import bounded, moment

log = logging.getLogger(__name__)

DAY_S = 86_400.0
HOUR_S = 3_600.0
"""From one look for what is too old to the next."""
MOST_WAITING = 1_000
"""Entries that a disk may keep waiting; then the oldest of them are lost."""
CLOSING_S = 0.5
_FIELDS = "id, at, who, action, subject, result"


class StoredAudit:
    """Takes note of what is done, and writes it beside all other work.

    Args:
        database: the file.
        days: how long it is kept.
        now: tells the time, in seconds since 1970 (UTC).
    """

    def __init__(self, database: Database, days: float, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._days = days
        self._now = now
        self._waiting: deque[Entry] = deque(maxlen=MOST_WAITING)
        self._writing: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")

    def note(self, who: str, action: str, subject: str, result: str) -> None:
        """See `Audit`. What a disk does not take is tried again with the next entry."""
        now = self._now()
        self._waiting.append(Entry(id=new_id(), at=now, who=who, action=action, subject=subject, result=result))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="audit")
            vital(self._writing)

    async def entries(self, since: float = 0.0, limit: int = 100, cursor: str | None = None) -> Page[Entry]:
        """See `AuditLog`."""
        return await self._database.read(partial(_entries, since=since, limit=bounded(limit), cursor=cursor))

    async def settled(self) -> None:
        """Waits a little for what is still on its way."""
        if self._writing:
            await asyncio.wait([self._writing], timeout=CLOSING_S)

    async def _write(self) -> None:
        while self._waiting:
            entries, now = list(self._waiting), self._now()
            look = abs(now - self._looked_at) >= HOUR_S
            before = now - self._days * DAY_S if look else None
            try:
                await self._database.write(partial(_append, entries=entries, before=before))
            except StoreFailed as error:
                # Whoever watches the store is told once.
                log.debug("the audit log cannot be written: %s", error.message)
                return
            self._looked_at = now if look else self._looked_at
            written = {entry.id for entry in entries}
            while self._waiting and self._waiting[0].id in written:
                self._waiting.popleft()


def _append(connection: apsw.Connection, entries: Sequence[Entry], before: float | None) -> None:
    rows = [(each.id, each.at, each.who, each.action, each.subject, each.result) for each in entries]
    connection.executemany(f"INSERT INTO audit ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 (names of our own)
    if before is not None:
        _retain(connection, before)


def _retain(connection: apsw.Connection, before: float) -> None:
    """Removes what is older: the one way out of the log, see the migration that made it."""
    if connection.execute("SELECT 1 FROM audit WHERE at < ? LIMIT 1", (before,)).get:
        connection.execute("UPDATE audit_retention SET before = ?", (before,))
        connection.execute("DELETE FROM audit WHERE at < ?", (before,))
        connection.execute("UPDATE audit_retention SET before = 0")


def _entries(connection: apsw.Connection, since: float, limit: int, cursor: str | None) -> Page[Entry]:
    after = "AND (at, number) < (?, ?)" if cursor else ""
    query = f"SELECT number, {_FIELDS} FROM audit WHERE at >= ? {after} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608
    values = (since, *(moment(cursor) if cursor else ()), limit + 1)
    rows: list[Any] = connection.execute(query, values).fetchall()
    page = rows[:limit]
    following = f"{page[-1][2]!r}:{page[-1][0]}" if len(rows) > limit else None
    names = _FIELDS.split(", ")
    return Page([Entry(**dict(zip(names, row[1:], strict=True))) for row in page], following)
