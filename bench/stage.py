"""The daemon's own parts on a stage: recordings are heard one after the other in real time, without a sound card."""

import asyncio
import queue
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from msgspec import structs
from sounds import pcm

from voiced import mind
from voiced.assistant import Voiced
from voiced.children import engines, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, WakeConfig, WakeWordConfig
from voiced.core.events import AnyEvent
from voiced.core.ports.clock import SystemClock
from voiced.core.ports.skill import Skill
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Frame
from voiced.core.zone import LocalZone
from voiced.engines.files import FileAudio
from voiced.offline import passing_database

ROOM_LEVEL = 8.0
"""Standard deviation of the room's own noise, in 16-bit units: no room is quite silent."""


class StageAudio(FileAudio):
    """Sound in real time: the room's own noise, and what is said in it."""

    def __init__(self, activity: Activity) -> None:
        super().__init__(b"", activity, activity.quiet, lambda: False, fast=False)
        self._hushed = False
        self._said: queue.SimpleQueue[tuple[bytes, asyncio.Future[int]]] = queue.SimpleQueue()
        random = np.random.default_rng(1)
        self._room = [random.normal(0, ROOM_LEVEL, FRAME_SAMPLES) for _ in range(97)]

    async def say(self, samples: np.ndarray) -> int:
        """Lets something be heard; returns the position of its first sample."""
        began: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._said.put((pcm(samples), began))
        return await began

    def hush(self) -> None:
        """Nobody says anything any more."""
        self._hushed = True

    def frames(self) -> Iterator[Frame]:
        """See `Audio`."""
        self._began_at = time.monotonic()
        sound, start = b"", 0
        while not self._closed:
            self._pace(start + FRAME_SAMPLES)
            if not sound and not self._said.empty():
                sound, began = self._said.get()
                self._hushed = False
                self._loop.call_soon_threadsafe(began.set_result, start)
            sound = b"" if self._hushed else sound
            said = np.frombuffer(sound[: FRAME_SAMPLES * SAMPLE_BYTES], "<i2")
            sound = sound[FRAME_SAMPLES * SAMPLE_BYTES :]
            room = self._room[start // FRAME_SAMPLES % len(self._room)]
            yield Frame(pcm(room + np.pad(said, (0, FRAME_SAMPLES - len(said)))), start)
            start += FRAME_SAMPLES


def config(intents: Path | None = None, *names: str) -> Config:
    """The default configuration, with some bundled wake words and other templates if wanted."""
    found = Config()
    if names:
        words = {name: WakeWordConfig(micro=name, openwake=name) for name in names}
        found = structs.replace(found, wake=WakeConfig(words=words))
    return structs.replace(found, intents=structs.replace(found.intents, folder=str(intents))) if intents else found


class Stage:
    """A daemon without its socket. Made by `on_stage`.

    Attributes:
        events: all that happened.
        skills: by intent.
    """

    def __init__(self, audio: StageAudio, voiced: Voiced) -> None:
        self.audio, self.voiced, self.skills = audio, voiced, voiced.mind.skills
        self.events: list[AnyEvent] = []
        self._news = asyncio.Event()
        voiced.bus.watch(self._take)

    def _take(self, event: AnyEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, found: Callable[[AnyEvent], bool], since: int, patience_s: float) -> AnyEvent | None:
        """Waits for an event after the first `since` of them; None if it does not come."""
        try:
            async with asyncio.timeout(patience_s):
                while True:
                    self._news.clear()
                    if event := next((each for each in self.events[since:] if found(each)), None):
                        return event
                    await self._news.wait()
        except TimeoutError:
            return None


@asynccontextmanager
async def on_stage(config: Config, own: Callable[[], Sequence[Skill]] = list) -> AsyncGenerator[Stage]:
    """Runs the daemon's parts, as live as with a sound card.

    Args:
        config: its configuration.
        own: makes skills of the bench's own.
    """
    activity = Activity()
    audio = StageAudio(activity)
    usual = mind.own
    mind.own = lambda hands, speech: [*usual(hands, speech), *own()]
    children = engines(config)
    async with passing_database() as database:
        try:
            voiced = Voiced(config, audio, SystemClock(LocalZone()), activity, Bus(), children, database=database)
        finally:
            mind.own = usual
        stage = Stage(audio, voiced)
        async with started(*children), voiced.running():
            hearing = asyncio.create_task(voiced.hear())
            await audio.say(np.zeros(RATE // 2))
            try:
                yield stage
            finally:
                await audio.close()
                await hearing
