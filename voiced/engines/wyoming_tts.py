"""A voice on another machine, behind Wyoming."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TypeVar

from voiced.core.config import RemoteConfig
from voiced.core.errors import TtsFailed
from voiced.core.types import Clip
from voiced.core.wire import Message
from voiced.engines.pcm import Format, Mono
from voiced.engines.remote import ServerInfo, within
from voiced.engines.wyoming import WyomingServer
from voiced.engines.wyoming_connection import Connection

T = TypeVar("T")


class WyomingTts:
    """A voice that is sent a sentence at a time. Implements `Tts`.

    Args:
        remote: where it is, and the voice to ask for.
        deadline_s: how long the first sound may take, and how far the rest may fall behind its own playing.

    Raises:
        ConfigInvalid: the address or the certificates cannot be used.
    """

    def __init__(self, remote: RemoteConfig, deadline_s: float) -> None:
        self._server = WyomingServer(remote, "tts", TtsFailed)
        self._deadline_s = deadline_s
        self._wish = {"voice": {"name": remote.model}} if remote.model else {}

    async def describe(self) -> ServerInfo:
        """Asks the server what it is; see `WyomingServer.describe`."""
        return await self._server.describe()

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:  # noqa: ARG002 (not in Wyoming)
        """See `Tts`. A text without a letter or a digit is not sent: some servers fail at it."""
        if not any(sign.isalnum() for sign in text):
            return
        patience = _Patience(self._deadline_s, self._server.where)
        connection = await patience.wait(self._server.ask("synthesize", {"text": text, **self._wish}))
        async with self._server.lent(connection):
            sound = _Sound(connection)
            while (clip := await patience.wait(sound.next())) is not None:
                patience.grant(clip.seconds)
                yield clip
            connection.idle = True

    async def close(self) -> None:
        """See `Tts`."""
        await self._server.close()


class _Patience:
    """Lets a server take its time for the first sound, and for the rest as long as it sounds."""

    def __init__(self, deadline_s: float, where: str) -> None:
        self._deadline_s, self._where = deadline_s, where
        self._left = deadline_s

    def grant(self, seconds: float) -> None:
        """Takes in that there is sound for some more seconds."""
        self._left += seconds

    async def wait(self, work: Awaitable[T]) -> T:
        """Waits for a piece of the server's work.

        Raises:
            DeadlinePassed: it takes too long.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            return await within(min(self._left, self._deadline_s), work, self._where)
        finally:
            self._left -= loop.time() - began


class _Sound:
    """The sound of one sentence, as it comes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mono: Mono | None = None

    async def next(self) -> Clip | None:
        """The next piece that sounds; None at the end."""
        while (message := await self._connection.receive()).type != "audio-stop":
            if message.type == "audio-chunk" and (samples := self._convert(message)):
                return Clip(samples, self._mono.format.rate if self._mono else 0)
        return None

    def _convert(self, message: Message) -> bytes:
        form = Format.read(message.data)
        self._mono = self._mono or Mono(form)
        if form != self._mono.format:
            raise TtsFailed("the server's sound changes its form in the middle")
        return self._mono.feed(message.payload)
