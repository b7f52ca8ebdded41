"""The same parts without a daemon: a recording replayed, one question, single stages."""

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voiced import recordings, wiring
from voiced.assistant import Voiced
from voiced.children import HASHING, Engines, children_of, engines, is_remote, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import REMOTE_ADDRESS, Config, WakeWordConfig, chain
from voiced.core.errors import ConfigInvalid, InputInvalid, StoreFailed, VoicedError
from voiced.core.events import AnyEvent
from voiced.core.ports.clock import SystemClock
from voiced.core.ports.promises import PromiseStore
from voiced.core.ports.stt import Stt
from voiced.core.promises import Promise
from voiced.core.types import RATE, SAMPLE_BYTES, Clip, Understanding
from voiced.core.zone import LocalZone
from voiced.ear.detections import detections
from voiced.ear.words import Detection
from voiced.engines import files
from voiced.engines.host import find
from voiced.engines.soundcard import Device, SoundCard, devices
from voiced.kept import passing_database
from voiced.setup.places import intents_folder, state_folder
from voiced.setup.privacy import classifier
from voiced.setup.secret import secret
from voiced.store.db import Database
from voiced.store.promises import StoredPromises
from voiced.turn.rules import Rules
from voiced.turn.speaking import SpeakableTts

__all__ = ["Device", "Transcription", "check", "devices", "replay", "say_once", "transcribe", "understand", "wake_test"]

ADDRESSES = "Write tcp://host:10300, tls://host:10300, unix:///path or http(s)://host:8080/v1."
OPENING_S = 1.0
"""Nobody waits long at the command line for a file that cannot be opened."""
SOON_S = 60.0
"""What is due before that is nothing for a question that is answered at once."""
APART_S = 10
"""Recordings are heard one after the other with this much lost sound between them, so that each is heard afresh."""


class Transcription(Struct, frozen=True):
    """What a recording says. All but the file's name is null where it was not understood."""

    file: str
    text: str | None = None
    confidence: float | None = None
    intent: str | None = None
    slots: dict[str, str | int | float] | None = None


class Found(Struct, frozen=True):
    """A wake word in a recording: when it had been recognised, in seconds."""

    word: str
    score: float
    second: float


class Setting(Struct, frozen=True):
    """How a recording is replayed.

    Attributes:
        out: where to write what is answered, in time with the recording.
        fast: as fast as possible instead of in real time.
        began: when it begins, in seconds since 1970 (UTC); None: now.
        ready: is called when all is there, before anything is heard.
    """

    out: Path | None = None
    fast: bool = False
    began: float | None = None
    ready: Callable[[Voiced, Engines], None] = lambda _voiced, _parts: None


async def replay(config: Config, path: Path, show: Callable[[AnyEvent], None], setting: Setting) -> None:
    """Lets the daemon's own pipeline hear a recording.

    Args:
        config: the configuration.
        path: the recording.
        show: told each event.
        setting: how.

    Raises:
        VoicedError: the file or an engine cannot be used.
    """
    await replay_samples(config, files.read(path), show, setting)


async def replay_samples(config: Config, samples: bytes, show: Callable[[AnyEvent], None], setting: Setting) -> None:
    """The same with samples (s16le, 16 kHz, mono)."""
    activity = Activity()

    async def settled() -> None:
        await voiced.settled()

    def idle() -> bool:
        return voiced.idle()

    zone = LocalZone(config.promises.timezone)()
    audio = files.FileAudio(samples, activity, settled, idle, fast=setting.fast, zone=zone, began=setting.began)
    children = engines(config)
    async with passing_database(locked=config.store.encryption != "off") as database:
        voiced = Voiced(config, audio, audio, activity, Bus(), children, database=database, live=False)
        voiced.bus.watch(show)
        try:
            async with started(*children), voiced.running():
                setting.ready(voiced, children)
                await voiced.hear()
        finally:
            await audio.close()
    if setting.out:
        files.write(setting.out, audio.result(), files.OUTPUT_RATE)


@asynccontextmanager
async def _own_database(config: Config) -> AsyncGenerator[Database]:
    """The file itself, while no daemon holds it."""
    folder, given = state_folder(config), secret(config)
    database = await Database.open(folder, patience_s=OPENING_S, check_s=config.store.check_s, secret=given)
    try:
        yield database
    finally:
        await database.close()


class NoDaemon:
    """Promises while nothing is there that could ring them: they are told, not changed. Implements `PromiseStore`.

    Args:
        store: where they are kept.
        now: seconds since 1970 (UTC). What is due by now is told by the daemon that rings it.
    """

    def __init__(self, store: PromiseStore, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    async def active(self) -> list[Promise]:
        """See `PromiseStore`."""
        return [each for each in await self._store.active() if each.due is not None and each.due > self._now() + SOON_S]

    async def past(self, limit: int) -> list[Promise]:  # noqa: ARG002 (the port's own)
        """See `PromiseStore`."""
        return []

    async def save(self, promises: Sequence[Promise]) -> None:
        """Refuses.

        Raises:
            VoicedError: always.
        """
        del promises
        raise StoreFailed("a promise needs the daemon, to ring", code="no-daemon", hint="Start it with `voiced run`.")


async def ask_once(config: Config, text: str) -> str | None:
    """Answers one question in writing; None where it is not understood.

    Raises:
        VoicedError: it failed, or promised what only a daemon can keep.
    """
    activity = Activity()
    audio = files.FileAudio(b"", activity, activity.quiet, lambda: True, fast=False)
    # What is written and answered in silence needs a language model at most: each is started when it is needed.
    async with _own_database(config) as database:
        clock = SystemClock(LocalZone(config.promises.timezone))
        parts, unkept = engines(config, lazy=True), NoDaemon(StoredPromises(database), clock.wall)
        voiced = Voiced(config, audio, clock, activity, Bus(), parts, database=database, promises=unkept, live=False)
        async with started(*parts), voiced.running():
            return (await voiced.ask(text, aloud=False)).text


async def say_once(config: Config, text: str, out: Path | None) -> None:
    """Speaks a text into a file, or through the speaker.

    Raises:
        VoicedError: the voice, the file or the speaker cannot be used.
    """
    children = children_of(config, "tts")
    voice = SpeakableTts(wiring.voice(config, children), config.language)
    async with started(children), aclosing(voice.synthesize(text)) as speech:
        if out is None:
            await _play(config, speech)
        else:
            clips = [clip async for clip in speech]
            sound = np.frombuffer(b"".join(clip.samples for clip in clips), np.int16)
            files.write(out, sound, clips[0].rate if clips else files.OUTPUT_RATE)


async def _play(config: Config, speech: AsyncGenerator[Clip]) -> None:
    card = SoundCard(config.audio, lambda _: None)
    card.set_muted(muted=True)
    await card.start()
    try:
        await card.play(speech, lambda _: None)
    finally:
        await card.close()


async def transcribe(
    config: Config, paths: Sequence[Path], intents: Path | None
) -> AsyncGenerator[tuple[Path, Transcription | VoicedError]]:
    """Tells what recordings say, one utterance each; the error instead, where one fails.

    Args:
        config: the configuration.
        paths: the recordings.
        intents: templates instead of the configured ones.

    Raises:
        VoicedError: the templates or the recogniser cannot be used.
    """
    config = _with_intents(config, intents)
    rules = Rules(intents_folder(config), config.language)
    children = children_of(config, "stt")
    stt = recordings.recogniser(config, children)
    async with started(children):
        for path in paths:
            try:
                yield path, await _transcribe(stt, rules, path)
            except VoicedError as error:
                yield path, error


async def _transcribe(stt: Stt, rules: Rules, path: Path) -> Transcription:
    samples = recordings.speech_of(files.read(path, recordings.LONGEST_UTTERANCE_S))
    if not samples:
        return Transcription(str(path))
    heard = await stt.transcribe(recordings.chunks(samples))
    understood = rules.understand(heard.text) if heard.text else None
    if understood is None:
        return Transcription(str(path))
    return Transcription(str(path), heard.text, heard.confidence, understood.intent, understood.slots)


def understand(config: Config, text: str, intents: Path | None) -> Understanding | None:
    """Tells what a sentence means, or None."""
    config = _with_intents(config, intents)
    return Rules(intents_folder(config), config.language).understand(text)


def wake_test(
    config: Config, paths: Sequence[Path], word: str | None
) -> Iterator[tuple[Path, list[Found] | InputInvalid]]:
    """Tells where wake words are heard in recordings; the error instead, where a file cannot be used.

    Args:
        config: the configuration.
        paths: the recordings.
        word: a configured word, a bundled model's name, or a model's file; None for all configured words.

    Raises:
        VoicedError: a model cannot be used, or the word is heard by a server.
    """
    cascade = wiring.cascade(_with_word(config, word).wake)
    start = 0
    for path in paths:
        try:
            samples = files.read(path) + bytes(RATE * SAMPLE_BYTES)
        except InputInvalid as error:
            yield path, error
            continue
        found = [
            Found(each.word, round(each.score, 4), round((each.position - start) / RATE, 3))
            for each in detections(files.frames(samples, start), cascade)
            if isinstance(each, Detection)
        ]
        yield path, found
        start += len(samples) // SAMPLE_BYTES + APART_S * RATE


async def check(config: Config) -> None:
    """Checks all that a configuration names and the daemon does not start without: see `inspection.missing`, too.

    Raises:
        VoicedError: something of it cannot be used.
    """
    if config.store.encryption == "keyfile":
        secret(config)  # Another secret is systemd's to hand over, or is typed at the start.
    LocalZone(config.promises.timezone)
    if config.http.listen:
        from voiced.network import listening  # noqa: PLC0415 (a web server takes a while to load)

        listening(config.http)
    _check_recorder(config)
    for kind in ("stt", "tts", "llm", "embed"):
        for name in chain(getattr(config.engines, kind).engine):
            if name == HASHING and kind == "embed":
                continue
            if not is_remote(config, name):
                find(kind, name)
            elif name not in config.engines.remote and not re.match(REMOTE_ADDRESS, name):
                raise ConfigInvalid(f"engines.{kind}.engine: {name!r} is no address", hint=ADDRESSES)
    Rules(intents_folder(config), config.language)
    classifier(config)("")
    for _, _, make in wiring.servers(config):
        await make().close()
    far = wiring.remote_words(config)
    wiring.cascade(config.wake, far).close()
    for each in far:
        each.close()


def _check_recorder(config: Config) -> None:
    if config.recorder.enabled and config.store.encryption != "off":
        hint = "Set recorder.enabled = false, or leave what is kept unlocked."
        raise ConfigInvalid("recorder.enabled: what is kept is encrypted, and recordings would not be", hint=hint)


def _with_intents(config: Config, folder: Path | None) -> Config:
    return replace(config, intents=replace(config.intents, folder=str(folder))) if folder else config


def _with_word(config: Config, word: str | None) -> Config:
    if word is None:
        return config
    known = config.wake.words.get(word) or _bundled(word)
    if known is None:
        choices = ", ".join(sorted({*config.wake.words, *wiring.bundled_words()}))
        raise ConfigInvalid(f"there is no wake word {word!r}", hint=f"Known are {choices}; a model's file works too.")
    if known.remote:
        message = f"{word} is heard by a server, and that only in what the microphone hears"
        raise ConfigInvalid(message, hint="Say it while `voiced events` runs.")
    return replace(config, wake=replace(config.wake, words={Path(word).stem: known}))


def _bundled(word: str) -> WakeWordConfig | None:
    if Path(word).suffix in {".onnx", ".tflite"}:
        return WakeWordConfig(openwake=word)
    first, second = wiring.bundled_words().get(word, (False, False))
    return WakeWordConfig(micro=word * first, openwake=word * second) if first or second else None
