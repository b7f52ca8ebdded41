"""One connection of a client. It is not trusted: whatever it sends is bounded, in size and in time."""

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from voiced.core.errors import WireBroken
from voiced.core.wire import Decoder, Message, encode

FRAME_S = 5.0
"""A frame that was begun is whole in this time, and so is the first one."""
IDLE_S = 120.0
"""Whoever says nothing for so long is gone: longer than any answer takes."""
SEND_S = 10.0
"""Whoever takes nothing in for so long does not read."""
READ_SIZE = 8 * 1024
"""Bytes that are taken apart at once: a flood of tiny frames must not stall the event loop."""


class Connection:
    """Frames in, frames out.

    Args:
        reader, writer: the open stream.

    Attributes:
        peer: the address of the client.
        since: the time of the loop at which something last came in.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.peer: str = writer.get_extra_info("peername")[0]
        self._decoder = Decoder()
        self._received: deque[Message] = deque()
        self._now = asyncio.get_running_loop().time
        self.since = self._now()
        self._due = self.since + FRAME_S

    async def receive(self) -> Message | None:
        """Waits for the next frame; None where the client has hung up.

        Raises:
            WireBroken: what comes is no frame, is too large, or takes too long.
        """
        while not self._received:
            try:
                async with asyncio.timeout_at(self._due):
                    data = await self._reader.read(READ_SIZE)
            except TimeoutError:
                raise WireBroken("the client takes too long") from None
            except OSError:
                return None
            if not data:
                return None
            self._take(data)
            await asyncio.sleep(0)
        return self._received.popleft()

    def _take(self, data: bytes) -> None:
        begun = self._decoder.begun
        frames = self._decoder.feed(data)
        self._received.extend(frames)
        self.since = self._now()
        if not self._decoder.begun:
            self._due = self.since + IDLE_S
        elif frames or not begun:
            self._due = self.since + FRAME_S

    async def send(self, type: str, data: Mapping[str, Any] | None = None, payload: bytes = b"") -> None:  # noqa: A002 (the field's name)
        """Sends a frame; waits while the client does not read.

        Raises:
            WireBroken: it does not for too long, or has hung up, and is cut off; or the frame is too large.
        """
        self._writer.write(encode(Message(type, dict(data or {}), payload)))
        try:
            async with asyncio.timeout(SEND_S):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            self._writer.transport.abort()  # Whoever waits for what it sends is told, too.
            raise WireBroken("the client does not read any more") from error

    async def close(self) -> None:
        """Hangs up. What was sent last may still be read."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        self._writer.transport.abort()
