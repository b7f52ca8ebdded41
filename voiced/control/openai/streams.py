"""Answers that come in pieces: what goes wrong before the first still has a status of its own."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def begun(items: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Waits for the first item of a stream.

    Returns:
        The whole stream; closing it closes the one that was given.

    Raises:
        VoicedError: there is none: whatever the stream raises.
    """
    first = await anext(items)

    async def all_of_it() -> AsyncGenerator[T]:
        async with aclosing(items):
            yield first
            async for item in items:
                yield item

    return all_of_it()
