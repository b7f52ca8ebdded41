"""One life of the daemon in the kitchen: the whole of it but for the sound card, with a broker, a web and a clock."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import msgspec
import numpy as np

from tests.kitchen.house import THINGS, House
from tests.kitchen.script import Life
from tests.rigs.awaiting import until
from tests.rigs.day import Day
from tests.rigs.mosquitto import described
from tests.rigs.room import Acoustics, response
from voiced.assistant import Voiced
from voiced.children import engines, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.events import AnyEvent
from voiced.store.db import Database

AWAY_M, DECAY_S, LATE_S, LEVEL_DB = 0.5, 0.3, 0.05, -15.0
"""A furnished room, in which the speaker stands beside the microphone."""
WORDS = ("hey_jarvis", "alexa")
GRACE_S = 0.5


def configured(folder: Path, broker: int, web: str) -> Config:
    """What the kitchen's box is told."""
    words = {name: {"micro": name, "openwake": name} for name in WORDS}
    devices = {each.id.partition(".")[2]: described(each) for each in THINGS}
    looks_up = {"enabled": True, "url": web}
    return msgspec.convert(
        {
            "wake": {"words": words},
            "store": {"folder": str(folder)},
            "promises": {"timezone": "Europe/Berlin"},
            "search": {"wikipedia": looks_up, "weather": {**looks_up, "geocoding_url": web, "place": "Berlin"}},
            "home": {"mqtt": {"host": "127.0.0.1", "port": broker}, "devices": msgspec.to_builtins(devices)},
        },
        Config,
    )


class Living:
    """A daemon that lives.

    Attributes:
        voiced: all of it.
        day: its ears, its mouth and its clock.
        events: all that happened.
        activity: who computes.
    """

    def __init__(self, voiced: Voiced, day: Day, activity: Activity) -> None:
        self.voiced, self.day, self.activity = voiced, day, activity
        self.events: list[AnyEvent] = []
        voiced.bus.watch(self.events.append)


@asynccontextmanager
async def living(config: Config, life: Life, house: House, seed: int) -> AsyncGenerator[Living]:
    """Starts the daemon at a moment of the day, and ends it."""
    activity = Activity()

    async def settled() -> None:
        await voiced.settled()

    def idle() -> bool:
        return voiced.idle()

    noise = np.random.default_rng(seed)
    day = Day(life.begins, noise, activity, settled, idle, cancels=find_spec("livekit") is not None)
    day.acoustics = Acoustics(response(AWAY_M, DECAY_S, noise), LATE_S, LEVEL_DB)
    house.silent = lambda: day.let_pass(config.home.deadline_s + GRACE_S)
    parts = engines(config)
    database = await Database.open(Path(config.store.folder), patience_s=30, check_s=30)
    try:
        voiced = Voiced(config, day, day, activity, Bus(), parts, database=database)
        voiced._progress._patience_s = config.engines.stt.deadline_s  # The machine's speed is no part of the day.
        async with started(*parts), voiced.running():
            here = Living(voiced, day, activity)
            await until(lambda: _at_home(voiced), "the home is known")
            activity.computing("whoever lives here")
            hearing = asyncio.create_task(voiced.hear())
            yield here
            await day.close()
            activity.waiting("whoever lives here")
            await hearing
    finally:
        await database.close()


def _at_home(voiced: Voiced) -> bool:
    """All things told how they are, and whoever listens knows their names."""
    status = voiced.status().home
    known = all("home" in child.settings for child in voiced._engines.stt)
    return status.entities == len(THINGS) and not status.unobserved and known
