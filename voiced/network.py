"""The API for other machines: where it listens, with which certificate, and that nobody listens without a key."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable

from litestar import Litestar

from voiced.control.door import Door
from voiced.control.listening import Listener
from voiced.control.serving import ELSEWHERE, HttpServer
from voiced.core.addresses import Address
from voiced.core.config_http import HttpConfig, addresses
from voiced.core.credentials import identity
from voiced.core.errors import KeyMissing, StoreFailed, VoicedError
from voiced.core.keys import look_for_usable
from voiced.core.ports.agent import Agent

log = logging.getLogger(__name__)


class Network:
    """The same application as on the Unix socket, for whoever shows a key.

    Args:
        config: where, and for whom.
        agent: knows the keys.
        application: what answers.

    Raises:
        ConfigInvalid: an address is none, or the certificate cannot be used.

    Attributes:
        listeners: where.
    """

    def __init__(self, config: HttpConfig, agent: Agent, application: Litestar) -> None:
        self._config, self._agent = config, agent
        wanted, self._tls = listening(config)
        self.listeners = [Listener("http", each) for each in wanted]
        self._door = Door(application, agent, config)
        self._servers: list[HttpServer] = []

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
        """Serves until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for each in self.listeners:
                tasks.create_task(self._serve(each), name=f"http {each.address.host}")

    async def _serve(self, listener: Listener) -> None:
        here = listener.address.here
        while not here and (problem := await self._keyless()):
            await listener.wait(problem)
        bound = await listener.bound()
        if not (here or self._tls):
            log.warning("keys and talk pass %s unencrypted: see http.certificate", listener.status.address)
        server = HttpServer(self._door, ELSEWHERE, self._tls)
        self._servers.append(server)
        await server.serve(bound, asyncio.Event())

    async def _keyless(self) -> VoicedError | None:
        """Why nobody could show a key, if so."""
        try:
            look_for_usable(await self._agent.keys.all(), time.time())
        except (KeyMissing, StoreFailed) as error:
            return error
        return None


def listening(config: HttpConfig) -> tuple[list[Address], ssl.SSLContext | None]:
    """Where to listen, and what is shown there to clients.

    Raises:
        ConfigInvalid: an address is none, or the certificate cannot be used.
    """
    wanted = addresses(config)
    return wanted, identity(config.certificate, config.private_key) if config.certificate else None
