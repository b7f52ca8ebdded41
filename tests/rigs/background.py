"""An event loop in a thread of its own, for what runs beside an ear that waits for nobody."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, ExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
PATIENCE_S = 30.0


class Background:
    """The loop. What it was given to do ends with the block."""

    def __enter__(self) -> Self:
        self.loop = asyncio.new_event_loop()
        self._tasks: list[Future[Any]] = []
        self._stack = ExitStack()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Does something, and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    def call(self, work: Callable[[], T]) -> T:
        """Calls a function in the loop's thread, and waits for it."""

        async def called() -> T:
            return work()

        return self.run(called())

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Does something until the end of the block."""
        self._tasks.append(asyncio.run_coroutine_threadsafe(work, self.loop))

    def enter(self, manager: AbstractAsyncContextManager[T]) -> tuple[T, Callable[[], None]]:
        """Enters a context; gives what it gives, and what leaves it again: the block does at the latest."""
        leave = ExitStack()
        leave.callback(lambda: self.run(_coroutine(manager.__aexit__(None, None, None))))
        entered = self.run(_coroutine(manager.__aenter__()))
        self._stack.callback(leave.close)
        return entered, leave.close

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        async def settle() -> None:
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            if rest:
                _, stuck = await asyncio.wait(rest, timeout=PATIENCE_S / 3)
                assert not stuck
            for _ in range(10):  # What was cut is closed in a later turn of the loop.
                await asyncio.sleep(0)

        failed = [task.exception() for task in self._tasks if task.done() and not task.cancelled()]
        for task in self._tasks:
            task.cancel()
        self._stack.close()
        self.run(settle())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()
        for failure in failed:
            if failure and error is None:
                raise failure


async def _coroutine(awaitable: Any) -> Any:
    return await awaitable


def until(condition: Callable[[], T], what: str, patience_s: float = PATIENCE_S) -> T:
    """Waits until something has happened at all; tells what it gave then."""
    deadline = time.monotonic() + patience_s
    while not (given := condition()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.001)
    return given
