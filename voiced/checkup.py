"""The doctor's round: every stage is tried on this machine, with the parts that the daemon would use."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

import numpy as np
import soxr
from msgspec.structs import replace

from voiced import remembering, wiring
from voiced.children import children_of, started
from voiced.control.client import Client
from voiced.core.config import Config, chain
from voiced.core.errors import AudioFailed, LlmFailed, SttFailed, TtsFailed, VoicedError
from voiced.core.ports.audio import Played
from voiced.core.status import ALL_SOUND
from voiced.core.types import RATE, SAMPLE_BYTES, Earcon, SpeechChunk
from voiced.ear.detections import detections
from voiced.engines import files
from voiced.engines.remote import Server
from voiced.engines.soundcard import SoundCard
from voiced.setup.doctor import Finding, Health, better, held_microphone, microphone, speed
from voiced.setup.places import intents_folder, privacy_folders
from voiced.setup.privacy import load_rules
from voiced.turn.earcons import earcons
from voiced.turn.prompt import Prompts
from voiced.turn.rules import Rules

QUESTION = "what's the time"
"""PocketSphinx refuses most questions that eSpeak asks, but not this one."""
ANNOUNCEMENT = "This is a test."
LISTEN_S = 1.5
"""Sound that is judged, from the first that comes in."""
OPENING_S = 5.0
"""A microphone that says nothing for so long says nothing."""
RECOGNISING_S = 30.0
MOST_TOKENS = 16
LONG_S = 5.0
"""Nobody likes to wait so long for a first word, the time to load the model included."""
MEASURED = frozenset({"voice", "recogniser", "wake words", "language model"})
"""What depends on how busy the machine is: measured once more before it is blamed."""
Thing = TypeVar("Thing")


async def checkup(config: Config, client: Client) -> AsyncGenerator[Finding]:
    """Checks everything, one finding after the other; what fails does not keep the rest from being looked at.

    Args:
        config: the configuration.
        client: of the daemon. While one runs, the devices are its own: it is asked about them.
    """
    round_ = _Round(config, client)
    checks: list[tuple[str, Callable[[], Coroutine[None, None, Finding]]]] = [
        ("daemon", round_.daemon),
        ("sentences", round_.sentences),
        ("privacy", round_.privacy),
        ("voice", round_.voice),
        ("recogniser", round_.recogniser),
        ("wake words", round_.wake_words),
        *([("language model", round_.model)] if chain(config.engines.llm.engine) else []),
        ("embeddings", round_.embeddings),
        *((f"{stage} {name}", partial(round_.server, stage, make)) for stage, name, make in wiring.servers(config)),
        ("microphone", round_.microphone),
        ("speaker", round_.speaker),
    ]
    for name, check in checks:
        try:
            found = await check()
            if name in MEASURED and found.health is not Health.GOOD:
                found = better(found, await check())
            yield replace(found, check=name)
        except VoicedError as error:
            yield Finding(name, Health.BAD, error.message, error.hint)


class _Round:
    def __init__(self, config: Config, client: Client) -> None:
        self._config = config
        self._client = client
        self._alone = False
        self._speech = b""
        """The voice's own question, 16 kHz: what the recogniser and the wake words are tried on."""

    async def daemon(self) -> Finding:
        self._alone = not await asyncio.to_thread(self._client.running)
        if self._alone:
            return Finding("daemon", Health.GOOD, "none runs")
        status = await asyncio.to_thread(self._client.status)
        for each in status.listeners:
            if each.problem:
                told = f"nobody is listened to at {each.address}: {each.problem}"
                return Finding("daemon", Health.WARNING, told, each.hint)
        return Finding("daemon", Health.GOOD, "it runs, and answers")

    async def sentences(self) -> Finding:
        rules = await asyncio.to_thread(Rules, intents_folder(self._config), self._config.language)
        await asyncio.to_thread(rules.prepare)
        return Finding("sentences", Health.GOOD, f"{len(rules.grammar.words)} words that can be said aloud")

    async def privacy(self) -> Finding:
        rules = await asyncio.to_thread(load_rules, privacy_folders(self._config), self._config.language)
        phrases = sum(map(len, rules.phrases.values()))
        return Finding("privacy", Health.GOOD, f"{len(rules.forms)} patterns and {phrases} phrases make a text private")

    async def voice(self) -> Finding:
        children = children_of(self._config, "tts")
        async with started(children):
            began = time.perf_counter()
            async with aclosing(wiring.voice(self._config, children).synthesize(QUESTION)) as speech:
                clips = [clip async for clip in speech]
            took = time.perf_counter() - began
        if not clips:
            raise TtsFailed("the voice made no sound")
        sound = np.frombuffer(b"".join(clip.samples for clip in clips), np.int16)
        self._speech = soxr.resample(sound, clips[0].rate, RATE).astype("<i2").tobytes() + bytes(RATE)
        return speed("voice", took, sum(clip.seconds for clip in clips), _names(self._config.engines.tts.engine))

    async def recogniser(self) -> Finding:
        if not self._speech:
            raise SttFailed("there was no voice to try it on")
        children = children_of(self._config, "stt")
        stt = wiring.recogniser(self._config, children, deadline_s=RECOGNISING_S)
        async with started(children):
            began = time.perf_counter()
            heard = await stt.transcribe(_once(SpeechChunk("doctor", self._speech, 0)))
            took = time.perf_counter() - began
        names = _names(self._config.engines.stt.engine)
        finding = speed("recogniser", took, len(self._speech) / SAMPLE_BYTES / RATE, names)
        if finding.health is Health.GOOD and heard.text != QUESTION:
            words = f"took it for “{heard.text}”" if heard.text else "understood nothing"
            found = f"{finding.found}; a voice said “{QUESTION}”, and it {words}"
            hint = "A synthetic voice is hard to understand: try `voiced transcribe` with a recording of yours."
            return Finding("recogniser", Health.WARNING, found, hint)
        return finding

    async def wake_words(self) -> Finding:
        cascade = wiring.cascade(self._config.wake)
        sound = self._speech or bytes(2 * RATE * SAMPLE_BYTES)
        began = time.perf_counter()
        for _ in detections(files.frames(sound), cascade):
            pass
        took = time.perf_counter() - began
        names = ", ".join(name for name, word in self._config.wake.words.items() if not word.remote) or "none here"
        return speed("wake words", took, len(sound) / SAMPLE_BYTES / RATE, names)

    async def model(self) -> Finding:
        children = children_of(self._config, "llm")
        model = wiring.models(self._config, children)
        prompts = Prompts(self._config.language, "", MOST_TOKENS, self._config.engines.llm.budget_s, lambda _: "public")
        began, first, tokens = time.perf_counter(), 0.0, 0
        async with started(children):
            if model is None:
                raise LlmFailed("none is configured")
            async with aclosing(model.chat(prompts.ask(QUESTION, [], datetime.now().astimezone()))) as items:
                async for item in items:
                    first = first or time.perf_counter() - began
                    tokens += isinstance(item, str)
        found = f"{_names(self._config.engines.llm.engine)}: first word after {first:.1f} s, {tokens} pieces"
        if first > LONG_S:
            return Finding("language model", Health.WARNING, found, "A smaller model answers sooner.")
        return Finding("language model", Health.GOOD, found)

    async def embeddings(self) -> Finding:
        children = children_of(self._config, "embed")
        embedder = remembering.embedder(self._config, children)
        async with started(children):
            await embedder.embed([QUESTION])
            began = time.perf_counter()
            await embedder.embed([ANNOUNCEMENT])
            took = time.perf_counter() - began
        return Finding(
            "embeddings", Health.GOOD, f"{self._config.engines.embed.engine}: {took * 1000:.0f} ms a sentence"
        )

    async def server(self, stage: str, make: Callable[[], Server]) -> Finding:
        engine = make()
        try:
            info = await engine.describe()
        finally:
            await engine.close()
        found = f"{info.name} answers{f' with {info.model}' if info.model else ''}"
        return Finding("server", Health.GOOD, f"{found}; it is sent {ALL_SOUND}" if stage == "wake" else found)

    async def microphone(self) -> Finding:
        if not self._alone:
            held = await asyncio.to_thread(self._client.status)
            return held_microphone(held.audio, muted=held.muted)
        async with self._card() as card:
            sound = await asyncio.to_thread(_listen, card)
            status = card.status()
        if status.problem:
            return Finding("microphone", Health.BAD, status.problem, status.hint)
        return microphone(sound, status.device)

    async def speaker(self) -> Finding:
        if not self._alone:
            await asyncio.to_thread(self._client.status)  # One that hangs is told: to speak may take for ever.
            await asyncio.to_thread(self._client.post, "voice/say", text=ANNOUNCEMENT)
            return Finding("speaker", Health.GOOD, f"the daemon said “{ANNOUNCEMENT}”: did you hear it?")
        clip = earcons()[Earcon.WOKE]
        played: list[Played] = []
        async with self._card() as card:
            await card.play(_once(clip), played.append)
        if not played or played[-1].seconds < clip.seconds / 2:
            raise AudioFailed("the sound did not come out", hint="See `voiced devices`, and set audio.output.")
        return Finding("speaker", Health.GOOD, f"played a sound of {clip.seconds:.2f} s: did you hear it?")

    @asynccontextmanager
    async def _card(self) -> AsyncGenerator[SoundCard]:
        card = SoundCard(self._config.audio, lambda _: None)
        await card.start()
        try:
            yield card
        finally:
            await card.close()


def _listen(card: SoundCard) -> bytes:
    """What the microphone hears in a moment, in a thread of its own."""
    sound = b""
    until = time.monotonic() + OPENING_S
    for frame in card.frames():
        if frame:
            until = until if sound else time.monotonic() + LISTEN_S
            sound += frame.samples
        if time.monotonic() > until:
            break
    return sound


async def _once(thing: Thing) -> AsyncGenerator[Thing]:
    yield thing


def _names(engine: str | list[str]) -> str:
    return ", ".join(chain(engine))
