"""Voiced as a satellite: what is said here goes to whoever has said `run-satellite`, and the answer comes from there.

Source: the Wyoming protocol's README (OHF-Voice/wyoming), and Home Assistant's integration `wyoming`.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from typing import Any, Protocol

from voiced.control.wyoming.answer import Answer, Sound
from voiced.control.wyoming.connection import Connection
from voiced.control.wyoming.services import USUAL
from voiced.core.errors import HomeFailed, HomeUnreachable, VoicedError, WireBroken
from voiced.core.status import ALL_SAID
from voiced.core.tasks import ended
from voiced.core.types import Clip, SpeechChunk, Transcript
from voiced.core.wire import Message

log = logging.getLogger(__name__)

LEFT_S = 10.0
"""What still comes of an answer that nobody waits for any more, comes within this time."""
MOST_TIMERS = 64
"""Whose names are known; for one more, the one that began first is forgotten: it rings without its name."""
NAME_LIMIT = 200
MOST_WORKS = 64
"""Sounds and rings of a server that may wait here; one that sends more is cut off."""


class Room(Protocol):
    """What is done here for the server."""

    async def play(self, sound: Clip) -> None:
        """Plays a sound when its turn comes; returns when it was heard. Raises `VoicedError`."""
        ...

    async def ring(self, timer: str, name: str) -> None:
        """Rings for a timer that is over, until somebody stops it."""
        ...

    async def hush(self, timer: str) -> None:
        """Does not ring for a timer any more."""
        ...


class Satellite:
    """The box as a satellite. Implements `Elsewhere`. Belongs to the event loop.

    Args:
        info: tells what it is, as Wyoming has it.
        room: what is done here.
        word: tells the wake word that was heard last; empty: none was.
    """

    def __init__(self, info: Callable[[], Mapping[str, Any]], room: Room, word: Callable[[], str]) -> None:
        self.info = info
        self._room, self._word = room, word
        self._server: SatelliteSession | None = None
        self._answer: Answer | None = None
        self._announced: Sound | None = None
        self._left_until = 0.0
        self._timers: dict[str, str] = {}
        self._works: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        """See `Elsewhere`."""
        return self._server is not None

    @property
    def who(self) -> str:
        """See `Elsewhere`."""
        return self._server.connection.peer if self._server else ""

    def attach(self, server: "SatelliteSession") -> None:
        """Serves whoever says so last. The owner is told: it hears what is said, and shows no password."""
        if server is not self._server:
            instead = f" instead of {self.who}" if self._server else ""
            log.warning("%s hears %s%s", server.connection.peer, ALL_SAID, instead)
            self.detach(self._server)
            self._left_until = 0.0
        self._server = server

    def serves(self, server: "SatelliteSession") -> bool:
        """Whether it is the one that is served."""
        return server is self._server

    def detach(self, server: "SatelliteSession | None") -> None:
        """It has gone: nobody waits for its answer any more."""
        if server is None or server is not self._server:
            return
        self._server = self._announced = None
        self._timers.clear()
        if self._answer:
            self._answer.fail(HomeUnreachable("Home Assistant has gone"))

    async def close(self) -> None:
        """Ends what is done for the server."""
        await ended(self._works)

    async def converse(self, speech: AsyncIterator[SpeechChunk]) -> AsyncGenerator[Transcript | str | Clip]:
        """See `Elsewhere`."""
        server = self._server
        if server is None or server.paused:
            raise HomeUnreachable("Home Assistant does not listen to this satellite now")
        self._answer = answer = Answer()
        sending, whole = asyncio.create_task(self._send(server, speech)), False
        try:
            async with aclosing(answer.told()) as told:
                async for item in told:
                    yield item
            whole = True
        except HomeFailed:
            whole = True  # Nothing more comes of it.
            raise
        finally:
            self._answer = None
            await ended([sending])
            if not whole and server is self._server:
                self._left_until = asyncio.get_running_loop().time() + LEFT_S
                with suppress(WireBroken):
                    await server.connection.send("audio-stop")

    async def _send(self, server: "SatelliteSession", speech: AsyncIterator[SpeechChunk]) -> None:
        """Sends what is said: the wake word is heard and the end of speech found here, all else is done there."""
        send = server.connection.send
        with suppress(WireBroken):  # Then its connection ends, and with it the answer.
            if word := self._word():
                await send("detection", {"name": word})
            await send("run-pipeline", {"start_stage": "asr", "end_stage": "tts", "restart_on_end": False})
            await send("audio-start", USUAL)
            async for chunk in speech:
                await send("audio-chunk", USUAL, chunk.samples)
            await send("audio-stop")

    async def played(self) -> None:
        """See `Elsewhere`."""
        if self._server:
            with suppress(WireBroken):
                await self._server.connection.send("played")

    def take(self, message: Message) -> None:
        """Takes in what the server sends; it is a part of an answer, an announcement, or about a timer.

        Raises:
            WireBroken: there is too much, or sound of a form that cannot be played.
        """
        if message.type.startswith("timer-"):
            self._time(message)
        elif self._answer is not None:
            self._answer.take(message)
        elif message.type == "audio-start":
            self._announced = Sound(message)
        elif message.type == "audio-chunk" and self._announced:
            self._announced.add(message.payload)
        elif message.type == "audio-stop" and self._announced:
            clip, self._announced = self._announced.clip, None
            if asyncio.get_running_loop().time() >= self._left_until:
                self._begin(self._announce(clip))
            self._left_until = 0.0

    async def _announce(self, clip: Clip) -> None:
        try:
            await self._room.play(clip)
        finally:
            await self.played()

    def _time(self, message: Message) -> None:
        timer, name = (str(message.data.get(key) or "")[:NAME_LIMIT] for key in ("id", "name"))
        match message.type:
            case "timer-started":
                if timer not in self._timers and len(self._timers) >= MOST_TIMERS:
                    del self._timers[next(iter(self._timers))]
                self._timers[timer] = name
            case "timer-finished":
                self._begin(self._room.ring(timer, self._timers.pop(timer, "")))
            case "timer-cancelled":
                self._timers.pop(timer, None)
                self._begin(self._room.hush(timer))
            case _:
                pass

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._works) >= MOST_WORKS:
            work.close()
            raise WireBroken("too much is to be played and rung for at the same time")

        async def done() -> None:
            with suppress(VoicedError):  # It was stopped, or there is no speaker: the room knows.
                await work

        task = asyncio.create_task(done())
        self._works.add(task)
        task.add_done_callback(self._works.discard)


class SatelliteSession:
    """One connection of a server to the satellite.

    Args:
        connection: to it.
        satellite: what it is to.

    Attributes:
        connection: as it was given.
        paused: it does not want to hear anything now.
    """

    def __init__(self, connection: Connection, satellite: Satellite) -> None:
        self.connection, self._satellite = connection, satellite
        self.paused = False

    @property
    def busy(self) -> bool:
        """It is the one that is served."""
        return self._satellite.serves(self)

    async def run(self) -> None:
        """Serves it until it hangs up.

        Raises:
            WireBroken: it does not keep to the protocol, or does not read.
        """
        try:
            while message := await self.connection.receive():
                match message.type:
                    case "ping":
                        await self.connection.send("pong", {"text": str(message.data.get("text") or "")[:NAME_LIMIT]})
                    case "describe":
                        await self.connection.send("info", self._satellite.info())
                    case "run-satellite":
                        self.paused = False
                        self._satellite.attach(self)
                    case "pause-satellite":
                        self.paused = True
                    case _ if self.busy:
                        self._satellite.take(message)
                    case _:
                        pass  # It has not said that it serves us.
        finally:
            self._satellite.detach(self)
