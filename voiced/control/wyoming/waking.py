"""Wake words in a client's sound: heard beside its other requests, as it comes."""

import asyncio
from collections.abc import Sequence

from voiced.control.wyoming.connection import Connection
from voiced.control.wyoming.services import USUAL, Services
from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.core.wire import Message

WAITING = 8
"""Frames of sound that may wait to be heard; then the client waits."""
AFTER = bytes(RATE * SAMPLE_BYTES)
"""Silence that is heard after the end, in which the last word is decided."""


class Waking:
    """The wake words of one connection.

    Args:
        connection: to the client.
        services: what hears them.

    Attributes:
        names: the words that are listened for from the next stretch of sound on; none: all.
    """

    def __init__(self, connection: Connection, services: Services) -> None:
        self._connection, self._services = connection, services
        self._messages: asyncio.Queue[Message] = asyncio.Queue(WAITING)
        self.names: Sequence[str] = ()

    async def hear(self, message: Message) -> None:
        """Takes in a frame of sound; waits while there is too much of it."""
        await self._messages.put(message)

    async def run(self) -> None:
        """Hears one stretch of sound after the other, for ever.

        Raises:
            WireBroken: the client does not read.
            VoicedError: its words or its sound cannot be heard, or too many are listened for.
        """
        message = await self._messages.get()
        while True:
            if message.type == "audio-stop":
                message = await self._messages.get()
            else:
                message = await self._stretch(message)

    async def _stretch(self, message: Message) -> Message:
        """Hears sound up to the frame that ends it, which is returned."""
        sound = self._services.sound(USUAL | message.data)
        began = _milliseconds(message)
        found = 0
        async with self._services.wake(self.names) as ear:

            async def hear(samples: bytes) -> int:
                words = await ear.hear(samples)
                for word, at_s in words:
                    told = {"name": word, "timestamp": began + round(1000 * at_s)}
                    await self._connection.send("detection", told)
                return len(words)

            if message.type == "audio-start":
                message = await self._messages.get()
                began = _milliseconds(message)
            while message.type == "audio-chunk":
                found += await hear(sound.feed(message.payload))
                message = await self._messages.get()
            found += await hear(sound.flush() + AFTER)
        if not found:
            await self._connection.send("not-detected")
        return message


def _milliseconds(message: Message) -> int:
    told = message.data.get("timestamp")
    return told if isinstance(told, int) else 0
