"""voiced hears itself: what it says comes back through rooms, and must start no turn; whoever talks over it is heard.

A day of it is many trials: an announcement is spoken in a room, and nobody talks, or somebody says the wake word over
it, or "stop". All of it goes through the real pipeline, engines and all, on a clock that jumps.
"""

import asyncio
import random
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from tests.conftest import recordings_folder
from tests.faults.outcome import Outcome, trial
from tests.rigs.room import Acoustics, Room, response
from voiced.assistant import Voiced
from voiced.children import engines, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config, StoreConfig, WakeConfig, WakeWordConfig
from voiced.core.errors import VoicedError
from voiced.core.events import AnyEvent, Interrupted, Speaking, Spoken, TalkedOver, Woke
from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.ear.words import Detection
from voiced.engines import files
from voiced.store.db import Database
from voiced.turn.ducking import DUCKED_S
from voiced.wiring import cascade

TEXTS = (
    "The kettle has boiled, and the tea will be ready in about four minutes. Mind the cup, it is still rather hot.",
    "Tomorrow morning will be cloudy at first, with some rain towards noon, and a light wind from the south west.",
    "You have three timers: one for the eggs, one for the bread in the oven, and one for the laundry downstairs.",
    "The living room lamp is on, the bedroom lamp is off, and the front door was locked at half past nine.",
    "A long time ago there was a small village by the sea, and in that village lived a fisherman and his daughter.",
)
LOUDSPEAKERS = 0.9
"""Share of those that are heard at all; others speak into headphones."""
CASES = 0.8
"""Share of the boxes whose speaker and microphone are in one case; with the others the speaker stands elsewhere."""
IN_THE_CASE_M, APART_M = (0.08, 0.3), (0.5, 2.5)
TALKER_M = (0.5, 3.0)
NOISE = (0.5, 2.0)
"""How loud rooms are, as powers of ten of 16-bit units: -80 to -50 dBFS."""
LEVELS_DB, MIDDLE_DB = (-20, 0), -10
"""How loud an echo arrives, to how loud it left."""
STAYS = 10
"""Announcements before the box is carried into another room."""
REST = RATE // 4
"""Sound of a recording after the word's end, as the ear expects it: the last vowel may go on."""
PATIENCE_S = 16.0
"""From one announcement to the next: it is over by then, and so is what came of it."""
TALKS_AT_S = (1.0, 4.0)
WITHIN_S = 0.3
"""A wake word has to be recognised so soon after its end."""
STOP_S = 0.2
"""From the end of "stop" until it is quiet, and until it has ended."""
DEVICES_S = 0.1
"""What it takes in a real box besides: the microphone's period and the speaker's buffer."""
LINGERS_S = 1.0
"""What is heard so long after a talker's word is laid to the talker."""
RECORDINGS = ("ohf-wake/alexa", "picovoice-wake/alexa")
WORD = WakeConfig(words={"alexa": WakeWordConfig(micro="alexa", openwake="alexa")})
VOICES = ("en-us", "en-gb", "en-us+f2", "en-gb+m3", "en-us+m7", "en-gb+f4")
PEAK = 8_000.0
FLOOR = 0.05
"""A recording ends where it was last louder than this share of its peak."""


def run(seed: int, times: int) -> Outcome:
    """So many announcements, with the echo taken out."""
    return asyncio.run(_run(seed, times, cancels=True))


def run_half_duplex(seed: int, times: int) -> Outcome:
    """The same where nothing takes it out."""
    return asyncio.run(_run(seed, times, cancels=False))


async def _run(seed: int, times: int, *, cancels: bool) -> Outcome:
    chance, activity = random.Random(seed), Activity()
    with tempfile.TemporaryDirectory() as folder:
        config = Config(wake=WORD, store=StoreConfig(folder=folder))

        async def settled() -> None:
            await voiced.settled()

        def idle() -> bool:
            return voiced.idle()

        noise = np.random.default_rng(seed)
        room = Room(times * PATIENCE_S + 5, noise, activity, settled, idle, cancels=cancels)
        children = engines(config)
        database = await Database.open(Path(folder), patience_s=30, check_s=30)
        try:
            voiced = Voiced(config, room, room, activity, Bus(), children, database=database, live=False)
            voiced._senses.controls._hears_speaker = True
            async with started(*children), voiced.running():
                hearing = asyncio.create_task(voiced.hear())
                outcome, events, home = Outcome(), list[AnyEvent](), Home(chance)
                voiced.bus.watch(events.append)
                for number in range(times):
                    where = f"seed {seed}, announcement {number}"
                    home = home if number % STAYS else Home(chance)
                    outcome += await Trial(voiced, room, home, chance, events).run(where)
                await room.close()
                await hearing
                return outcome
        finally:
            await database.close()


class Home:
    """Where the box stands for a while."""

    def __init__(self, chance: random.Random) -> None:
        self.random = np.random.default_rng(chance.randrange(2**32))
        self.heard = chance.random() < LOUDSPEAKERS
        self.decay_s, self.late_s = chance.uniform(0.2, 0.8), chance.uniform(0.02, 0.1)
        away_m = chance.uniform(*(IN_THE_CASE_M if chance.random() < CASES else APART_M))
        self.response = response(away_m, self.decay_s, self.random)
        self.noise = 10 ** chance.uniform(*NOISE)


class Trial:
    """One announcement, and what came of it."""

    def __init__(self, voiced: Voiced, room: Room, home: "Home", chance: random.Random, events: list[AnyEvent]) -> None:
        self._voiced, self._room, self._home, self._chance, self._events = voiced, room, home, chance, events

    async def run(self, where: str) -> Outcome:
        chance, room = self._chance, self._room
        home = self._home
        level_db = chance.uniform(*LEVELS_DB) if home.heard else -60.0
        room.acoustics, room.noise = Acoustics(home.response, home.late_s, level_db), home.noise
        says = chance.choice(("", "", "alexa", "alexa", "stop"))
        start = end = room.position()
        if says:
            sound = _stop(chance) if says == "stop" else chance.choice(_alexas())
            start = end + round(chance.uniform(*TALKS_AT_S) * RATE)
            end = start + len(sound) - (REST if says == "alexa" else 0)
            if says == "stop":  # The recordings of the wake word were made in rooms.
                sound = _in_room(sound, response(chance.uniform(*TALKER_M), home.decay_s, home.random))
            room.talk(sound, start)
        self._events.clear()
        saying = asyncio.create_task(self._say(chance.choice(TEXTS)))
        await room.sleep(PATIENCE_S)
        saying.cancel()
        await asyncio.wait([saying])
        outcome = self._judged(f"{where}, echo {level_db:.0f} dB", says, end / RATE)
        if says == "stop":
            outcome.counted |= self._quiet(start / RATE, end / RATE, level_db)
        if not says:
            outcome.counted |= self._disturbed()
        return outcome

    async def _say(self, text: str) -> None:
        with suppress(VoicedError):
            await self._voiced.say(text)

    def _judged(self, where: str, says: str, end: float) -> Outcome:
        woke = [event for event in self._events if isinstance(event, Woke)]
        ended = [event for event in self._events if isinstance(event, Interrupted)]
        heard = [event.at - end for event in woke if says == "alexa" and -LINGERS_S < event.at - end < LINGERS_S]
        own = [f"woke at {event.at:.1f} s by {event.word}" for event in woke if event.at - end not in heard]
        quiet = [] if says else [f"stopped by {event.by}" for event in ended]
        outcome = trial(where, turns_of_its_own=own, silenced_itself=quiet)
        outcome.counted = {says or "nobody": 1}
        if says == "alexa":
            in_time = any(late <= WITHIN_S for late in heard)
            outcome.counted |= {"alexa heard": int(bool(heard)), "alexa heard in time": int(in_time)}
        if says == "stop":
            late = [event.at - end for event in ended]
            outcome.counted |= {
                "stop heard": int(bool(late)),
                "stop ended in time": int(any(s + DEVICES_S <= STOP_S for s in late)),
            }
        return outcome

    def _quiet(self, start: float, end: float, level_db: float) -> dict[str, int]:
        """Whether it was quiet soon after "stop", by how loud its echo is."""
        echo = (
            "no echo"
            if level_db < LEVELS_DB[0]
            else f"echo {'over' if level_db > MIDDLE_DB else 'below'} {MIDDLE_DB} dB"
        )
        begins, ends = start - DUCKED_S + STOP_S, end + STOP_S - DEVICES_S
        quiet = any(isinstance(event, TalkedOver) and begins < event.at <= ends for event in self._events)
        return {"stop quiet in time": int(quiet), f"stop, {echo}": 1, f"stop, {echo}, quiet in time": int(quiet)}

    def _disturbed(self) -> dict[str, int]:
        """How often it got quiet though nobody talked, and for how long it spoke."""
        began = [event.at for event in self._events if isinstance(event, Speaking)]
        ended = [event.at for event in self._events if isinstance(event, Spoken)]
        quiet = sum(isinstance(event, TalkedOver) for event in self._events)
        return {"seconds spoken alone": round(sum(ended) - sum(began)), "quiet for nothing": quiet}


@cache
def _alexas() -> list[np.ndarray]:
    """Real recordings of the wake word, cut where it ends as heard in quiet; those not heard there are left out."""
    ear, end, found = cascade(WORD), 0, list[np.ndarray]()
    audio = recordings_folder() / "audio"
    for path in sorted(path for name in RECORDINGS for path in (audio / name).rglob("*.flac")):
        sound = np.frombuffer(files.read(path), "<i2").astype(np.float64)
        first = end + 5 * RATE
        for frame in files.frames(np.pad(sound, (0, RATE)).astype("<i2").tobytes(), first):
            end = frame.start + FRAME_SAMPLES
            heard = [each.end for each in ear.hear(frame) if isinstance(each, Detection)]
            if heard:
                word = sound[max(0, heard[0] - first - RATE) : heard[0] - first + REST]
                found.append(word * PEAK / np.abs(word).max())
                break
    ear.close()
    return found


def _stop(chance: random.Random) -> np.ndarray:
    """The word, by another voice than ours."""
    voice = chance.choice(VOICES)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-w", file.name, "stop"], check=True)
        return _trimmed(np.frombuffer(files.read(Path(file.name)), "<i2").astype(np.float64))


def _in_room(sound: np.ndarray, room: np.ndarray) -> np.ndarray:
    """As it arrives from where somebody stands; the way there takes no time."""
    arriving = np.convolve(sound, room[np.argmax(np.abs(room)) :])
    return arriving * PEAK / np.abs(arriving).max()


def _trimmed(sound: np.ndarray) -> np.ndarray:
    loudest = float(np.abs(sound).max())
    (loud,) = np.nonzero(np.abs(sound) > FLOOR * loudest)
    return sound[loud[0] : loud[-1]] * PEAK / loudest
