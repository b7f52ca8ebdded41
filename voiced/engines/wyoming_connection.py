"""One connection to a Wyoming server. The server is not trusted: whatever it sends is bounded.

Source of the protocol: the Wyoming protocol's README (OHF-Voice/wyoming).
"""

import asyncio
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from voiced.core.errors import InputInvalid, RemoteUnreachable, VoicedError, WireBroken, translate
from voiced.core.wire import Decoder, Message, encode
from voiced.engines.remote import unreachable

DATA_LIMIT = 1024 * 1024
"""Bytes of a frame's extra data: wyoming-piper tells of all its voices in one frame, of 87 KB in 2.5."""
READ_SIZE = 8 * 1024
"""Bytes that are taken apart at once: a flood of tiny frames must not stall the event loop."""
NO_SERVER = "Is it the address of a Wyoming server? See engines.remote in the configuration."


class Connection:
    """One connection: frames out, frames in. Whoever waits sets the deadline.

    Args:
        reader, writer: the open stream.
        where: the server's address, for messages.
        failed: of what kind the server's own errors are.

    Attributes:
        idle: it waits for the next request; set by whoever has received the last answer.
        since: it was kept for the next request at this time of the loop.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: str, failed: type[VoicedError]
    ) -> None:
        self.idle = False
        self.since = 0.0
        self._reader, self._writer = reader, writer
        self._where, self._failed = where, failed
        self._decoder = Decoder(DATA_LIMIT)
        self._received: deque[Message] = deque()

    async def send(self, type: str, data: Mapping[str, Any] | None = None, payload: bytes = b"") -> None:  # noqa: A002 (the field's name)
        """Sends a frame; waits while the server does not read.

        Raises:
            InputInvalid: it is too large.
            RemoteUnreachable: the connection is cut.
        """
        with translate(WireBroken, to=InputInvalid, message="that is too much at once"):
            frame = encode(Message(type, dict(data or {}), payload))
        try:
            self._writer.write(frame)
            await self._writer.drain()
        except OSError as error:
            raise unreachable(self._where, error) from error

    def keep_unsent_below(self, size: int) -> None:
        """Lets about so many bytes wait for the server, here and in the system, before `send` waits, too."""
        self._writer.transport.set_write_buffer_limits(high=size)
        with suppress(OSError):  # It is cut already: the next `send` says so.
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    async def answered(self) -> None:
        """Waits until there is a frame to receive.

        Raises:
            RemoteUnreachable: the connection is cut, or what comes is no frame.
        """
        while not self._received:
            try:
                data = await self._reader.read(READ_SIZE)
                self._received.extend(self._decoder.feed(data))
                await asyncio.sleep(0)
            except OSError as error:
                raise unreachable(self._where, error) from error
            except WireBroken as error:
                raise RemoteUnreachable(f"{self._where} does not speak Wyoming", hint=NO_SERVER) from error
            if not data:
                raise RemoteUnreachable(f"{self._where} closed the connection before it had answered")

    async def receive(self) -> Message:
        """Waits for the next frame.

        Raises:
            RemoteUnreachable: see `answered`.
            VoicedError: the server says that it failed; of the kind `failed`.
        """
        await self.answered()
        message = self._received.popleft()
        if message.type == "error":
            # The server's words may repeat what the user said: they are not ours to show.
            raise self._failed(f"{self._where} failed at it", hint="That server's own log tells why.")
        return message

    def stale(self) -> bool:
        """Tells whether the server has closed it, or sent what nobody asked for."""
        return bool(self._received) or self._reader.at_eof() or self._writer.is_closing()

    async def close(self) -> None:
        """Cuts the connection: whatever the server still does for it, it may stop."""
        self._writer.transport.abort()
        with suppress(OSError):
            await self._writer.wait_closed()
