"""Answers that come in pieces: what goes wrong before the first still has a status of its own."""

import struct
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from voiced.core.types import SAMPLE_BYTES

UNKNOWN = 0xFFFFFFFF
"""A size that nobody knows when a stream begins."""
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


async def wav(sound: AsyncGenerator[bytes], rate: int) -> AsyncGenerator[bytes]:
    """A WAV file whose end is not known at its beginning.

    Args:
        sound: s16le, mono.
        rate: samples a second.
    """
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    yield b"RIFF" + struct.pack("<I", UNKNOWN) + b"WAVEfmt " + struct.pack("<I", len(form)) + form
    yield b"data" + struct.pack("<I", UNKNOWN)
    async with aclosing(sound):
        async for piece in sound:
            yield piece
