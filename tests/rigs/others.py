"""The Wyoming server with scripted services behind it, and clients made with the `wyoming` package."""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.fakes.engines import CountingTts, ScriptedStt
from tests.rigs.awaiting import until
from voiced.control.listening import Listener
from voiced.control.wyoming.server import Server
from voiced.control.wyoming.services import Services
from voiced.control.wyoming.session import Session
from voiced.core.addresses import Address
from voiced.core.config_wyoming import Network
from voiced.core.tasks import ended
from voiced.engines.incoming import Incoming
from voiced.turn.sentences import Clauses

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # It imports audioop where there still is one.
    from wyoming.asr import Transcribe, Transcript
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.client import AsyncTcpClient
    from wyoming.error import Error
    from wyoming.event import Event, Eventable
    from wyoming.handle import Handled, NotHandled
    from wyoming.info import Describe, Info
    from wyoming.ping import Ping
    from wyoming.pipeline import PipelineStage, RunPipeline
    from wyoming.satellite import PauseSatellite, RunSatellite
    from wyoming.timer import TimerCancelled, TimerFinished, TimerStarted
    from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop
    from wyoming.vad import VoiceStopped
    from wyoming.wake import Detect, Detection, NotDetected

__all__ = [
    "AudioChunk",
    "AudioStart",
    "AudioStop",
    "Describe",
    "Detect",
    "Detection",
    "Error",
    "Handled",
    "Info",
    "NotDetected",
    "NotHandled",
    "PauseSatellite",
    "Ping",
    "PipelineStage",
    "RunPipeline",
    "RunSatellite",
    "Synthesize",
    "SynthesizeChunk",
    "SynthesizeStart",
    "SynthesizeStop",
    "TimerCancelled",
    "TimerFinished",
    "TimerStarted",
    "Transcribe",
    "Transcript",
    "VoiceStopped",
    "client",
    "listening",
    "scripted",
    "spoken",
    "told",
]

RATE = 16_000


class ScriptedWake:
    """Hears its first word in all sound that is not silence, once; "deaf" is a word that it does not hear at all.

    Attributes:
        asked: the words that were listened for, stretch by stretch.
        open: ears that are open now.
        heard: seconds of sound that the last ear has heard.
        free: nothing is heard while it is not set.
    """

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.open = 0
        self.heard = 0.0
        self.free = asyncio.Event()
        self.free.set()

    @asynccontextmanager
    async def listening(self, names: Sequence[str] = ()) -> AsyncGenerator["ScriptedWake"]:
        """See `Services`."""
        self.asked.append(list(names))
        self.open += 1
        self.heard, self._told = 0.0, "deaf" in names
        try:
            yield self
        finally:
            self.open -= 1

    async def hear(self, samples: bytes) -> list[tuple[str, float]]:
        """See `WakeEar`."""
        await self.free.wait()
        self.heard += len(samples) / 2 / RATE
        if self._told or not any(samples):
            return []
        self._told = True
        return [((self.asked[-1] or ["jarvis"])[0], self.heard)]


def scripted(**parts: Any) -> Services:
    """Services that answer by a script: the recogniser hears "turn on the light", and `say X` is answered with X."""

    async def ask(text: str, _conversation: str) -> str | None:
        return text.removeprefix("say ") if text.startswith("say ") else None

    usual: dict[str, Any] = {
        "info": lambda: {"asr": [], "tts": [], "handle": []},
        "stt": ScriptedStt(*["turn on the light"] * 10),
        "tts": CountingTts(),
        "wake": ScriptedWake().listening,
        "ask": ask,
        "sound": Incoming,
        "splitter": Clauses,
        "unknown": "Sorry, I do not know that.",
        "apology": "Sorry, something went wrong.",
        "language": "en",
        "longest_s": 15.0,
    }
    return Services(**(usual | parts))


@asynccontextmanager
async def listening(services: Services, allow: Sequence[Network] = ()) -> AsyncGenerator[int]:
    """Serves until the block ends; yields the port."""
    server = Server(lambda connection: Session(connection, services), allow)
    listener = Listener("wyoming", Address("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve(listener))
    await until(lambda: listener.port, "it listens")
    try:
        yield listener.port or 0
    finally:
        await ended([serving])


@asynccontextmanager
async def client(port: int) -> AsyncGenerator[AsyncTcpClient]:
    """A client that is connected."""
    made = AsyncTcpClient("127.0.0.1", port, connect_timeout=30, read_timeout=30)
    async with made:
        yield made


async def told(port: int, *requests: Eventable | Event, end: str) -> list[Event]:
    """Sends requests on a connection, and returns what comes back up to an event, or the end."""
    async with client(port) as made:
        for request in requests:
            await made.write_event(request if isinstance(request, Event) else request.event())
        events: list[Event] = []
        while event := await made.read_event():
            events.append(event)
            if event.type == end:
                break
        return events


def spoken(samples: bytes, rate: int = RATE, width: int = 2, channels: int = 1) -> list[Eventable]:
    """An utterance, in pieces as Home Assistant sends them."""
    chunks = [AudioChunk(rate, width, channels, samples[at : at + 2048]) for at in range(0, len(samples), 2048)]
    return [AudioStart(rate, width, channels), *chunks, AudioStop()]
