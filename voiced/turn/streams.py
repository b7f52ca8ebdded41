"""Streams that run ahead of whoever reads them, a bounded way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")
AHEAD = 64
"""Items that wait to be read, where nothing else is said; then the source waits."""


class Ahead(Generic[T]):
    """Reads a stream in a task of its own, before anybody asks for it.

    Args:
        source: the stream; closed as soon as nobody can read it any more.
        name: of the task.
        ahead: how many items may wait to be read.
    """

    def __init__(self, source: AsyncGenerator[T], name: str, ahead: int = AHEAD) -> None:
        self._source = source
        self._items: asyncio.Queue[T | None] = asyncio.Queue(ahead)
        self._task = asyncio.create_task(self._run(), name=name)

    async def read(self) -> AsyncGenerator[T]:
        """The stream from its beginning; raises what the source raises. Closing it closes the source."""
        try:
            while (item := await self._items.get()) is not None:
                yield item
            await self._task
        finally:
            await self.close()

    async def close(self) -> None:
        """Ends the source, and waits until it has ended."""
        self._task.cancel()
        await asyncio.wait([self._task])
        # Whoever read on was told of it.
        _ = self._task.cancelled() or self._task.exception()

    async def _run(self) -> None:
        try:
            async with aclosing(self._source) as source:
                async for item in source:
                    await self._items.put(item)
        finally:
            await self._end()

    async def _end(self) -> None:
        """The reader is told at once; who is cancelled has none."""
        if (task := asyncio.current_task()) and task.cancelling():
            return
        await self._items.put(None)


async def led(first: object, rest: AsyncGenerator[object]) -> AsyncGenerator[object]:
    """A stream of which the first item was read before; whoever has given the rest closes it."""
    yield first
    async for item in rest:
        yield item
