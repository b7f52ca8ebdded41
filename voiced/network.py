"""The API for other machines: where it listens, with which certificate, and that nobody listens without a key."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable

from litestar import Litestar

from voiced.control.door import Door
from voiced.control.serving import ELSEWHERE, HttpServer
from voiced.core.addresses import Address
from voiced.core.config_http import HttpConfig, addresses
from voiced.core.credentials import identity
from voiced.core.errors import ConfigInvalid, StoreFailed
from voiced.core.keys import usable
from voiced.core.ports.agent import Agent

log = logging.getLogger(__name__)

BACKLOG = 1024
RETRY_S = 5.0
"""Between attempts to listen at an address that is not there yet, or taken; and to read keys."""


class Network:
    """The same application as on the Unix socket, for whoever shows a key.

    Args:
        config: where, and for whom.
        agent: knows the keys.
        application: what answers.

    Raises:
        ConfigInvalid: an address is none, or the certificate cannot be used.

    Attributes:
        ports: at which it listens.
    """

    def __init__(self, config: HttpConfig, agent: Agent, application: Litestar) -> None:
        self._config, self._agent = config, agent
        self._wanted, self._tls = listening(config)
        self._door = Door(application, agent, config)
        self._servers: list[HttpServer] = []
        self.ports: list[int] = []

    def renew(self) -> Callable[[], None]:
        """Reads the certificate anew; what comes back shows it to whoever connects from then on.

        Raises:
            ConfigInvalid: it cannot be used; the one before is shown still.
        """
        _, renewed = listening(self._config)

        def use() -> None:
            self._tls = renewed
            for server in self._servers:
                server.tls = renewed

        return use

    async def run(self) -> None:
        """Serves until it is cancelled.

        Raises:
            ConfigInvalid: other machines could connect, and no key is in force.
        """
        await self._need_key()
        async with asyncio.TaskGroup() as tasks:
            for each in self._wanted:
                tasks.create_task(self._serve(each), name=f"http {each.host}")

    async def _need_key(self) -> None:
        open_ = [each.host for each in self._wanted if not each.here]
        while open_:
            try:
                keys = await self._agent.keys.all()
            except StoreFailed as error:
                log.warning("nobody is listened to over HTTP until keys can be read: %s", error.message)
                await asyncio.sleep(RETRY_S)
                continue
            if not any(usable(key, time.time()) for key in keys):
                raise ConfigInvalid(
                    f"{open_[0]} can be reached from other machines, and there is no key that is in force",
                    code="no-key",
                    hint="Make one first, such as `voiced keys add phone --scope talk --expires-in 90d`;"
                    " or listen at 127.0.0.1: see [http] in the configuration.",
                )
            return

    async def _serve(self, address: Address) -> None:
        told = False
        while True:
            try:
                listener = _bound(address)
                break
            except OSError as error:
                if not told:
                    log.error("nobody is listened to at %s:%d: %s", address.host, address.port, error)  # noqa: TRY400
                told = True
                await asyncio.sleep(RETRY_S)
        port = listener.getsockname()[1]
        log.info("listening for HTTP at %s:%d%s", address.host, port, ", encrypted" if self._tls else "")
        if not (address.here or self._tls):
            log.warning("keys and talk pass %s:%d unencrypted: see http.certificate", address.host, port)
        self.ports.append(port)
        server = HttpServer(self._door, ELSEWHERE, self._tls)
        self._servers.append(server)
        await server.serve(listener, asyncio.Event())


def listening(config: HttpConfig) -> tuple[list[Address], ssl.SSLContext | None]:
    """Where to listen, and what is shown there to clients.

    Raises:
        ConfigInvalid: an address is none, or the certificate cannot be used.
    """
    wanted = addresses(config)
    return wanted, identity(config.certificate, config.private_key) if config.certificate else None


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
