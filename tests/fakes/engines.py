"""Working stand-ins for engines: they keep the ports' promises, with scripted words."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from voiced.core.errors import SttFailed, TtsFailed
from voiced.core.types import RATE, Clip, Purpose, SpeechChunk, Transcript

SECONDS_A_CHARACTER = 0.05
VOICE_RATE = 22_050


class ScriptedStt:
    """Transcribes each utterance to the next text of its script; `FAIL` makes it fail.

    Args:
        texts: the script.
        partials: how often it tells the same words, at the end of speech and in the silence after it.
        early: what it takes the words for first.
    """

    FAIL = "<fail>"

    def __init__(self, *texts: str, partials: int = 1, early: str = "") -> None:
        self.texts = list(texts)
        self.partials = partials
        self.early = early
        self.heard: list[tuple[Purpose, int]] = []

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        text = self.texts.pop(0) if self.texts else ""
        samples = 0
        async for chunk in speech:
            samples += len(chunk.samples) // 2
            end = chunk.start + len(chunk.samples) // 2
            for words in (self.early, text) if self.early else (text,):
                for _ in range(self.partials):
                    partial(Transcript(words, 0.5, end, final=False))
                    end += RATE // 10
                    await asyncio.sleep(0)
        self.heard.append((purpose, samples))
        if text == self.FAIL:
            raise SttFailed("the script says so")
        return Transcript(text, 0.9)

    async def close(self) -> None: ...


class CountingTts:
    """Speaks silence as long as its text; fails on texts that hold `unspeakable`."""

    def __init__(self) -> None:
        self.open = 0

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        if "unspeakable" in text:
            raise TtsFailed("the script says so")
        self.open += 1
        try:
            for _ in text:
                await asyncio.sleep(0)
                yield Clip(b"\1\0" * round(SECONDS_A_CHARACTER / speed * VOICE_RATE), VOICE_RATE)
        finally:
            self.open -= 1

    async def close(self) -> None: ...


def seconds(count: float) -> int:
    """Seconds as a position."""
    return round(count * RATE)
