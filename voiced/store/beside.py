"""Long work on the file beside all other: in a thread of its own, and on connections of its own."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import apsw

from voiced.core.ports.upkeep import Progress

STEPS = 20_000
"""Steps of SQLite's machine between two looks whether to go on."""
PARTS = 200
"""Progress is told so often at most."""
T = TypeVar("T")


class Stopped(Exception):
    """The work is not wanted any more."""


class Tell:
    """How work tells how far it is, and learns that it is to end.

    Args:
        progress: called in the event loop.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        self._part = -1

    def __call__(self, done: int, total: int) -> None:
        """Tells how much is done, and of how much; the work calls it now and then.

        Raises:
            Stopped: it is to end.
        """
        self.go_on()
        part = done * PARTS // max(total, 1)
        if part != self._part:
            self._part = part
            self._loop.call_soon_threadsafe(self._progress, done, total)

    def go_on(self) -> None:
        """Only looks whether it is to end."""
        if self._stopped.is_set():
            raise Stopped

    def stop(self) -> None:
        """Ends the work at its next look."""
        self._stopped.set()

    def watch(self, connection: apsw.Connection, look: Callable[[], None] | None = None) -> None:
        """Looks, or tells, while a long statement runs."""

        def handler() -> bool:
            (look or self.go_on)()
            return False

        connection.set_progress_handler(handler, STEPS)


async def beside(work: Callable[[Tell], T], progress: Progress) -> T:
    """Runs work in a thread of its own. When it is cancelled, the work has ended before this returns."""
    tell = Tell(progress)
    return await to_its_end(asyncio.to_thread(work, tell), tell)


async def to_its_end(work: Awaitable[T], tell: Tell) -> T:
    """Waits for work that looks at `tell`; when it is cancelled, until the work has ended all the same."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        tell.stop()
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # It is known: nobody is to be told that it was never looked at.
        raise
