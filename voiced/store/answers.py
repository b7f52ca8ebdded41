"""Answers that are kept for a while, in the file: it is encrypted and erased with it. Implements `Answers`."""

import time
from collections.abc import Callable
from functools import partial

import apsw

from voiced.core.history import Privacy
from voiced.core.ports.answers import CacheStatus
from voiced.store.db import Database

KEPT: tuple[Privacy, ...] = ("public", "personal")
"""What is more private is asked again each time."""
_USE = "UPDATE answers SET used_at = ?1, hits = hits + 1 WHERE id = ?2 AND expires_at > ?1 RETURNING content"
_PUT = """
INSERT INTO answers (id, kind, privacy, content, bytes, made_at, expires_at, used_at)
VALUES (?, 'search', ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET privacy = excluded.privacy, content = excluded.content, bytes = excluded.bytes,
  made_at = excluded.made_at, expires_at = excluded.expires_at, used_at = excluded.used_at
"""
_TOO_MUCH = """
DELETE FROM answers WHERE number IN (
  SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY used_at DESC, number DESC) AS total FROM answers)
  WHERE total > ?)
"""


class StoredAnswers:
    """Keeps answers within bounds of time and room.

    Args:
        database: the file.
        megabytes: room that all answers may have.
        now: tells the time, in seconds since 1970 (UTC).
    """

    def __init__(self, database: Database, megabytes: float, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._limit = round(megabytes * 1_000_000)
        self._now = now

    async def get(self, key: str) -> str | None:
        """See `Answers`."""
        now = self._now()
        return await self._database.write(lambda connection: connection.execute(_USE, (now, key)).get)

    async def put(self, key: str, content: str, *, seconds: float, privacy: Privacy) -> bool:
        """See `Answers`."""
        now, size = self._now(), len(content.encode())
        row = (key, privacy, content, size, now, now + seconds, now)
        kept = privacy in KEPT and size <= self._limit and seconds > 0
        await self._database.write(partial(_put, key=key, row=row if kept else None, limit=self._limit, now=now))
        return kept

    async def status(self) -> CacheStatus:
        """See `AnswerCache`."""
        return await self._database.read(lambda connection: _status(connection, self._limit))

    async def clear(self) -> int:
        """See `AnswerCache`."""
        return await self._database.write(_clear)


def _put(connection: apsw.Connection, key: str, row: tuple[object, ...] | None, limit: int, now: float) -> None:
    if row is None:
        connection.execute("DELETE FROM answers WHERE id = ?", (key,))
        return
    connection.execute(_PUT, row)  # type: ignore[arg-type]
    connection.execute("DELETE FROM answers WHERE expires_at <= ?", (now,))
    connection.execute(_TOO_MUCH, (limit,))


def _status(connection: apsw.Connection, limit: int) -> CacheStatus:
    sums = "SELECT count(*), ifnull(sum(bytes), 0), ifnull(sum(hits), 0) FROM answers"
    count, size, hits = connection.execute(sums).fetchall()[0]
    return CacheStatus(int(count), int(size), limit, int(hits))  # type: ignore[arg-type]


def _clear(connection: apsw.Connection) -> int:
    connection.execute("DELETE FROM answers")
    return connection.changes()
