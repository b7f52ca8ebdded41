"""API keys in the file. Implements `core.ports.keys.Keyring`."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from functools import partial
from secrets import token_bytes
from typing import Any

import apsw
import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from voiced.core.errors import InputInvalid, KeyRefused, NotFound, StoreFailed
from voiced.core.ids import new_id
from voiced.core.keys import (
    Allowance,
    Key,
    MadeKey,
    NewKey,
    Scope,
    check_usable,
    fits,
    hash_of,
    new_secret,
    parts_of,
    token_of,
)
from voiced.core.ports.clock import Clock
from voiced.core.tasks import vital
from voiced.core.usage import day
from voiced.store.db import Database
from voiced.store.rows import checked, text

log = logging.getLogger(__name__)

MINUTE_S = 60.0
"""The last use of a key is written no more often, unless many requests were counted since."""
MANY = 0.01
"""That much of a key's day: so little of it is forgotten in a power cut, and so seldom it is written."""
FIELDS = "id, label, scopes, made_at, expires_at, tokens_per_day, requests_per_day, used_at, revoked_at"
_NAMES = FIELDS.split(", ")
_scopes = msgspec.json.Decoder(list[Scope])


class _Counted(Struct):
    """How often a key was used.

    Attributes:
        at: when the last time was, in seconds since 1970 (UTC).
        requests: so often on that local day.
        noted: what of it was written, or is about to be.
    """

    at: float
    requests: int
    noted: int


class StoredKeys:
    """Keeps keys, and proves them. A key that was proven is known, until it is revoked or the process ends.

    Args:
        database: the file, which no other process writes.
        clock: the time, and the zone in which days begin.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._pepper = token_bytes(32)
        self._known: dict[bytes, Key] = {}
        self._counted: dict[str, _Counted] = {}
        self._changes = 0
        # One at a time: whoever guesses keys occupies one core at most, and 16 MB.
        self._hashing = asyncio.Lock()
        self._noting: set[asyncio.Task[None]] = set()

    async def all(self) -> list[Key]:
        """See `Keys`."""
        query = f"SELECT {FIELDS} FROM keys ORDER BY number"  # noqa: S608 (names of our own)
        return await self._database.read(lambda connection: [_key(row) for row in connection.execute(query)])

    async def add(self, new: NewKey) -> MadeKey:
        """See `Keys`."""
        now, new = self._clock.wall(), checked(new)
        if new.expires_at is not None and new.expires_at <= now:
            raise InputInvalid("a key that is over before it begins", hint="Give a later time.")
        secret = new_secret()
        hashed = await asyncio.to_thread(hash_of, secret)
        key = Key(
            id=new_id(),
            label=new.label,
            scopes=sorted(set(new.scopes)),
            made_at=now,
            expires_at=new.expires_at,
            tokens_per_day=new.tokens_per_day,
            requests_per_day=new.requests_per_day,
        )
        await self._database.write(partial(_insert, key=key, hashed=hashed))
        return MadeKey(**asdict(key), token=token_of(key.id, secret))

    async def revoke(self, key: str) -> None:
        """See `Keys`."""
        await self._database.write(partial(_revoke, key=key, now=self._clock.wall()), lambda _: self.forget())

    async def proven(self, token: str) -> Key:
        """See `Keyring`."""
        digest = hashlib.blake2b(token.encode(errors="replace"), key=self._pepper).digest()
        key = self._known.get(digest)
        if key is None:
            async with self._hashing:
                key = self._known.get(digest) or await self._proven(token, digest)
        now = self._clock.wall()
        check_usable(key, now)
        if key.used_at is None or abs(now - key.used_at) >= MINUTE_S:
            # At once: whoever comes while it is written need not write it again.
            self._known[digest] = key = replace(key, used_at=now)
            self._note(key.id, self._today(key))
        return key

    def take(self, key: Key) -> bool:
        """See `Keyring`."""
        if key.requests_per_day is None:
            return True
        counted = self._today(key)
        if counted.requests >= key.requests_per_day:
            return False
        counted.requests += 1
        if counted.requests - counted.noted >= key.requests_per_day * MANY:
            self._note(key.id, counted)
        return True

    def today(self, key: Key) -> Allowance | None:
        """See `Keyring`."""
        if key.requests_per_day is None:
            return None
        now = self._clock.now()
        left = max(0, key.requests_per_day - self._today(key).requests)
        return Allowance(key.requests_per_day, left, day(now, 1).timestamp() - now.timestamp())

    def forget(self) -> None:
        """Knows none any more: rows were changed."""
        self._changes += 1
        self._known.clear()

    async def settled(self) -> None:
        """Writes what was counted, and waits for what is being written."""
        for key, counted in self._counted.items():
            if counted.requests > counted.noted:
                self._note(key, counted)
        if self._noting:
            await asyncio.wait(self._noting)

    async def _proven(self, token: str, digest: bytes) -> Key:
        name, secret = parts_of(token)
        changes = self._changes
        found = await self._database.read(partial(_find, key=name))
        if found is None:
            raise KeyRefused("there is no such key")
        key, hashed, requests = found
        check_usable(key, self._clock.wall())
        if not await asyncio.to_thread(fits, secret, hashed):
            raise KeyRefused("there is no such key")
        if changes != self._changes:  # What was read may be over: it is read once more.
            return await self._proven(token, digest)
        # What was counted already is newer, also than a backup that was restored.
        self._counted.setdefault(key.id, _Counted(key.used_at or 0.0, requests, requests))
        self._known[digest] = key
        return key

    def _today(self, key: Key) -> _Counted:
        """What was counted of a key that is used now: nothing, where that was on another day."""
        now, counted = self._clock.now(), self._counted[key.id]
        if not day(now).timestamp() <= counted.at < day(now, 1).timestamp():
            counted.requests = counted.noted = 0
        counted.at = now.timestamp()
        return counted

    def _note(self, key: str, counted: _Counted) -> None:
        counted.noted = counted.requests
        task = asyncio.create_task(self._used(key, counted), name=f"last use of {key}")
        vital(task)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _used(self, key: str, counted: _Counted) -> None:
        values = (counted.at, counted.requests, key)
        try:
            await self._database.write(lambda connection: connection.execute(_USED, values) and None)
        except StoreFailed as error:
            log.debug("the last use of %s is not kept: %s", key, error.message)


_USED = "UPDATE keys SET used_at = ?, requests = ? WHERE id = ?"


def _insert(connection: apsw.Connection, key: Key, hashed: str) -> None:
    limits = key.tokens_per_day, key.requests_per_day
    values = (key.id, key.label, hashed, text(key.scopes), *limits, key.made_at, key.made_at, key.expires_at)
    columns = "id, label, hash, scopes, tokens_per_day, requests_per_day, made_at, changed_at, expires_at"
    places = ", ".join("?" * len(values))
    # It may be run again after a failure.
    connection.execute(f"INSERT INTO keys ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING", values)  # noqa: S608


def _revoke(connection: apsw.Connection, key: str, now: float) -> None:
    if not connection.execute("SELECT 1 FROM keys WHERE id = ?", (key,)).get:
        raise NotFound(f"there is no key {key}", hint="`voiced keys` lists them.")
    sql = (
        "UPDATE keys SET revoked_at = ?1, changed_at = max(?1, changed_at + 0.001) WHERE id = ?2 AND revoked_at IS NULL"
    )
    connection.execute(sql, (now, key))


Revocations = Sequence[tuple[float, str]]
"""When keys were taken back, and which."""


def revocations(connection: apsw.Connection) -> Revocations:
    """All of them."""
    rows: list[Any] = connection.execute("SELECT revoked_at, id FROM keys WHERE revoked_at IS NOT NULL").fetchall()
    return rows


def revoke_again(connection: apsw.Connection, revoked: Revocations) -> None:
    """Takes back what was taken back in another file: a backup does not bring a lost key to life."""
    with connection:
        sql = "UPDATE keys SET revoked_at = ?1, changed_at = ?1 WHERE id = ?2 AND revoked_at IS NULL"
        connection.executemany(sql, revoked)


def _find(connection: apsw.Connection, key: str) -> tuple[Key, str, int] | None:
    row: Any = connection.execute(f"SELECT {FIELDS}, hash, requests FROM keys WHERE id = ?", (key,)).fetchone()  # noqa: S608
    return (_key(row[:-2]), *row[-2:]) if row else None


def _key(row: tuple[Any, ...]) -> Key:
    values = dict(zip(_NAMES, row, strict=True))
    scopes = _scopes.decode(values.pop("scopes"))
    return Key(**values, scopes=scopes)
