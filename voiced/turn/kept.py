"""The promises that are still to be kept: in memory, and in the store.

What a user asks for is saved first and fails if that fails. What happens to a promise by itself (it is due, it was
heard) happens in any case: if the store cannot take it now, it is tried again until it can.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from voiced.core.errors import StoreFailed
from voiced.core.ports.clock import Clock
from voiced.core.ports.promises import PromiseStore
from voiced.core.promises import Promise
from voiced.core.tasks import vital

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
"""A ring waits no longer for the disk."""
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between attempts to use a store that does not work."""


class Kept:
    """All active promises.

    Args:
        store: where they are kept.
        clock: the time.
        failed: called when something is to be tried again at `retry_at`.

    Attributes:
        retry_at: when `save` is to be called again, on the monotonic clock; None while all is saved.
    """

    def __init__(self, store: PromiseStore, clock: Clock, failed: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._tell_failed = failed
        self._active: dict[str, Promise] = {}
        self._unsaved: dict[str, Promise] = {}
        self._saving: asyncio.Task[None] | None = None
        self._failures = 0
        self._order = asyncio.Lock()
        """Held while the store is used: memory and file change in the same order."""
        self.loaded = asyncio.Event()
        self.retry_at: float | None = None
        self.load_at: float | None = None

    @property
    def active(self) -> Mapping[str, Promise]:
        """By their ids."""
        return MappingProxyType(self._active)

    async def load(self, usable: Callable[[Promise], bool]) -> bool:
        """Reads what the store has; what is not saved yet stays as it is. Tells whether that succeeded.

        Args:
            usable: tells whether a promise can be kept at all; one that cannot is left in the store, untouched.
        """
        async with self._order:
            try:
                stored = await self._store.active()
            except StoreFailed as error:
                self.load_at = self._clock.monotonic() + self._failed(error)
                return False
            # Nothing of ours was written meanwhile; what only happened is still to be saved.
            known = {promise.id: promise for promise in stored if promise.id not in self._unsaved and usable(promise)}
            self._active = known | {name: each for name, each in self._unsaved.items() if each.state == "active"}
        self._worked()
        self.load_at = None
        self.loaded.set()
        return True

    async def make(self, promise: Promise, *others: Promise) -> None:
        """Keeps a new promise, and what others become with it, all or none.

        Raises:
            StoreFailed: it is not kept.
        """
        async with self._order:
            await self._store.save([promise, *others])
            for each in (promise, *others):
                self._take(each)

    async def update(self, name: str, change: Callable[[Promise], Promise]) -> Promise | None:
        """Changes a promise, also if something else happens to it meanwhile.

        Args:
            name: its id.
            change: the promise as it is to the promise as it shall be.

        Returns:
            The changed promise; None if it is over.

        Raises:
            StoreFailed: it is as it was.
        """
        async with self._order:
            while before := self._active.get(name):
                after = change(before)
                await self._store.save([after])
                if self._active.get(name) is before:
                    self._take(after)
                    return after
        return None

    async def note(self, promises: list[Promise]) -> None:
        """Takes in what happened to promises; they are saved when this returns, unless the store does not work."""
        for promise in promises:
            self._take(promise)
            self._unsaved[promise.id] = promise
        await self.save()

    async def save(self) -> None:
        """Saves what is not saved yet; waits for it no longer than a ring may wait."""
        if self._unsaved and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save(), name="promises")
            vital(self._saving)
        if self._saving is not None and not self._saving.done():
            patience = asyncio.ensure_future(self._clock.sleep(PATIENCE_S))
            try:
                await asyncio.wait([self._saving, patience], return_when=asyncio.FIRST_COMPLETED)
            finally:
                patience.cancel()

    async def close(self) -> None:
        """Ends what is being saved."""
        if self._saving is not None:
            self._saving.cancel()
            await asyncio.wait([self._saving])

    async def _save(self) -> None:
        self.retry_at = None
        while self._unsaved:
            async with self._order:
                batch = dict(self._unsaved)
                try:
                    await self._store.save(list(batch.values()))
                except StoreFailed as error:
                    self.retry_at = self._clock.monotonic() + self._failed(error)
                    self._tell_failed()
                    return
                for name, promise in batch.items():
                    if self._unsaved.get(name) is promise:
                        del self._unsaved[name]
        self._worked()

    def _take(self, promise: Promise) -> None:
        self._unsaved.pop(promise.id, None)
        if promise.state == "active":
            self._active[promise.id] = promise
        else:
            self._active.pop(promise.id, None)

    def _failed(self, error: StoreFailed) -> float:
        """Takes note of a failure, aloud only of the first in a row; tells how long to pause."""
        self._failures += 1
        if self._failures == 1:
            log.warning("promises cannot be kept for now: %s. %s", error.message, error.hint)
        return PAUSES_S[min(self._failures, len(PAUSES_S)) - 1]

    def _worked(self) -> None:
        if self._failures:
            log.info("promises are kept again")
        self._failures, self.retry_at = 0, None
