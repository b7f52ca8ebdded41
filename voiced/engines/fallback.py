"""Several engines as one: the first that works answers.

There is none for embeddings: vectors of different models cannot be compared.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Container, Sequence
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from voiced.core.chat import ChatEnd, Prompt, ToolCall
from voiced.core.errors import InputInvalid, LlmFailed, SttFailed, TtsFailed, VoicedError
from voiced.core.ports.llm import Llm, ModelState, Tried
from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.types import Clip, Purpose, SpeechChunk, Transcript
from voiced.engines.choice import Choice, Told, nobody
from voiced.engines.replay import Replay


class _Engine(Protocol):
    async def close(self) -> None: ...


E = TypeVar("E", bound=_Engine)
T = TypeVar("T")
LATENCY_S = 300.0
"""How long it is remembered how fast a model was: one that was slow once is then given another chance."""


class _Fallback(Generic[E]):
    """What all of them share.

    Args:
        engines: names, for people, and ports; the first is the preferred one.
        on_change: see `Choice`.
        now: a clock that never steps back, in seconds.
    """

    def __init__(
        self,
        engines: Sequence[tuple[str, E]],
        on_change: Told = nobody,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._choice = Choice(engines, on_change, now)

    async def close(self) -> None:
        """Lets go of all engines."""
        await asyncio.gather(*(each.engine.close() for each in self._choice.all))

    async def _stream(
        self,
        start: Callable[[E], AsyncGenerator[T]],
        failure: VoicedError,
        until: float = math.inf,
        order: Sequence[str] | None = None,
        tried: Told = nobody,
    ) -> AsyncGenerator[T]:
        """Streams what the first engine makes that makes anything at all.

        Args:
            start: begins the work of an engine.
            failure: raised where there is none.
            until: no engine is tried after this time.
            order: see `Choice.candidates`.
            tried: told the name of each that is tried, and its problem; or None, as soon as it makes something.

        Raises:
            VoicedError: the last engine failed, or one in the middle of its work.
        """
        for candidate in self._choice.candidates(order):
            if self._now() >= until:
                break
            begun = False
            try:
                with self._choice.attempt(candidate):
                    async with aclosing(start(candidate.engine)) as items:
                        async for item in items:
                            if not begun:
                                tried(candidate.name, None)
                            begun = True
                            yield item
            except VoicedError as error:
                tried(candidate.name, error)
                if begun or isinstance(error, InputInvalid):
                    raise
                failure = error
            else:
                return
        raise failure


class FallbackStt(_Fallback[Stt]):
    """Recognisers. One that fails in the middle of an utterance is followed by the next, from the beginning.

    Implements `Stt`.

    Args:
        engines, on_change, now: see `_Fallback`.
        longest_s: the longest utterance, in seconds.
    """

    def __init__(
        self,
        engines: Sequence[tuple[str, Stt]],
        longest_s: float,
        on_change: Told = nobody,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(engines, on_change, now)
        self._longest_s = longest_s

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """See `Stt`."""
        failure: VoicedError = SttFailed("there is no recogniser")
        async with Replay(speech, self._longest_s) as replay:
            for candidate in self._choice.candidates():
                try:
                    with self._choice.attempt(candidate):
                        async with aclosing(replay.again()) as heard:
                            return await candidate.engine.transcribe(heard, purpose, partial)
                except InputInvalid:
                    raise
                except VoicedError as error:
                    failure = error
        raise failure


class FallbackTts(_Fallback[Tts]):
    """Voices. One that fails after its first sound is followed by none: nothing is said twice. Implements `Tts`."""

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """See `Tts`."""
        failure = TtsFailed("there is no voice")
        async with aclosing(self._stream(lambda tts: tts.synthesize(text, speed), failure)) as clips:
            async for clip in clips:
                yield clip


class FallbackLlm(_Fallback[Llm]):
    """Language models. One that fails after its first word is followed by none. Implements `Llm` and `Models`.

    Args:
        engines, on_change, now: see `_Fallback`.
        far: the names of those on other machines.
    """

    def __init__(
        self,
        engines: Sequence[tuple[str, Llm]],
        on_change: Told = nobody,
        now: Callable[[], float] = time.monotonic,
        far: Container[str] = (),
    ) -> None:
        super().__init__(engines, on_change, now)
        self._far = far
        self._latencies: dict[str, tuple[float, float]] = {}

    def states(self) -> list[ModelState]:
        """See `Models`."""
        return [
            ModelState(each.name, each.name in self._far, self._choice.problem(each), self._latency(each.name))
            for each in self._choice.all
        ]

    async def chat(
        self, prompt: Prompt, order: Sequence[str] | None = None, tried: Tried = nobody
    ) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Models`. All that are tried share the prompt's time."""
        since = self._now()
        over = since + prompt.budget_s

        def start(llm: Llm) -> AsyncGenerator[str | ToolCall | ChatEnd]:
            nonlocal since
            since = self._now()
            return llm.chat(replace(prompt, budget_s=over - since))

        def told(name: str, problem: VoicedError | None) -> None:
            if problem is None:
                self._latencies[name] = (self._now() - since, self._now())
            tried(name, problem)

        failure = LlmFailed("there is no language model")
        async with aclosing(self._stream(start, failure, over, order, told)) as items:
            async for item in items:
                yield item

    async def prefill(self, prompt: Prompt) -> None:
        """See `Llm`. It is the first engine's that would be tried now."""
        for candidate in self._choice.candidates()[:1]:
            await candidate.engine.prefill(prompt)

    def _latency(self, name: str) -> float | None:
        seconds, at = self._latencies.get(name, (None, -math.inf))
        return seconds if self._now() - at <= LATENCY_S else None
