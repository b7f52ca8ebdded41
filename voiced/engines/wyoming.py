"""A Wyoming server on another machine: what it is, and connections to it."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from voiced.core import credentials
from voiced.core.config import RemoteConfig
from voiced.core.errors import ConfigInvalid, RemoteUnreachable, VoicedError, translate
from voiced.core.wire import Message
from voiced.engines.remote import CONNECT_S, NAME_LIMIT, ServerInfo, address, literal, unreachable
from voiced.engines.wyoming_connection import NO_SERVER, Connection

IDLE_S = 60.0
"""A connection that was idle for longer is not used again: a server that lost its power does not say so."""

RACE_S = 0.25
"""A name's next address is tried after so long. Source: RFC 8305, section 5.

An address has no other: no race, for one that is given up may leave its connection open until Python frees it.
"""
TOLD = 20
"""Names that an error lists."""
_SCHEMES = frozenset({"tcp", "tls", "unix"})
_EXAMPLE = "tcp://host:10300"


class _Model(Struct):
    name: str = ""


class _Program(Struct):
    name: str = ""
    models: list[_Model] = field(default_factory=list[_Model])
    voices: list[_Model] = field(default_factory=list[_Model])


class WyomingServer:
    """A server: connects, asks it once what it is, and keeps one idle connection for the next request.

    Args:
        remote: where it is.
        service: what it is needed for, as Wyoming calls it: asr, tts or wake.
        failed: of what kind the server's own errors are.
        needs: models without which it is of no use.

    Raises:
        ConfigInvalid: the address or the certificates cannot be used.
    """

    def __init__(
        self, remote: RemoteConfig, service: str, failed: type[VoicedError], needs: Collection[str] = ()
    ) -> None:
        self.where = address(remote.url)
        self._model, self._service, self._failed, self._needs = remote.model, service, failed, needs
        with translate(ValueError, to=ConfigInvalid, message=f"{self.where} is no address"):
            parts = urlsplit(remote.url)
            self._host, self._port = parts.hostname or "", parts.port or 0
        if parts.scheme not in _SCHEMES:
            raise ConfigInvalid(f"{self.where} is no address of a Wyoming server", hint=f"Such as {_EXAMPLE}.")
        self._race_s = None if literal(self._host) else RACE_S
        self._path = parts.path if parts.scheme == "unix" else ""
        if not (self._path or self._port):
            raise ConfigInvalid(f"{self.where} has no port", hint=f"Such as {_EXAMPLE}.")
        if remote.token_file:
            raise ConfigInvalid(f"{self.where} cannot be shown a token: Wyoming has none", hint="Remove token_file.")
        self._tls = credentials.trust(remote.ca_file) if parts.scheme == "tls" else None
        self._info: ServerInfo | None = None
        self._kept: Connection | None = None

    async def describe(self) -> ServerInfo:
        """Asks the server what it is.

        Raises:
            RemoteUnreachable: it does not answer, or does something else.
            VoicedError: it has not what is needed; of the kind `failed`.
        """
        self._info = None
        await (await self.connect()).close()
        return self._info or ServerInfo(self.where)

    async def connect(self) -> Connection:
        """Opens a connection; the first one asks the server what it is.

        Raises:
            RemoteUnreachable, VoicedError: see `describe`.
        """
        connection: Connection | None = None
        try:
            async with asyncio.timeout(CONNECT_S):
                connection = await self._open()
                if self._info is None:
                    await connection.send("describe")
                    self._info = self._read(await connection.receive())
        except BaseException as error:
            if connection:
                await connection.close()
            if isinstance(error, TimeoutError):
                raise RemoteUnreachable(f"{self.where} did not answer within {CONNECT_S:g} s") from None
            raise
        return connection

    async def ask(self, type: str, data: Mapping[str, Any]) -> Connection:  # noqa: A002 (the field's name)
        """Sends a request of one frame and waits until there is an answer, on the idle connection if there is one.

        Servers close connections that are idle: then it is sent again on a new one, once.

        Raises:
            InputInvalid, RemoteUnreachable: see `Connection`.
        """
        if kept := await self._take():
            with suppress(RemoteUnreachable):
                return await _asked(kept, type, data)
        return await _asked(await self.connect(), type, data)

    @asynccontextmanager
    async def lent(self, connection: Connection) -> AsyncGenerator[Connection]:
        """Uses a connection; afterwards it is kept if it is `idle`, else cut."""
        try:
            yield connection
        except RemoteUnreachable:
            self._info = None  # Whoever answers next may be somebody else.
            raise
        finally:
            if connection.idle and self._kept is None:
                connection.since = asyncio.get_running_loop().time()
                self._kept = connection
            else:
                await connection.close()

    async def close(self) -> None:
        """Cuts the idle connection."""
        if self._kept:
            await self._kept.close()
            self._kept = None

    async def _take(self) -> Connection | None:
        kept, self._kept = self._kept, None
        if kept and (kept.stale() or asyncio.get_running_loop().time() - kept.since > IDLE_S):
            await kept.close()
            return None
        return kept

    async def _open(self) -> Connection:
        try:
            if self._path:
                reader, writer = await asyncio.open_unix_connection(self._path)
            else:
                reader, writer = await asyncio.open_connection(
                    self._host, self._port, ssl=self._tls, happy_eyeballs_delay=self._race_s
                )
        except OSError as error:
            raise unreachable(self.where, error) from error
        return Connection(reader, writer, self.where, self._failed)

    def _read(self, message: Message) -> ServerInfo:
        """What an `info` frame tells of the service that is needed; the first program is the one that answers."""
        try:
            programs = msgspec.convert(message.data.get(self._service) or [], list[_Program])
        except msgspec.ValidationError:
            programs = []
        if message.type != "info" or not programs:
            raise RemoteUnreachable(f"{self.where} offers no {self._service} service", hint=NO_SERVER)
        models = [model.name for model in (*programs[0].models, *programs[0].voices)]
        if models and (missing := sorted({*self._needs} - {*models})):
            known = ", ".join(name[:NAME_LIMIT] for name in models[:TOLD] if name.isprintable())
            raise self._failed(f"{self.where} has no {', '.join(missing)}", hint=f"It has {known}.")
        model = self._model or (models[0] if len(models) == 1 else "")
        return ServerInfo(programs[0].name[:NAME_LIMIT], model[:NAME_LIMIT])


async def _asked(connection: Connection, type: str, data: Mapping[str, Any]) -> Connection:  # noqa: A002 (as above)
    connection.idle = False
    try:
        await connection.send(type, data)
        await connection.answered()
    except BaseException:
        await connection.close()
        raise
    return connection
