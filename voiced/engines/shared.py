"""An engine that the room and others share: what is said here goes first, and what is done for others makes way.

A child does one thing after the other. Whoever asks from elsewhere may be slow, may ask for a lot and may never read
the answer: so what is done for others is done at once, is kept here until it is whole, and begins again where somebody
in the room was quicker.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import aclosing, contextmanager
from typing import TypeVar

from voiced.core.errors import Busy
from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.tasks import ended
from voiced.core.types import RATE, SAMPLE_BYTES, Clip, Purpose, SpeechChunk, Transcript

PATIENCE_S = 30.0
"""Others wait for an engine so long."""
PIECE = RATE // 10 * SAMPLE_BYTES
"""Bytes of sound that a recogniser gets at a time: between two, it can be told that nobody waits any more."""
T = TypeVar("T")


class RightOfWay:
    """Who may use an engine now. Belongs to the event loop."""

    def __init__(self) -> None:
        self._here = 0
        self._seat = asyncio.Lock()
        self._free, self._taken = asyncio.Event(), asyncio.Event()
        self._free.set()

    @contextmanager
    def here(self) -> Generator[None]:
        """The room uses the engine: it waits for nobody."""
        self._here += 1
        self._free.clear()
        self._taken.set()
        try:
            yield
        finally:
            self._here -= 1
            if not self._here:
                self._taken.clear()
                self._free.set()

    async def elsewhere(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does something for somebody else, one thing after the other; again where the room was quicker.

        Raises:
            Busy: the engine has no time.
            VoicedError: the work failed.
        """
        try:
            async with asyncio.timeout(PATIENCE_S), self._seat:
                while True:
                    await self._free.wait()
                    working = asyncio.ensure_future(work())
                    taken = asyncio.ensure_future(self._taken.wait())
                    try:
                        await asyncio.wait({working, taken}, return_when=asyncio.FIRST_COMPLETED)
                        if working.done():
                            return working.result()
                    finally:
                        await ended([working, taken])
        except TimeoutError:
            raise Busy("others are talking") from None


class SharedStt:
    """The room's recogniser. Implements `Stt`.

    Args:
        stt: the recogniser.
        patient: the same with more time, for what comes at once; None: it has enough.

    Attributes:
        elsewhere: the same for others. Implements `Stt`.
    """

    def __init__(self, stt: Stt, patient: Stt | None = None) -> None:
        self._stt, self._patient = stt, patient or stt
        self._way = RightOfWay()
        self.elsewhere: Stt = _SttElsewhere(self._patient, self._way)

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """See `Stt`."""
        with self._way.here():
            return await self._stt.transcribe(speech, purpose, partial)

    async def close(self) -> None:
        """See `Stt`."""
        await self._stt.close()
        await self._patient.close()


class SharedTts:
    """The room's voice. Implements `Tts`.

    Args:
        tts: the voice.

    Attributes:
        elsewhere: the same for others. Implements `Tts`.
    """

    def __init__(self, tts: Tts) -> None:
        self._tts = tts
        self._way = RightOfWay()
        self.elsewhere: Tts = _TtsElsewhere(tts, self._way)

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """See `Tts`."""
        with self._way.here():
            async with aclosing(self._tts.synthesize(text, speed)) as clips:
                async for clip in clips:
                    yield clip

    async def close(self) -> None:
        """See `Tts`."""
        await self._tts.close()


class _SttElsewhere:
    """Hears an utterance when all of it is there."""

    def __init__(self, stt: Stt, way: RightOfWay) -> None:
        self._stt, self._way = stt, way

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        chunks = [chunk async for chunk in speech]
        return await self._way.elsewhere(lambda: self._stt.transcribe(_pieces(chunks), purpose, partial))

    async def close(self) -> None:
        """The room's own closes it."""


class _TtsElsewhere:
    """Speaks a text as a whole: keep it short."""

    def __init__(self, tts: Tts, way: RightOfWay) -> None:
        self._tts, self._way = tts, way

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        async def spoken() -> list[Clip]:
            async with aclosing(self._tts.synthesize(text, speed)) as clips:
                return [clip async for clip in clips]

        for clip in await self._way.elsewhere(spoken):
            yield clip

    async def close(self) -> None:
        """The room's own closes it."""


async def _pieces(chunks: list[SpeechChunk]) -> AsyncGenerator[SpeechChunk]:
    for chunk in chunks:
        for at in range(0, len(chunk.samples), PIECE):
            yield SpeechChunk(
                chunk.turn, chunk.samples[at : at + PIECE], chunk.start + at // SAMPLE_BYTES, chunk.purpose
            )
            await asyncio.sleep(0)
