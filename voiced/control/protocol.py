"""HTTP on one connection. The client is not trusted: whatever it sends or takes in is bounded, in size and in time."""

import asyncio
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from voiced.control.requests import BODY_LIMIT
from voiced.control.told import MEDIA_TYPE, Problem, told
from voiced.core.errors import InputInvalid

HEAD_BYTES = 16 * 1024
"""The address and the headers of a request; up to one read more is let pass."""
HEADERS_S = 10.0
"""The headers of a request are whole in this time."""
BODY_S, SLOWEST = 20.0, 4_096
"""A body has so many seconds, and one more for so many bytes of it.

Source of the idea: https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html
"""
STALL_S = 10.0
"""Whoever takes in nothing of an answer for so long does not read. How long an answer itself takes is not bounded."""
READ_SIZE = 16 * 1024
"""Bytes that are read at once."""
WRITE_SIZE = 64 * 1024
"""Of an answer, bytes that wait for a client at most, and whatever was added to them at once."""
_CREDENTIALS = struct.Struct("3i")
"""Process, user, group. Source: https://man7.org/linux/man-pages/man7/unix.7.html (SO_PEERCRED)"""


class Protocol(H11Protocol, asyncio.BufferedProtocol):
    """HTTP/1.1. The client of a Unix socket is called `uid:NUMBER`.

    Args:
        gone: is called when the connection has ended.
        holds: is called with the bytes of a body that are held more than before, or less.
        given: see `H11Protocol`.

    Attributes:
        held: bytes of a body whose request is not answered yet; of an upload, which goes to the disk, the first ones.
    """

    def __init__(
        self,
        gone: Callable[["Protocol"], None],
        holds: Callable[[int], None],
        **given: Any,  # noqa: ANN401 (the parent's)
    ) -> None:
        super().__init__(**given)
        self._gone, self._holds = gone, holds
        self.held = 0
        self._began = self.loop.time()
        self._stalled: float | None = None
        self._received = 0
        self._buffer = bytearray()
        self._answered: object = None
        self._refused = False
        self._closing: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Asks the kernel who it is, once a connection."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(WRITE_SIZE)
        if transport.get_extra_info("sslcontext"):
            transport.set_read_buffer_limits(READ_SIZE)  # type: ignore[attr-defined] (asyncio's has it, for TLS alone)
        peer = transport.get_extra_info("socket")
        if peer is not None and peer.family == socket.AF_UNIX:
            told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            self.client = (f"uid:{_CREDENTIALS.unpack(told)[1]}", 0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells whoever counts."""
        super().connection_lost(exc)
        self.hold(0)
        self._gone(self)

    def on_response_complete(self) -> None:
        """Nothing is held any more."""
        self.hold(0)
        super().on_response_complete()

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where what is sent is put; asyncio asks before each read. Only so a read has a bound that TLS keeps, too."""
        del sizehint
        self._buffer = bytearray(READ_SIZE)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """So much of it was filled."""
        sent, self._buffer = self._buffer[:nbytes], bytearray()
        self.data_received(bytes(sent))

    def data_received(self, data: bytes) -> None:
        """Takes in what was sent: a next request begins with the first byte after an answer."""
        if self._refused:
            return
        if self.idle and self._answered is not self.cycle:
            self._answered, self._began = self.cycle, self.loop.time()
        self._received += len(data)
        super().data_received(data)
        if not self.idle:
            self.hold(min(self._received, BODY_LIMIT))

    def handle_events(self) -> None:
        """Notes when headers are whole. A body that nobody reads is not taken in."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._began, self._received = self.loop.time(), len(self.cycle.body)
        if self.cycle and len(self.cycle.body) >= READ_SIZE and not self.transport.is_closing():
            self.flow.pause_reading()

    def send_400_response(self, msg: str) -> None:
        """Tells whoever sends what is no request, and takes no notice of what else he sends until he goes.

        A connection that is closed with something unread takes its answer with it (RFC 9112, section 9.6).
        """
        del msg
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # Another answer has begun.
            self.transport.close()
            return
        refused = _wrong(self.conn.trailing_data[0] if self.idle else b"")
        body = msgspec.json.encode(refused)
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        answer = h11.Response(status_code=refused.status, headers=headers, reason=refused.title.encode())
        for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._refused = True
        if not self.idle:
            self.transport.close()
        elif self.transport.can_write_eof():
            self.transport.write_eof()

    def hold(self, held: int) -> None:
        """Notes how much of a body is held now."""
        more, self.held = held - self.held, held
        if more:
            self._holds(more)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._stalled = self.loop.time()

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        self._stalled = None

    @property
    def idle(self) -> bool:
        """Whether no request is in progress."""
        return not self.cycle or self.cycle.response_complete

    @property
    def since(self) -> float:
        """The time of the loop at which what it does now began."""
        return self._began

    def overdue(self, now: float) -> bool:
        """Whether the client takes too long; to be asked now and then."""
        if self.transport.is_closing():  # What was sent last may still be read.
            self._closing = now if self._closing is None else self._closing
            return now - self._closing > STALL_S
        if self._stalled is not None:
            return now - self._stalled > STALL_S
        if self.idle:
            return self._answered is self.cycle and now - self._began > HEADERS_S
        reading = self.cycle.more_body and not self.flow.read_paused
        return reading and now - self._began > BODY_S + self._received / SLOWEST


def _wrong(head: bytes) -> Problem:
    """What is wrong with the beginning of a request that does not become one."""
    if len(head) <= HEAD_BYTES:
        status, detail, hint = HTTPStatus.BAD_REQUEST, "that is no HTTP request", "Speak HTTP/1.1."
    elif b"\n" in head:
        status, detail = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long"
        hint = f"With the address they may have {HEAD_BYTES // 1024} KiB."
    else:
        status, detail = HTTPStatus.REQUEST_URI_TOO_LONG, "the address is too long"
        hint = f"With the headers it may have {HEAD_BYTES // 1024} KiB."
    return told(InputInvalid.code, detail, hint, status)
