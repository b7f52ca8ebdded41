"""Listens for clients: who may connect, how many, and what becomes of those who do not behave."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Protocol

from voiced.control.listening import Listener
from voiced.control.wyoming.connection import READ_SIZE, Connection
from voiced.core.addresses import Address
from voiced.core.config_wyoming import Network
from voiced.core.context import whereabouts
from voiced.core.errors import WireBroken
from voiced.core.tasks import ended

log = logging.getLogger(__name__)

CONNECTIONS = 32
"""Clients at the same time; for one more, the one that has been silent for the longest time is cut off."""
RECEIVED = 32 * 1024
"""Bytes that may come from a client before they are read; the kernel gives twice as much. A second of sound."""
STRANGERS = 64
"""Addresses whose attempt to connect is told of, once each."""


class Session(Protocol):
    """What is done on one connection."""

    @property
    def connection(self) -> Connection:
        """To the client."""
        ...

    @property
    def busy(self) -> bool:
        """Whether something is done for it."""
        ...

    async def run(self) -> None:
        """Serves it until it hangs up. Raises `WireBroken`."""
        ...


class Server:
    """Serves whoever may connect. Belongs to the event loop.

    Args:
        session: begins to serve one of them.
        allow: networks that may connect, besides this machine.
        advertise: tells others where it listens until it is cancelled; None: nobody does.
        setting: where `allow` comes from.
    """

    def __init__(
        self,
        session: Callable[[Connection], Session],
        allow: Sequence[Network] = (),
        advertise: Callable[[Address], Awaitable[None]] | None = None,
        setting: str = "wyoming.allow",
    ) -> None:
        self._session, self._allow, self._advertise = session, allow, advertise
        self._setting = setting
        self._clients: dict[asyncio.Task[None], Session] = {}
        self._strangers: set[str] = set()

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    async def serve(self, listener: Listener) -> None:
        """Listens at an address, for ever: also where it is not there before a while.

        Raises:
            asyncio.CancelledError: nothing else ends it; all clients are cut off then.
        """
        bound, address = await listener.bound(), listener.address
        port = bound.getsockname()[1]
        # A hundred may be let in at once, and asyncio reads what is there from each before we can cut off anybody.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
        server = await asyncio.start_server(self._accept, sock=bound, limit=READ_SIZE)
        if not address.here:
            who = ", ".join(map(str, self._allow))
            log.warning("whoever is in %s may connect without a password: see %s", who, self._setting)
        try:
            if self._advertise and not address.here:
                await self._advertise(Address(address.host, port))
            await asyncio.Event().wait()
        finally:
            server.close()
            await ended(list(self._clients))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one client, in a task of its own."""
        task = asyncio.current_task()
        peer = writer.get_extra_info("peername")
        if task is None or peer is None or not self._may(peer[0]):
            writer.transport.abort()
            return
        if len(self._clients) >= CONNECTIONS:
            self._make_room()
        connection = Connection(reader, writer)
        session = self._clients[task] = self._session(connection)
        try:
            await session.run()
        except WireBroken as error:
            log.debug("a client is cut off: %s", error.message)
        except asyncio.CancelledError:
            pass  # It made room, or voiced ends: nobody waits for this task.
        except Exception as error:  # noqa: BLE001 (the boundary of a client: voiced goes on)
            log.error("what a client asked failed, which is a fault of voiced:\n%s", whereabouts(error))  # noqa: TRY400
        finally:
            self._clients.pop(task, None)
            await connection.close()

    def _make_room(self) -> None:
        """Cuts off a client: one for which nothing is done, if there is one."""
        task = min(self._clients, key=lambda each: (self._clients[each].busy, self._clients[each].connection.since))
        del self._clients[task]
        task.cancel()

    def _may(self, host: str) -> bool:
        address = ip_address(host)
        address = getattr(address, "ipv4_mapped", None) or address
        if address.is_loopback or any(address in network for network in self._allow):
            return True
        if host not in self._strangers and len(self._strangers) < STRANGERS:
            self._strangers.add(host)
            log.warning("%s may not connect: %s does not name its network", host, self._setting)
        return False
