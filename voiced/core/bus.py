"""The bus: everything that happened, to everybody who wants to know.

`emit` never waits. Each subscriber has a bounded queue of its own that drops its oldest event when it is full, and
counts what it dropped: the bus may lose, the store may not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager

from voiced.core.events import AnyEvent

CAPACITY = 1_000
"""Events a subscriber may fall behind: minutes of the busiest talk."""


class Subscription:
    """One subscriber's queue; iterate over it."""

    def __init__(self, capacity: int) -> None:
        self._queue: asyncio.Queue[AnyEvent] = asyncio.Queue(capacity)
        self.dropped = 0

    def put(self, event: AnyEvent) -> None:
        """Adds an event, at the cost of the oldest one if there is no room."""
        if self._queue.full():
            self._queue.get_nowait()
            self.dropped += 1
        self._queue.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        while True:
            yield await self._queue.get()


class Bus:
    """Hands each event to every subscriber, in the order of `emit`. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._watchers: list[Callable[[AnyEvent], None]] = []
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many events subscribers have lost so far."""
        return self._dropped + sum(each.dropped for each in self._subscriptions)

    def emit(self, event: AnyEvent) -> None:
        """Tells everybody, and returns at once."""
        for watcher in self._watchers:
            watcher(event)
        for subscription in self._subscriptions:
            subscription.put(event)

    def watch(self, watcher: Callable[[AnyEvent], None]) -> None:
        """Calls a function at once for each event: for what keeps a state, never for what takes time."""
        self._watchers.append(watcher)

    @contextmanager
    def subscribe(self, capacity: int = CAPACITY) -> Generator[Subscription]:
        """Gives a subscription that ends with the block.

        Args:
            capacity: how many events it may fall behind before it loses the oldest.
        """
        subscription = Subscription(capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            self._dropped += subscription.dropped
