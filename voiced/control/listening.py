"""Where others are listened to: at addresses that may be taken, or not there yet."""

import asyncio
import logging
import socket

from voiced.core.addresses import Address
from voiced.core.errors import ListenFailed, VoicedError
from voiced.core.status import ListenerStatus

log = logging.getLogger(__name__)

BACKLOG = 1024
RETRY_S = 5.0
"""From one attempt to the next."""


class Listener:
    """An address at which others are listened to, or are to be.

    Args:
        kind: http, wyoming or satellite.
        address: where.

    Attributes:
        address: see above.
        port: at which it listens; None: not yet.
    """

    def __init__(self, kind: str, address: Address) -> None:
        self._kind, self.address = kind, address
        self._problem: VoicedError | None = None
        self.port: int | None = None

    @property
    def status(self) -> ListenerStatus:
        """How it is."""
        where, problem = str(Address(self.address.host, self.port or self.address.port)), self._problem
        told = (problem.message, problem.hint) if problem else ()
        return ListenerStatus(self._kind, where, self.port is not None, *told)

    async def bound(self) -> socket.socket:
        """Waits until it can be listened there, and does."""
        while True:
            try:
                found = _bound(self.address)
            except OSError as error:
                await self.wait(ListenFailed(str(error)))
                continue
            self.port, self._problem = found.getsockname()[1], None
            log.info("listening for %s at %s", self._kind, self.status.address)
            return found

    async def wait(self, problem: VoicedError) -> None:
        """Waits for a while, since nobody can be listened to now; why is told once."""
        if self._problem is None or self._problem.message != problem.message:
            log.error("nobody is listened to at %s: %s. %s", self.status.address, problem.message, problem.hint)
        self._problem = problem
        await asyncio.sleep(RETRY_S)


def _bound(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # Without the protocol's number, asyncio leaves Nagle's algorithm on: 40 ms for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
