"""The one inbox: what the ear hears and what others ask, in the order of arrival."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from voiced.core.commands import Announce, AnyCommand, Ask, Ring, Say
from voiced.core.events import Signal

CAPACITY = 256
"""Eight seconds of speech chunks: more than the loop may ever fall behind."""


class Inbox:
    """A bounded queue whose producers wait. Belongs to the event loop; the ear comes through `put_from_thread`.

    Attributes:
        postponed: what was taken out, and waits for its turn, or until it may disturb: `Conversation` keeps it, and its
            bounds.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Signal | AnyCommand | None] = asyncio.Queue(CAPACITY)
        self.postponed = deque[Ask | Say | Announce | Ring]()

    @property
    def waiting(self) -> int:
        """Items that wait."""
        return self._queue.qsize()

    async def put(self, item: Signal | AnyCommand | None) -> None:
        """Adds an item, waiting for room. None makes `converse` look around without news."""
        await self._queue.put(item)

    async def say(self, text: str) -> None:
        """Adds a text to be spoken after the turn in progress, and waits for nothing: it may be that turn that asks."""
        await self.put(Say(text))

    async def wish(self, make: Callable[[asyncio.Future[Any]], Ask | Say | Announce]) -> Any:  # noqa: ANN401 (see each)
        """Adds a wish, and waits for what becomes of it.

        Args:
            make: makes it, with what is to be resolved then.
        """
        done: asyncio.Future[Any] = self._loop.create_future()
        await self.put(make(done))
        return await done

    def put_from_thread(self, item: Signal | AnyCommand) -> None:
        """The same from another thread; waits for room there."""
        asyncio.run_coroutine_threadsafe(self._queue.put(item), self._loop).result()

    def poke(self) -> None:
        """Makes `converse` look around, unless it has news waiting anyway."""
        if self._queue.empty():
            self._queue.put_nowait(None)

    def pump(self, signals: Iterable[Signal | None]) -> None:
        """Takes in all that the ear tells, in the ear's thread, until it ends; None is nothing to tell."""
        for signal in signals:
            if signal is not None:
                self.put_from_thread(signal)

    async def get(self) -> Signal | AnyCommand | None:
        """Waits for the next item; `done` is to be called when it has been dealt with."""
        return await self._queue.get()

    def done(self) -> None:
        """The last item has been dealt with."""
        self._queue.task_done()

    async def settled(self) -> None:
        """Waits until all items have been dealt with."""
        await self._queue.join()
