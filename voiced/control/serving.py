"""HTTP on a listening socket: who gets a connection, how many, and what becomes of those who do not behave."""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress

import uvicorn
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send
from msgspec import Struct
from uvicorn.server import ServerState

from voiced.control.protocol import HEAD_BYTES, Protocol
from voiced.core.tasks import ended, together

log = logging.getLogger(__name__)

GRACE_S = 0.5
"""Requests in progress, and whoever watches events, get this long when the daemon ends: well before `ENDING_S`."""
HANDSHAKE_S = 5.0
KEEP_S = 5
"""Whoever has had his answer may ask for something else on the same connection for so long."""
HELD_BYTES = 8 << 20
"""Of bodies whose requests are not answered yet, of all clients."""
LOOK_S = 1.0
"""From one look for those who take too long to the next."""
PAUSE_S = 0.1
"""A machine that has no room for another connection is left alone for so long."""


class Bounds(Struct, frozen=True):
    """How many connections there may be; one more makes the one that waits for the longest time make room.

    Attributes:
        all: of all clients.
        each: of one address; None: it does not matter.
    """

    all: int
    each: int | None = None


HERE, ELSEWHERE = Bounds(1024), Bounds(256, 64)
"""On the Unix socket, and over TCP."""


class _Guest(Struct, eq=False):
    address: str
    protocol: Protocol
    shaking: asyncio.Task[None] | None = None
    open: bool = False


def _reading(application: ASGIApp) -> ASGIApp:
    """An application that hears no more of a body once it answers: Litestar's streams put it aside, all of it."""

    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        answering = False

        async def receiving() -> ReceiveMessage:
            while (message := await receive())["type"] == "http.request" and answering:
                pass
            return message

        async def sending(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        await application(scope, receiving, sending)

    return reading


class HttpServer:
    """Serves an ASGI application.

    Args:
        application: what answers.
        bounds: of connections.
        tls: encrypts them; None: nothing does.

    Attributes:
        tls: what holds for whoever connects from now on.
    """

    def __init__(self, application: ASGIApp, bounds: Bounds = HERE, tls: ssl.SSLContext | None = None) -> None:
        self._bounds, self.tls = bounds, tls
        logging.getLogger("uvicorn").setLevel(logging.ERROR)
        self._config = uvicorn.Config(
            _reading(application),
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            proxy_headers=False,  # Whoever is asked believes what the kernel says of an address, and nothing else.
            timeout_keep_alive=KEEP_S,
            h11_max_incomplete_event_size=HEAD_BYTES,
        )
        self._config.load()
        self._state = ServerState()
        self._guests: dict[Protocol, _Guest] = {}
        self._held = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self._loop = asyncio.get_running_loop()

    async def serve(self, listener: socket.socket, answers: asyncio.Event) -> None:
        """Answers until it is cancelled.

        Args:
            listener: the socket.
            answers: is set as soon as it does.
        """
        answers.set()
        try:
            await together(self._accept(listener), self._look())
        finally:
            listener.close()
            await self._end()

    async def _accept(self, listener: socket.socket) -> None:
        """One after the other: a thousand at once do not keep the rest waiting."""
        told = False
        while True:
            try:
                connection, peer = await self._loop.sock_accept(listener)
            except OSError as error:
                if not told:
                    log.warning("there is no room for another connection: %s", error)
                told = True
                self._make_room("")
                await asyncio.sleep(PAUSE_S)
                continue
            told, address = False, peer[0] if peer else ""
            if not self._admit(address):
                connection.close()
                await asyncio.sleep(0)
                continue
            guest = _Guest(address, self._protocol())
            self._guests[guest.protocol] = guest
            if self.tls:
                guest.shaking = asyncio.create_task(self._welcome(connection, guest), name="handshake")
            else:
                await self._welcome(connection, guest)

    async def _welcome(self, connection: socket.socket, guest: _Guest) -> None:
        wait_s = HANDSHAKE_S if self.tls else None
        try:
            await self._loop.connect_accepted_socket(
                lambda: guest.protocol, connection, ssl=self.tls, ssl_handshake_timeout=wait_s
            )
            guest.open = True
        except OSError as error:  # It went away, or does not know TLS.
            log.debug("no connection: %s", error)
            self._gone(guest.protocol)
        except asyncio.CancelledError:
            self._gone(guest.protocol)
            raise
        finally:
            guest.shaking = None

    def _admit(self, address: str) -> bool:
        """Whether there is room for another one, or can be made."""
        each, full = self._bounds.each, len(self._guests) >= self._bounds.all
        if each and sum(guest.address == address for guest in self._guests.values()) >= each:
            return self._make_room(address)
        return not full or self._make_room("")

    def _make_room(self, address: str) -> bool:
        """Cuts off who has been waiting for the longest time, of an address or of all; no one who is answered."""
        waiting = [
            guest
            for guest in self._guests.values()
            if guest.protocol.idle and address in ("", guest.address) and (guest.open or guest.shaking)
        ]
        if not waiting:
            return False
        self._cut_off(min(waiting, key=lambda guest: guest.protocol.since))
        return True

    def _cut_off(self, guest: _Guest) -> None:
        guest.protocol.hold(0)
        self._gone(guest.protocol)
        if guest.shaking:
            guest.shaking.cancel()
        else:
            guest.protocol.transport.abort()

    def _protocol(self) -> Protocol:
        return Protocol(self._gone, self._hold, config=self._config, server_state=self._state, app_state={})

    def _hold(self, more: int) -> None:
        """Adds up what is held of bodies; if it is too much, whoever sent most of it goes."""
        self._held += more
        if more > 0 and self._held > HELD_BYTES:
            self._cut_off(max(self._guests.values(), key=lambda guest: guest.protocol.held))

    def _gone(self, protocol: Protocol) -> None:
        self._guests.pop(protocol, None)
        if not self._guests:
            self._empty.set()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now = self._loop.time()
            for guest in list(self._guests.values()):
                if guest.open and guest.protocol.overdue(now):
                    self._cut_off(guest)

    async def _end(self) -> None:
        """Lets those who are being answered have their answers, for a moment."""
        if self._guests:
            self._empty.clear()
        for guest in list(self._guests.values()):
            if guest.shaking:
                guest.shaking.cancel()
            elif guest.open and not guest.protocol.transport.is_closing():
                guest.protocol.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                while self._state.tasks:
                    await asyncio.wait(self._state.tasks)
                await self._empty.wait()
        for guest in list(self._guests.values()):
            self._cut_off(guest)
        if self._state.tasks:  # Most end by themselves, since nobody waits for their answer any more.
            await asyncio.wait(self._state.tasks, timeout=PAUSE_S)
        await ended(self._state.tasks)
