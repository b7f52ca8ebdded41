"""HTTP as it comes from a connection: bytes that are requests, nearly are, or are none."""

import asyncio
from pathlib import Path

import uvicorn
from litestar.types import Receive, Scope, Send
from uvicorn.server import ServerState

from tests.fuzz.parser import Parser
from voiced.control.protocol import HEAD_BYTES, Protocol
from voiced.core.errors import InputInvalid

_TURNS = 4
"""Turns of the loop in which an answer that waits for nothing is whole."""
_BODY = b'{"text": "what time is it"}'
_CORPUS = [
    b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /api/v1/memory?limit=5&q=tea HTTP/1.1\r\nHost: [::1]:8760\r\nAuthorization: Bearer vk_1\r\n\r\n",
    b"GET /api/v1/events HTTP/1.0\r\nConnection: keep-alive\r\nLast-Event-ID: 7\r\n\r\n",
    b"POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY),
    b"POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
    % (len(_BODY), _BODY),
    b"POST /api/v1/ask HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n",
]


class _Wire(asyncio.Transport):
    """A connection of which only what is written is kept."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 4), "sockname": ("127.0.0.1", 5)})
        self.written, self._closing = b"", False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self._closing = True

    def is_closing(self) -> bool:
        return self._closing

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Takes in a request, and answers."""
    assert scope["type"] == "http"
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["raw_path"], "more_body": False})


def requests(_: Path) -> Parser:
    """The server's side of a connection: whatever comes, it is answered, refused, or waited for."""
    loop = asyncio.new_event_loop()

    async def began() -> uvicorn.Config:
        config = uvicorn.Config(
            _echo, lifespan="off", log_config=None, ws="none", h11_max_incomplete_event_size=HEAD_BYTES
        )
        config.load()
        return config

    config = loop.run_until_complete(began())

    async def sent(data: bytes) -> bytes:
        state, wire, held = ServerState(), _Wire(), list[int]()
        protocol = Protocol(lambda _: None, held.append, config=config, server_state=state, app_state={}, _loop=loop)
        protocol.connection_made(wire)
        half = len(data) // 2
        for piece in (data[:half], data[half:]):
            if piece and not wire.is_closing():  # asyncio never gives nothing.
                protocol.data_received(piece)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        protocol.connection_lost(None)
        if state.tasks:
            await asyncio.wait(state.tasks)
        assert not sum(held), "what is held is let go of"
        return wire.written

    def read(data: bytes) -> None:
        answer = loop.run_until_complete(sent(data))
        assert not answer or answer.startswith(b"HTTP/1.1 "), answer[:100]
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:100]
        if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 100")):
            raise InputInvalid("that is no whole request")

    return Parser(_CORPUS, read, loop.close)
