"""What turns take, in the file. Implements `core.ports.usage.Meter`."""

import logging
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import apsw
from msgspec.structs import replace

from voiced.core.config_keeping import UsageConfig
from voiced.core.errors import StoreFailed
from voiced.core.ports.clock import Clock
from voiced.core.usage import FIGURES, By, Limit, Sum, Use, check_limits, cost, day, month, total
from voiced.store.db import Database
from voiced.store.lists import QUARTER_S

log = logging.getLogger(__name__)

_FIELDS = ("id", "at", "turn", "model", "conversation", "key", *FIGURES)
_ADD = f"INSERT INTO usage ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))}) ON CONFLICT DO NOTHING"  # noqa: S608 (names of our own)
_SUMS = ", ".join(f"sum({name})" for name in FIGURES)
_TOKENS = "tokens_in + tokens_out"


class StoredUsage:
    """Counts what turns take.

    Args:
        database: the file.
        config: prices and budgets.
        clock: the time, and the zone in which days begin.
    """

    def __init__(self, database: Database, config: UsageConfig, clock: Clock) -> None:
        self._database = database
        self._config = config
        self._clock = clock
        self._works = True

    async def add(self, use: Use) -> None:
        """See `Meter`."""
        use = replace(use, cost=cost(use, self._config.prices))
        row = tuple(getattr(use, name) for name in _FIELDS)
        await self._database.write(lambda connection: connection.execute(_ADD, row) and None)

    async def sums(self, by: By = "day", since: float = 0.0) -> list[Sum]:
        """See `Usage`."""
        if by == "day":
            return await self._database.read(lambda connection: self._days(connection, since))
        sums = await self._database.read(lambda connection: _sums(connection, f"ifnull({by}, '')", since))
        return sorted(sums, key=lambda each: (-each.cost, -each.tokens_in - each.tokens_out, each.name))

    async def limits(self) -> list[Limit]:
        """See `Usage`."""
        now = self._clock.now()
        return await self._database.read(
            lambda connection: [*self._limits(connection, now), *_requests(connection, now)]
        )

    async def check(self, key: str | None) -> None:
        """See `Meter`."""
        config = self._config
        if key is None and not (config.cost_per_day or config.cost_per_month or config.tokens_per_day):
            return
        now = self._clock.now()
        try:
            limits = await self._database.read(lambda connection: list(self._limits(connection, now)))
        except StoreFailed as error:
            if self._works:
                log.warning("no budget holds until it can be read again: %s", error.message)
            self._works = False
            return
        self._works = True
        check_limits(limits, key, now.timestamp())

    def _limits(self, connection: apsw.Connection, now: datetime) -> Iterator[Limit]:
        """Of all that language models take."""
        spent = partial(_spent, connection)
        today, tomorrow = day(now).timestamp(), day(now, 1).timestamp()
        ours = (
            ("cost_per_day", "cost", today, tomorrow),
            ("cost_per_month", "cost", month(now).timestamp(), month(now, 1).timestamp()),
            ("tokens_per_day", _TOKENS, today, tomorrow),
        )
        for name, what, since, until in ours:
            if limit := getattr(self._config, name):
                yield Limit(name=name, limit=limit, spent=spent(what, since, until), until=until)
        keys = "SELECT id, tokens_per_day FROM keys WHERE tokens_per_day IS NOT NULL AND revoked_at IS NULL"
        rows: list[Any] = connection.execute(keys).fetchall()
        for key, limit in rows:
            used = spent(_TOKENS, today, tomorrow, key)
            yield Limit(name="tokens_per_day", limit=limit, spent=used, until=tomorrow, key=key)

    def _days(self, connection: apsw.Connection, since: float) -> list[Sum]:
        """By local day: by quarters of an hour at first, since every zone's days begin with one."""
        zone = self._clock.zone()
        days: dict[str, list[Sum]] = {}
        for each in _sums(connection, f"CAST(at / {QUARTER_S} AS INTEGER)", since):
            name = datetime.fromtimestamp(int(each.name) * QUARTER_S, zone).date().isoformat()
            days.setdefault(name, []).append(each)
        return [total(name, days[name]) for name in sorted(days, reverse=True)]


def _requests(connection: apsw.Connection, now: datetime) -> Iterator[Limit]:
    """Of requests: how often a key was used, as it was written last."""
    today, tomorrow = day(now).timestamp(), day(now, 1).timestamp()
    query = (
        "SELECT id, requests_per_day, iif(used_at >= ? AND used_at < ?, requests, 0)"
        " FROM keys WHERE requests_per_day IS NOT NULL AND revoked_at IS NULL"
    )
    rows: list[Any] = connection.execute(query, (today, tomorrow)).fetchall()
    for key, limit, requests in rows:
        yield Limit(name="requests_per_day", limit=limit, spent=requests, until=tomorrow, key=key)


def _sums(connection: apsw.Connection, by: str, since: float) -> list[Sum]:
    query = f"SELECT {by}, count(*), {_SUMS} FROM usage WHERE at >= ? GROUP BY 1"  # noqa: S608 (names of our own)
    rows: list[Any] = connection.execute(query, (since,)).fetchall()
    names = ("turns", *FIGURES)
    return [Sum(name=str(name), **dict(zip(names, figures, strict=True))) for name, *figures in rows]


def _spent(connection: apsw.Connection, what: str, since: float, until: float, key: str | None = None) -> float:
    whose, values = (" AND key = ?", (key,)) if key else ("", ())
    query = f"SELECT ifnull(sum({what}), 0) FROM usage WHERE at >= ? AND at < ?{whose}"  # noqa: S608 (the same)
    return connection.execute(query, (since, until, *values)).get
