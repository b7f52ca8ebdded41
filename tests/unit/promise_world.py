"""A machine whose clock jumps, which is switched off and on, and on which somebody listens: promises must hold."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from msgspec import Struct

from tests.fakes.clock import AUTUMN, JumpingClock
from tests.fakes.promises import FaultyPromises
from voiced.core.bus import Bus
from voiced.core.commands import Hush, Ring
from voiced.core.config import PromisesConfig
from voiced.core.events import AnyEvent
from voiced.core.types import Clip
from voiced.turn import scheduler
from voiced.turn.scheduler import Scheduler

SEVEN = datetime(2026, 11, 25, 7, 0, tzinfo=UTC).timestamp()
"""Seven on a Wednesday morning."""
BERLIN = ZoneInfo("Europe/Berlin")


class Rung(Struct, frozen=True):
    """Something that sounded.

    Attributes:
        at: the real time.
        text: what was said.
        promises: what it was about, with when it was due by the wall clock.
        rings: it rings until it is stopped; else it is told once.
    """

    at: float
    text: str
    promises: tuple[tuple[str, float | None], ...]
    rings: bool


class World:
    """One machine. Whatever sounds is heard at once, unless nobody is there.

    Attributes:
        heard: everything that was heard, in its order.
        pending: what sounds and nobody has stopped.
        hushed: the ids of what was silenced.
        sounded: when each promise was heard of first, in real time, even if nobody was there.
        works: whether the speaker does.
    """

    def __init__(self, true: float = AUTUMN, zone: tzinfo = UTC) -> None:
        self.clock = JumpingClock(true, zone)
        self.store = FaultyPromises()
        self.heard: list[Rung] = []
        self.pending: list[Ring] = []
        self.hushed: list[str] = []
        self.events: list[AnyEvent] = []
        self.sounded: dict[str, float] = {}
        self.somebody = True
        self.works = True
        self.scheduler: Scheduler
        self._due: dict[int, tuple[tuple[str, float | None], ...]] = {}
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts the daemon."""
        bus = Bus()
        bus.watch(self.events.append)
        self.scheduler = Scheduler(
            self.clock, bus, self.store, self._send, sound=Clip(b"", 1), at=lambda: 0.0, config=PromisesConfig()
        )
        self._running = asyncio.create_task(self.scheduler.run())
        await self.clock.settle()

    async def kill(self) -> None:
        """Ends the daemon."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        self._running = None
        self.pending.clear()
        self.clock.sleepers.clear()

    async def off(self, seconds: float, *, reboot: bool) -> None:
        """Ends the daemon for a while, or the whole machine."""
        await self.kill()
        if reboot:
            self.clock.reboot(seconds)
        else:
            self.clock.time += seconds

    async def stop(self) -> None:
        """Somebody says "stop" to all that rings."""
        for ring in self.pending:
            self._listen(ring)
        self.pending.clear()
        await self.clock.settle()

    async def _send(self, command: Ring | Hush) -> None:
        if isinstance(command, Hush):
            self.hushed.append(command.promise)
            self.pending = [ring for ring in self.pending if command.promise not in ring.promises]
        elif not self.works:
            command.told("unheard")
        else:
            self._due[id(command)] = tuple((name, self.store.row(name).unheard) for name in command.promises)
            command.told("begun")
            for name in command.promises:
                self.sounded.setdefault(name, self.clock.true)
            if self.somebody:
                self._listen(command)
            else:
                self.pending.append(command)

    def _listen(self, ring: Ring) -> None:
        self.heard.append(Rung(self.clock.true, ring.text, self._due.pop(id(ring)), ring.sound is not None))
        ring.told("heard")


@contextmanager
def looking_every(seconds: float) -> Iterator[None]:
    """Lets the scheduler look at the wall clock less often: hours pass in no time."""
    before, scheduler.LOOK_S = scheduler.LOOK_S, seconds
    try:
        yield
    finally:
        scheduler.LOOK_S = before


def play(story, true=SEVEN, zone=UTC):
    """Lets a story happen in a world whose daemon runs; returns the world."""

    async def run():
        world = World(true, zone)
        await world.start()
        await story(world)
        await world.kill()
        return world

    return asyncio.run(asyncio.wait_for(run(), 60))


def texts(world):
    return [rung.text for rung in world.heard]


def moments(world):
    return [rung.at - SEVEN for rung in world.heard]
