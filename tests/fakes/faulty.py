"""Engines that fail where a script says so."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from voiced.core.chat import ChatEnd, Finish, Prompt, ToolCall
from voiced.core.errors import EngineDied, VoicedError
from voiced.core.types import Clip, Purpose, SpeechChunk, Transcript


class Faults:
    """What happens at each request: at which step it fails (None: never), and in which error.

    Attributes:
        asked: requests so far.
        closed: it was let go of.
    """

    def __init__(self, *steps: int | None, error: VoicedError | None = None) -> None:
        self._steps = list(steps)
        self._error = error or EngineDied("the script says so")
        self._step: int | None = None
        self._at = 0
        self.asked = 0
        self.closed = False

    def begin(self) -> None:
        """A request begins; after the script's end, all of them go well."""
        self._step = self._steps.pop(0) if self._steps else None
        self._at = 0
        self.asked += 1
        self.pass_step()

    def pass_step(self) -> None:
        """The request comes to its next step."""
        if self._at == self._step:
            raise self._error
        self._at += 1

    async def close(self) -> None:
        self.closed = True


class FaultyStt(Faults):
    """Understands how many samples it heard. Steps: 0 at once, then one for each chunk, then one at the end.

    Like a recogniser in a child, it is cut off while somebody else waits for its speech.
    """

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,  # noqa: ARG002 (the port's own arguments)
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        self.begin()
        heard: asyncio.Queue[SpeechChunk | None] = asyncio.Queue()

        async def listen() -> None:
            try:
                async for chunk in speech:
                    heard.put_nowait(chunk)
            finally:
                heard.put_nowait(None)

        listening = asyncio.create_task(listen())
        try:
            starts: list[int] = []
            while chunk := await heard.get():
                starts.append(chunk.start)
                partial(Transcript(f"{len(starts)} chunks", until=chunk.start, final=False))
                self.pass_step()
            await listening
            self.pass_step()
            return Transcript(" ".join(map(str, starts)))
        finally:
            listening.cancel()
            await asyncio.wait([listening])


class FaultyTts(Faults):
    """Speaks a clip a word. Steps: 0 at once, then one after each clip."""

    def __init__(self, *steps: int | None, rate: int = 16_000, error: VoicedError | None = None) -> None:
        super().__init__(*steps, error=error)
        self._rate = rate

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:  # noqa: ARG002 (the port's own)
        self.begin()
        for _ in text.split():
            await asyncio.sleep(0)
            yield Clip(bytes(320), self._rate)
            self.pass_step()


class FaultyLlm(Faults):
    """Says its words. Steps: 0 at once, then one after each word."""

    def __init__(self, words: Sequence[str], *steps: int | None, error: VoicedError | None = None) -> None:
        super().__init__(*steps, error=error)
        self._words = words
        self.prompts: list[Prompt] = []
        self.prefilled = 0

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        self.prompts.append(prompt)
        self.begin()
        for word in self._words:
            await asyncio.sleep(0)
            yield word
            self.pass_step()
        yield ChatEnd(Finish.STOP)

    async def prefill(self, prompt: Prompt) -> None:  # noqa: ARG002 (the port's own arguments)
        self.prefilled += 1
