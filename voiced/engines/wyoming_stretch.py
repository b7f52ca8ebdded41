"""One unbroken stretch of sound on one connection to a Wyoming server that hears wake words in it."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

from voiced.core.errors import RemoteUnreachable, WakeFailed
from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.engines.wyoming_connection import Connection
from voiced.engines.wyoming_stt import FORMAT

UNSENT = RATE * SAMPLE_BYTES
"""Bytes that wait for the network, about: a server that hangs is noticed within seconds."""
STALLED_S = 2.0
"""A server that takes nothing in for so long does not keep up."""
MORE = 100
"""A server may send so many frames more than it gets: whoever floods us is cut off."""
_MILLISECOND = RATE // 1000


class Sound(NamedTuple):
    """A piece of sound.

    Attributes:
        stretch: the stretch it belongs to.
        start: the position of its first sample.
        samples: s16le, mono, 16 kHz.
    """

    stretch: int
    start: int
    samples: bytes

    @property
    def end(self) -> int:
        """The position after its last sample."""
        return self.start + len(self.samples) // SAMPLE_BYTES


class Heard(NamedTuple):
    """A word that the server told of.

    Attributes:
        stretch: the stretch in which it was.
        word: ours.
        position: the position up to which the server had heard then; None where it does not say.
    """

    stretch: int
    word: str
    position: int | None


class Stretch:
    """Sound out, wake words in.

    Args:
        connection: for this stretch alone.
        where: the server's address, for messages.
        words: word to what the server calls it.
        sound: the first piece.

    Attributes:
        sent: samples that went out, or are about to.
    """

    def __init__(self, connection: Connection, where: str, words: Mapping[str, str], sound: Sound) -> None:
        self.sent = 0
        self._connection, self._where, self._words = connection, where, words
        self._number, self._start, _ = sound
        self._piece = sound.end - sound.start
        self._allowed = MORE
        connection.keep_unsent_below(UNSENT)

    async def begin(self) -> None:
        """Says what to listen for.

        Raises:
            RemoteUnreachable: the connection is cut, or the server takes nothing in.
        """
        await self._put("detect", {"names": sorted({*self._words.values()})})
        await self._put("audio-start", {**FORMAT, "timestamp": 0})

    async def send(self, sound: Sound) -> None:
        """Sends the next piece.

        Raises:
            RemoteUnreachable: see `begin`.
        """
        timestamp = self.sent // _MILLISECOND
        self.sent = sound.end - self._start  # The server may tell of it before we know that it is out.
        await self._put("audio-chunk", {**FORMAT, "timestamp": timestamp}, sound.samples)
        self._allowed += 1

    async def _put(self, type: str, data: Mapping[str, Any], payload: bytes = b"") -> None:  # noqa: A002 (the field's name)
        try:
            async with asyncio.timeout(STALLED_S):
                await self._connection.send(type, data, payload)
        except TimeoutError:
            raise RemoteUnreachable(f"{self._where} does not keep up with the sound") from None

    async def receive(self) -> list[Heard]:
        """Waits for the server's next frame; tells the words in it, most often none.

        Raises:
            RemoteUnreachable: the connection is cut.
            WakeFailed: the server says that it failed, or sends too much.
        """
        message = await self._connection.receive()
        self._allowed -= 1
        if self._allowed < 0:
            raise WakeFailed(f"{self._where} sends more than anybody asked it for", hint="Is it a wake word server?")
        if message.type != "detection":
            return []
        name, position = message.data.get("name"), self._position(message.data.get("timestamp"))
        if name is None and len(names := {*self._words.values()}) == 1:
            name = names.pop()  # The only one that it listens for.
        return [Heard(self._number, word, position) for word, theirs in self._words.items() if theirs == name]

    def _position(self, timestamp: object) -> int | None:
        """Milliseconds since the stretch began as a position: servers tell where the piece began in which it was."""
        if not isinstance(timestamp, int | float) or not 0 <= timestamp * _MILLISECOND <= self.sent:
            return None
        return self._start + min(self.sent, int(timestamp * _MILLISECOND) + self._piece)
