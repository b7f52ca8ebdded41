"""A store of promises in memory that fails, or hangs, when it is told to."""

import asyncio
from collections.abc import Sequence

from voiced.core.errors import StoreFull
from voiced.core.promises import Promise


class ForgetfulPromises:
    """Keeps promises until it is gone itself. Implements `PromiseStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, Promise] = {}

    async def active(self) -> list[Promise]:
        """See `PromiseStore`."""
        return [promise for promise in self._kept.values() if promise.state == "active"]

    async def past(self, limit: int) -> list[Promise]:
        """See `PromiseStore`."""
        past = [promise for promise in self._kept.values() if promise.state != "active"]
        return sorted(past, key=lambda promise: promise.changed_at, reverse=True)[:limit]

    async def save(self, promises: Sequence[Promise]) -> None:
        """See `PromiseStore`."""
        self._kept.update({promise.id: promise for promise in promises})


class FaultyPromises(ForgetfulPromises):
    """Implements `PromiseStore`.

    Attributes:
        full: everything fails.
        unwritable: writes fail.
        hung: writes wait for it to be set.
        reading: what was read is handed out once it is set.
        saves: the rows of each write that was kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.unwritable = False
        self._order = asyncio.Lock()
        self.hung: asyncio.Event | None = None
        self.reading: asyncio.Event | None = None
        self.saves: list[list[Promise]] = []

    async def active(self) -> list[Promise]:
        if self.full:
            raise StoreFull("the script says so")
        read = await super().active()
        if self.reading is not None:
            await self.reading.wait()
        return read

    async def save(self, promises: Sequence[Promise]) -> None:
        async with self._order:
            if self.hung is not None:
                await self.hung.wait()
            if self.full or self.unwritable:
                raise StoreFull("the script says so")
            await super().save(promises)
            self.saves.append(list(promises))

    def row(self, name: str) -> Promise:
        """A promise as it is kept."""
        return self._kept[name]
