"""Timers on a clock that jumps."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.bus import Bus
from voiced.core.errors import SkillFailed
from voiced.core.types import Clip
from voiced.turn.scheduler import LIMIT, Scheduler


class JumpingClock:
    """Time passes only while everybody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.time + seconds, future))
        await future

    async def advance(self, until: float) -> None:
        for _ in range(10_000):
            for _ in range(20):
                await asyncio.sleep(0)
            self.sleepers = [(at, future) for at, future in self.sleepers if not future.done()]
            due = min((at for at, _ in self.sleepers), default=until)
            if due >= until:
                break
            self.time = max(self.time, due)
            for at, future in self.sleepers:
                if at <= self.time:
                    future.set_result(None)
        self.time = until


class Bench:
    def __init__(self) -> None:
        self.clock = JumpingClock()
        self.rung: list[tuple[float, str]] = []
        self.bus = Bus()
        self.scheduler = Scheduler(self.clock, self.bus, self.ring, Clip(b"", 1), lambda: 0.0)

    async def ring(self, command) -> None:
        self.rung.append((self.clock.time, command.text))

    async def play(self, steps, until: float):
        running = asyncio.create_task(self.scheduler.run())
        for at, step in steps:
            await self.clock.advance(at)
            await step(self.scheduler)
        await self.clock.advance(until)
        running.cancel()
        await asyncio.wait([running])
        return self.rung


def play(*steps, until: float = 1_000.0):
    async def run():
        return await Bench().play(steps, until)

    return asyncio.run(run())


def starts(seconds, name=""):
    async def step(scheduler):
        await scheduler.start(seconds, name)

    return step


def test_a_timer_rings_when_it_is_due():
    assert play((1, starts(5))) == [(6, "Your timer is done.")]


def test_timers_ring_in_their_order():
    assert play((0, starts(50, "tea")), (1, starts(5, "egg"))) == [
        (6, "Your egg timer is done."),
        (50, "Your tea timer is done."),
    ]


def test_a_cancelled_timer_does_not_ring():
    async def cancel(scheduler):
        await scheduler.cancel(scheduler.running()[0])

    assert play((0, starts(5)), (1, cancel)) == []


def test_a_changed_timer_rings_later_or_at_once():
    async def later(scheduler):
        await scheduler.change(scheduler.running()[0], 10)

    async def sooner(scheduler):
        await scheduler.change(scheduler.running()[0], -60)

    assert play((0, starts(5)), (1, later)) == [(15, "Your timer is done.")]
    assert play((0, starts(50)), (1, sooner)) == [(1, "Your timer is done.")]


@given(st.lists(st.integers(1, 600), max_size=LIMIT))
def test_every_timer_rings_once(lengths):
    rung = play(*((0, starts(seconds)) for seconds in lengths))
    assert [at for at, _ in rung] == sorted(lengths)


@pytest.mark.parametrize("seconds", [0, -1, 8 * 24 * 3600])
def test_impossible_lengths_are_refused(seconds):
    with pytest.raises(SkillFailed):
        play((0, starts(seconds)))


def test_too_many_are_refused():
    with pytest.raises(SkillFailed, match="already"):
        play(*((0, starts(5)) for _ in range(LIMIT + 1)))
