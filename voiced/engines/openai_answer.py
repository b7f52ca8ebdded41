"""One HTTP answer of a server that is not trusted: piece by piece, event by event, or as a whole, always bounded."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TypeVar, cast

import httpx
import msgspec

from voiced.core.errors import VoicedError, WireBroken
from voiced.engines.sse import Events

BODY_LIMIT = 16 * 1024 * 1024
"""Bytes of an answer that is one piece: 64 vectors of 4096 numbers are 6 MB."""
READ_SIZE = 8 * 1024
"""Bytes that are taken apart at once: a flood of tiny events must not stall the event loop."""
REST_S = 0.1
"""An answer that goes on for longer after its last event is cut."""

T = TypeVar("T")


class Answer:
    """An answer as it comes. Whoever waits sets the deadline.

    Args:
        response: the open response.
        where: the server's address, for messages.
        failed: of what kind errors are.
    """

    def __init__(self, response: httpx.Response, where: str, failed: type[VoicedError]) -> None:
        self._response, self._where, self._failed = response, where, failed
        self._raw = cast("AsyncGenerator[bytes]", response.aiter_raw())
        self._unread = b""
        self._events = Events()
        self._waiting: deque[bytes] = deque()

    @property
    def status(self) -> int:
        """HTTP's status."""
        return self._response.status_code

    def header(self, name: str) -> str:
        """A header; empty where there is none."""
        return self._response.headers.get(name, "")

    async def event(self) -> bytes | None:
        """The data of the next event; None at the end.

        Raises:
            VoicedError: it broke off, or it is no event.
        """
        if not self.header("content-type").startswith("text/event-stream"):
            raise self.senseless()
        while not self._waiting:
            self._unread = self._unread or await self._piece()
            if not self._unread:
                return None
            try:
                self._waiting.extend(self._events.feed(self._unread[:READ_SIZE]))
            except WireBroken as error:
                raise self.senseless() from error
            self._unread = self._unread[READ_SIZE:]
            await asyncio.sleep(0)
        return self._waiting.popleft()

    async def body(self, kind: type[T], limit: int = BODY_LIMIT) -> T:
        """All of it, read as JSON.

        Args:
            kind: what it has to be.
            limit: bytes.

        Raises:
            VoicedError: it broke off, is too long, or something else.
        """
        body = bytearray()
        while piece := await self._piece():
            body += piece
            if len(body) > limit:
                raise self.senseless()
        return self.read(bytes(body), kind)

    def read(self, data: bytes, kind: type[T]) -> T:
        """Reads JSON.

        Raises:
            VoicedError: it is none, or something else.
        """
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # Their own words may repeat some of the data.
            raise self.senseless() from None

    def senseless(self) -> VoicedError:
        """The error for what is no answer."""
        return self._failed(f"what {self._where} answers makes no sense", hint="Does it speak OpenAI's protocol?")

    def broken_off(self) -> VoicedError:
        """The error for an answer that is not whole."""
        return self._failed(f"{self._where} broke off in the middle of its answer")

    async def rest(self) -> None:
        """Takes in what follows the last event: then the connection can be used again."""
        with suppress(TimeoutError, VoicedError):
            async with asyncio.timeout(REST_S):
                while await self._piece():
                    pass

    async def close(self) -> None:
        """Lets go of it; what is not there yet, the server need not make."""
        async with aclosing(self._raw):
            await self._response.aclose()

    async def _piece(self) -> bytes:
        """The next bytes; none at the end."""
        try:
            async for piece in self._raw:
                if piece:
                    return piece
        except (httpx.TransportError, httpx.StreamError) as error:
            raise self.broken_off() from error
        return b""
