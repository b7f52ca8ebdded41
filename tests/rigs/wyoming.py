"""Speech servers made with the `wyoming` package, which others wrote: what our clients have to get on with."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.rigs.sockets import serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # It imports audioop where there still is one.
    from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
    from wyoming.audio import AudioChunk, AudioStart, AudioStop
    from wyoming.error import Error
    from wyoming.event import Event
    from wyoming.info import (
        AsrModel,
        AsrProgram,
        Attribution,
        Describe,
        Info,
        TtsProgram,
        TtsVoice,
        TtsVoiceSpeaker,
        WakeModel,
        WakeProgram,
    )
    from wyoming.server import AsyncEventHandler, AsyncServer
    from wyoming.tts import Synthesize
    from wyoming.wake import Detect, Detection, NotDetected

SOMEBODY = Attribution("somebody", "https://example.org")


class _Served:
    """A server, and what it was asked.

    Attributes:
        connections: how many there have been.
        events: all that came.
    """

    handler: Callable[..., AsyncEventHandler]

    def __init__(self) -> None:
        self.connections = 0
        self.events: list[Event] = []

    def asked(self, kind: str) -> list[Event]:
        """The events of a kind that came."""
        return [event for event in self.events if event.type == kind]

    @asynccontextmanager
    async def on(
        self, transport: str, folder: Path, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> AsyncGenerator[str]:
        """Serves on tcp, unix or tls; yields the address."""
        if transport != "unix":
            async with serving(self._serve, tls if transport == "tls" else None, port) as given:
                yield f"{transport}://127.0.0.1:{given}"
            return
        server = AsyncServer.from_uri(f"unix://{folder}/socket")
        await server.start(partial(self.handler, self))
        try:
            yield f"unix://{folder}/socket"
        finally:
            await server.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.handler(self, reader, writer).run()


class SpeechServer(_Served):
    """What a server of speech does.

    Attributes:
        transcript: what it makes of any speech.
        chunks: what it streams before that.
        form: rate, width and channels of its voice.
        sound: what it speaks, whatever it is asked, in as many pieces.
        hangs_up: it closes the connection after each answer, as wyoming-faster-whisper does.
        drops: it closes the connection at the second request, unanswered.
        fails: it answers with an error.
        voices: how many it tells of.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transcript = "Turn on the light."
        self.chunks: list[str] = []
        self.form = (22_050, 2, 1)
        self.sound: list[bytes] = [bytes(2048)] * 3
        self.hangs_up = self.drops = self.fails = False
        self.services = {"asr", "tts"}
        self.voices = 1

    def info(self) -> Info:
        model = AsrModel("base", SOMEBODY, True, None, None, ["en"])
        speakers = [TtsVoiceSpeaker(f"speaker {number}") for number in range(5)]
        voices = [
            TtsVoice(f"voice {number}", SOMEBODY, True, None, None, ["en"], speakers) for number in range(self.voices)
        ]
        return Info(
            asr=[AsrProgram("listener", SOMEBODY, True, None, None, [model])] if "asr" in self.services else [],
            tts=[TtsProgram("speaker", SOMEBODY, True, None, None, voices)] if "tts" in self.services else [],
        )


class Handler(AsyncEventHandler):
    """One connection."""

    def __init__(self, server: SpeechServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._server = server
        self._requests = 0
        server.connections += 1

    async def handle_event(self, event: Event) -> bool:
        """See `AsyncEventHandler`."""
        server = self._server
        server.events.append(event)
        if Describe.is_type(event.type):
            await self.write_event(server.info().event())
            return True
        if not (AudioStop.is_type(event.type) or Synthesize.is_type(event.type)):
            return True
        self._requests += 1
        if server.drops and self._requests > 1:
            return False
        if server.fails:
            await self.write_event(Error("you said: my secret", "secret").event())
        elif AudioStop.is_type(event.type):
            await self._transcribe()
        else:
            await self._speak()
        return not server.hangs_up

    async def _transcribe(self) -> None:
        if self._server.chunks:
            await self.write_event(TranscriptStart().event())
            for chunk in self._server.chunks:
                await self.write_event(TranscriptChunk(chunk).event())
        await self.write_event(Transcript(self._server.transcript).event())
        if self._server.chunks:
            await self.write_event(TranscriptStop().event())

    async def _speak(self) -> None:
        await self.write_event(AudioStart(*self._server.form).event())
        for piece in self._server.sound:
            await self.write_event(AudioChunk(*self._server.form, piece).event())
        await self.write_event(AudioStop().event())


SpeechServer.handler = Handler
Listener = Callable[[bytes], Iterable[str]]
"""Takes in sound, and names the wake words that end in it."""


class WakeServer(_Served):
    """A server that hears wake words. Its timestamps count from `audio-start`, as wyoming-openwakeword's do.

    Attributes:
        listener: makes a new listener for the names that are asked for.
        models: what it says that it knows.
        data: put over those of its detections.
        taken: bytes of sound that it has listened to.
        told: detections that it has sent.
        open: connections that are open now.
    """

    def __init__(self, listener: Callable[[Sequence[str]], Listener], models: Sequence[str]) -> None:
        super().__init__()
        self.listener, self.models = listener, models
        self.data: dict[str, Any] = {}
        self.taken = self.told = self.open = 0

    def info(self) -> Info:
        models = [WakeModel(name, SOMEBODY, True, None, None, ["en"], name) for name in self.models]
        return Info(wake=[WakeProgram("ears", SOMEBODY, True, None, None, models)])


class WakeHandler(AsyncEventHandler):
    """One connection."""

    def __init__(self, server: WakeServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(reader, writer)
        self._server = server
        self._names: list[str] = []
        self._milliseconds = 0
        server.connections += 1
        server.open += 1

    async def handle_event(self, event: Event) -> bool:
        """See `AsyncEventHandler`."""
        server = self._server
        server.events.append(event)
        if Describe.is_type(event.type):
            await self.write_event(server.info().event())
        elif Detect.is_type(event.type):
            self._names = Detect.from_event(event).names or []
        elif AudioStart.is_type(event.type):
            self._listener, self._milliseconds = server.listener(self._names), 0
        elif AudioChunk.is_type(event.type):
            await self._hear(AudioChunk.from_event(event))
        elif AudioStop.is_type(event.type):
            await self.write_event(NotDetected().event())
        return True

    async def _hear(self, chunk: AudioChunk) -> None:
        for name in self._listener(chunk.audio):
            detection = Detection(name, self._milliseconds).event()
            await self.write_event(Event(detection.type, {**detection.data, **self._server.data}))
            self._server.told += 1
        self._milliseconds += chunk.milliseconds
        self._server.taken += len(chunk.audio)

    async def disconnect(self) -> None:
        """See `AsyncEventHandler`."""
        self._server.open -= 1


WakeServer.handler = WakeHandler
