"""The engines for whoever wants one thing done and no turn taken: OpenAI's clients, such as. Implements `Inference`."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from voiced import recordings
from voiced.children import is_far
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.chat import CHARACTERS, ChatEnd, Finish, Prompt, ToolCall, estimate
from voiced.core.config import Config, chain
from voiced.core.errors import Busy, StoreFailed, TooPrivate
from voiced.core.events import AnyEvent, StateChanged
from voiced.core.history import Privacy
from voiced.core.ids import new_id
from voiced.core.ports.clock import Clock
from voiced.core.ports.embedder import Embedder
from voiced.core.ports.inference import EngineName, Heard, Stage
from voiced.core.ports.llm import Models
from voiced.core.ports.stt import Stt
from voiced.core.ports.tts import Tts
from voiced.core.ports.usage import Meter
from voiced.core.privacy import allowed
from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.core.usage import Use
from voiced.engines.decoding import Decoder
from voiced.engines.remote import address
from voiced.engines.sound import Outlet
from voiced.recall.lull import Lull
from voiced.turn.sentences import Clauses
from voiced.turn.speaking import SpeakableTts
from voiced.turn.streams import Ahead

log = logging.getLogger(__name__)

STAGES: tuple[Stage, ...] = ("stt", "tts", "llm", "embed")
TAKING = frozenset({"listening", "processing"})
"""States in which a turn may need a language model."""
BESIDES = 2
"""Items of an answer that are no text: the call of a tool, and the end."""


class Around(NamedTuple):
    """What is around the engines.

    Attributes:
        meter: counts.
        clock: the time.
        bus: tells when a turn begins.
        activity: who computes right now.
        privacy_of: tells how private a text is.
    """

    meter: Meter
    clock: Clock
    bus: Bus
    activity: Activity
    privacy_of: Callable[[str], Privacy]


class OwnInference:
    """What the daemon's own turns use, between turns.

    Args:
        config: the configuration.
        stt: takes recordings that come at once, and makes way for the room; its owner lets go of it, as of all others.
        tts: speaks plain words, likewise.
        models: the language models; None: there are none.
        embedder: makes vectors.
        around: see `Around`.
    """

    def __init__(
        self, config: Config, stt: Stt, tts: Tts, models: Models | None, embedder: Embedder, around: Around
    ) -> None:
        self._config, self._privacy_of = config, around.privacy_of
        self._stt, self._tts = stt, SpeakableTts(tts, config.language)
        self._models, self._embedder = models, embedder
        self._meter, self._clock, self._lull = around.meter, around.clock, Lull(around.bus, around.activity)
        self._decoder = Decoder()
        self._gaps: set[asyncio.Timeout] = set()
        self._counting: set[asyncio.Task[None]] = set()
        self.engines = [
            EngineName(stage, address(name))
            for stage in STAGES
            for name in chain(getattr(config.engines, stage).engine)
        ]
        self.longest_answer = (config.engines.llm.max_tokens, config.engines.llm.budget_s)
        around.bus.watch(self._watch)

    async def chat(self, model: str, prompt: Prompt, key: str | None) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Inference`. Whoever reads slowly keeps no turn waiting: all that a model makes waits to be read."""
        answer = Ahead(self._chat(model, prompt, key), "an answer for a client", ahead=prompt.max_tokens + BESIDES)
        async with aclosing(answer.read()) as items:
            async for item in items:
                yield item

    async def _chat(self, model: str, prompt: Prompt, key: str | None) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        await self._meter.check(key)
        end: ChatEnd | None = None
        since = self._clock.monotonic()
        try:
            async with self._gap():
                assert self._models  # noqa: S101 (it has a model of that name)
                async with aclosing(self._models.chat(prompt, [model], lambda _, __: None)) as items:
                    async for item in items:
                        # Until it tells what it took: see `Thinking`.
                        end = end or ChatEnd(Finish.CUT, estimate(prompt), model=model)
                        end = item if isinstance(item, ChatEnd) else replace(end, tokens_out=end.tokens_out + 1)
                        yield item
        finally:
            if end:
                self._count(
                    key,
                    model=end.model or model,
                    tokens_in=end.tokens_in,
                    tokens_cached=end.tokens_cached,
                    tokens_out=end.tokens_out,
                    inference_s=self._clock.monotonic() - since,
                )

    async def embed(self, texts: Sequence[str], key: str | None) -> tuple[str, NDArray[np.float32]]:
        """See `Inference`."""
        far = is_far(self._config, self._config.engines.embed.engine)
        if far and not all(allowed(self._config.privacy, self._privacy_of(text), "remote") for text in texts):
            raise TooPrivate("that is too private to be sent to another machine")
        await self._lull.wait()
        vectors = await self._embedder.embed(texts)
        self._count(key, model=self._embedder.model, tokens_in=sum(map(len, texts)) // CHARACTERS)
        return self._embedder.model, vectors

    async def transcribe(self, recording: bytes, key: str | None) -> Heard:
        """See `Inference`."""
        samples = await self._decoder.decoded(recording, "the recording", recordings.LONGEST_UTTERANCE_S)
        speech, seconds = await asyncio.to_thread(recordings.speech_of, samples), len(samples) / SAMPLE_BYTES / RATE
        text = (await self._stt.transcribe(recordings.chunks(speech))).text if speech else ""
        self._count(key, heard_s=seconds)
        return Heard(text, seconds, self._config.language)

    async def speak(self, text: str, speed: float, rate: int, key: str | None) -> AsyncGenerator[bytes]:
        """See `Inference`."""
        outlet, clauses, samples = Outlet(rate, 1), Clauses(), 0
        try:
            for clause in [*clauses.feed(text), *clauses.finish()]:
                async with aclosing(self._tts.synthesize(clause, speed)) as clips:
                    sound = [outlet.feed(clip.samples, clip.rate) async for clip in clips]
                samples += sum(map(len, sound))
                yield b"".join(each.tobytes() for each in sound)
            rest = outlet.flush()
            samples += len(rest)
            yield rest.tobytes()
        finally:
            self._count(key, spoken_s=samples / rate)

    async def close(self) -> None:
        """Waits until all is counted."""
        if self._counting:
            await asyncio.wait(self._counting)

    def _watch(self, event: AnyEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TAKING:
            for gap in self._gaps:
                gap.reschedule(0.0)

    @asynccontextmanager
    async def _gap(self) -> AsyncGenerator[None]:
        """Waits until no turn is in progress; ends the work of the block when one begins.

        Raises:
            Busy: one began.
        """
        await self._lull.wait()
        try:
            async with asyncio.timeout(None) as gap:
                self._gaps.add(gap)
                try:
                    yield
                finally:
                    self._gaps.discard(gap)
        except TimeoutError:
            raise Busy("somebody speaks with voiced", hint="Ask again in a moment.") from None

    def _count(self, key: str | None, **figures: Any) -> None:  # noqa: ANN401 (fields of `Use`)
        """Counts beside: nobody waits for it, and who breaks off is counted, too."""
        use = Use(id=new_id(), at=self._clock.wall(), key=key, **figures)
        task = asyncio.create_task(self._add(use), name="what a client used")
        self._counting.add(task)
        task.add_done_callback(self._counting.discard)

    async def _add(self, use: Use) -> None:
        try:
            await self._meter.add(use)
        except StoreFailed as error:
            log.warning("what a client used is not counted: %s", error.message)
