"""Keys, the audit log, usage and cached answers, in memory."""

import time
from collections import Counter

from msgspec.structs import asdict, replace

from voiced.core.errors import InputInvalid, KeyRefused, NotFound
from voiced.core.history import Page
from voiced.core.ids import new_id
from voiced.core.keys import Allowance, Key, MadeKey, NewKey, check_usable, new_secret, token_of
from voiced.core.ports.answers import CacheStatus
from voiced.core.ports.audit import Entry
from voiced.core.usage import FIGURES, By, Limit, Sum, Use, check_limits, total


class FakeKeys:
    """Keys that are compared as they are. Implements `Keyring`."""

    def __init__(self) -> None:
        self._all: dict[str, Key] = {}
        self._tokens: dict[str, str] = {}
        self.requests: Counter[str] = Counter()

    async def all(self) -> list[Key]:
        return list(self._all.values())

    async def add(self, new: NewKey) -> MadeKey:
        if new.expires_at is not None and new.expires_at <= time.time():
            raise InputInvalid("it is over", hint="Give a later time.")
        key = Key(**asdict(new) | {"scopes": sorted(set(new.scopes))}, id=new_id(), made_at=time.time())
        token = token_of(key.id, new_secret())
        self._all[key.id], self._tokens[token] = key, key.id
        return MadeKey(**asdict(key), token=token)

    async def revoke(self, key: str) -> None:
        if key not in self._all:
            raise NotFound(f"there is no key {key}")
        self._all[key] = replace(self._all[key], revoked_at=time.time())

    async def proven(self, token: str) -> Key:
        if token not in self._tokens:
            raise KeyRefused("there is no such key")
        key = self._tokens[token]
        check_usable(self._all[key], time.time())
        self._all[key] = replace(self._all[key], used_at=time.time())
        return self._all[key]

    def take(self, key: Key) -> bool:
        may = key.requests_per_day is None or self.requests[key.id] < key.requests_per_day
        self.requests[key.id] += may
        return may

    def today(self, key: Key) -> Allowance | None:
        quota = key.requests_per_day
        return Allowance(quota, quota - self.requests[key.id], 3_600.5) if quota else None


class FakeAudit:
    """A list. Implements `Audit`."""

    def __init__(self) -> None:
        self.all: list[Entry] = []

    def note(self, who: str, action: str, subject: str, result: str) -> None:
        self.all.append(Entry(id=new_id(), at=time.time(), who=who, action=action, subject=subject, result=result))

    async def entries(self, since: float = 0.0, limit: int = 100, cursor: str | None = None) -> Page[Entry]:
        first = int(cursor or 0)
        found = [each for each in reversed(self.all) if each.at >= since]
        following = str(first + limit) if first + limit < len(found) else None
        return Page(found[first : first + limit], following)


class FakeUsage:
    """A list. Implements `Meter`."""

    def __init__(self) -> None:
        self.all: list[Use] = []
        self.budgets: list[Limit] = []

    async def add(self, use: Use) -> None:
        self.all.append(use)

    async def sums(self, by: By = "day", since: float = 0.0) -> list[Sum]:
        groups: dict[str, list[Sum]] = {}
        for use in self.all:
            name = time.strftime("%Y-%m-%d", time.localtime(use.at)) if by == "day" else getattr(use, by) or ""
            if use.at >= since:
                figures = {figure: getattr(use, figure) for figure in FIGURES}
                groups.setdefault(name, []).append(Sum(name=name, turns=1, **figures))
        return [total(name, groups[name]) for name in sorted(groups, reverse=True)]

    async def limits(self) -> list[Limit]:
        return self.budgets

    async def check(self, key: str | None) -> None:
        check_limits(self.budgets, key, time.time())


class FakeAnswers:
    """So many. Implements `AnswerCache`."""

    def __init__(self) -> None:
        self.count = 0

    async def status(self) -> CacheStatus:
        return CacheStatus(self.count, 10 * self.count, 1_000_000, 0)

    async def clear(self) -> int:
        removed, self.count = self.count, 0
        return removed
