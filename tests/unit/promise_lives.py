"""Lives of a machine by chance, and what must hold in each: R9 and R10 in one.

`scripts/faults promises` is the long form.
"""

import asyncio
from zoneinfo import ZoneInfo

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from msgspec import Struct

from tests.faults.outcome import Outcome, trial
from tests.unit.promise_world import World, looking_every
from voiced.core.promises import Promise, Schedule

LOOK_S = 60.0
"""The scheduler looks so often at the wall clock in these lives; once a second otherwise."""
EXACT_S = 0.1
DAY_S = 86_400
LONGEST_S = 7_200
MOST_WRONG_S = 20 * 3600
PAST_S = -40 * 365 * DAY_S
DAILY = tuple(range(7))


class Act(Struct, frozen=True):
    """Something that happens to the machine.

    Attributes:
        what: timer, once, daily (promises) · wait · step (of the wall clock) · restart, reboot, past (a boot without a
            clock) · leave, come (somebody who listens).
        seconds: how long, how far, or how long ahead.
    """

    what: str
    seconds: int = 0


acts = (
    st.builds(Act, st.sampled_from(["timer", "timer", "once", "daily"]), st.integers(1, LONGEST_S))
    | st.builds(Act, st.just("wait"), st.integers(1, LONGEST_S))
    | st.builds(Act, st.just("step"), st.integers(-MOST_WRONG_S, MOST_WRONG_S))
    | st.builds(Act, st.sampled_from(["restart", "reboot", "past"]), st.integers(0, LONGEST_S))
    | st.builds(Act, st.sampled_from(["leave", "come"]))
)
lives = st.lists(acts, min_size=1, max_size=25)
zones = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
places = st.sampled_from(zones).map(ZoneInfo)
seasons = st.integers(1_767_225_600, 1_798_761_600)
"""Seconds since 1970: any moment of 2026."""


class Life:
    """One life, and the promises made in it.

    Args:
        true: when it begins.
        zone: where.
    """

    def __init__(self, true: float, zone: ZoneInfo) -> None:
        self.world = World(true, zone)
        self.made: dict[str, tuple[Promise, float]] = {}
        self.faults: list[str] = []
        self._booted: dict[str, float] = {}
        self._up_since = true

    async def live(self, acts: list[Act]) -> list[str]:
        """Lives it to an end at which every promise is due; tells what went wrong."""
        with looking_every(LOOK_S):
            await self.world.start()
            for act in acts:
                await self._act(act)
                await self.world.clock.advance(LOOK_S + 1)
                self._check_now()
            self.world.clock.error = 0.0
            await self.world.clock.advance(LOOK_S + 1)
            self.world.somebody = True
            await self.world.stop()
            await self.world.clock.advance(LONGEST_S + 2 * DAY_S)
            self._check_end()
            await self.world.kill()
        return self.faults

    async def _act(self, act: Act) -> None:
        world, clock = self.world, self.world.clock
        match act.what:
            case "timer":
                self._remember(await world.scheduler.start_timer(act.seconds))
            case "once":
                self._remember(await world.scheduler.set_alarm(self._schedule(act.seconds)))
            case "daily":
                schedule = self._schedule(act.seconds)
                self._remember(await world.scheduler.remind(Schedule(schedule.time, days=DAILY), "breathe"))
            case "wait":
                await clock.advance(act.seconds)
            case "step":
                wrong = min(MOST_WRONG_S / 2, max(-MOST_WRONG_S / 2, clock.error + act.seconds))
                clock.error = wrong if clock.error > PAST_S / 2 else 0.0
            case "leave":
                world.somebody = False
            case "come":
                world.somebody = True
                await world.stop()
            case _:
                await world.off(act.seconds, reboot=act.what != "restart")
                clock.error = PAST_S if act.what == "past" else clock.error
                if act.what != "restart":
                    self._booted[clock.boot()] = clock.true
                await world.start()
                self._up_since = clock.true

    def _schedule(self, ahead: int) -> Schedule:
        moment = (self.world.clock.wall() + ahead) // 60 * 60 + 60
        local = self.world.clock.now().fromtimestamp(moment, self.world.clock.local)
        return Schedule(local.time().isoformat("minutes"))

    def _remember(self, promise: Promise) -> None:
        self.made[promise.id] = (promise, self.world.clock.true)

    def _check_now(self) -> None:
        """Nothing that is due is silent."""
        clock, sounded = self.world.clock, self.world.sounded
        for name, (promise, made) in self.made.items():
            if promise.seconds is None:
                due = self.world.store.row(name).due
                if due is not None and due <= clock.wall() - LOOK_S:
                    self.faults.append(f"{promise} should have rung")
            elif promise.boot == clock.boot():
                due = max(made + promise.seconds, self._up_since) if name not in sounded else made + promise.seconds
                if name not in sounded and due + EXACT_S < clock.true:
                    self.faults.append(f"{promise} should have rung at {due}")
                if name in sounded and sounded[name] < due - EXACT_S:
                    self.faults.append(f"{promise} rang early")
                if name in sounded and self._up_since <= due < sounded[name] - EXACT_S:
                    self.faults.append(f"{promise} rang late")
            elif name not in sounded:
                latest = max(self._booted[clock.boot()] + promise.seconds, self._up_since)
                if latest + EXACT_S < clock.true:
                    self.faults.append(f"{promise} waits for a clock that may never be right")

    def _check_end(self) -> None:
        """Everything was heard, and nothing twice."""
        told = [each for rung in self.world.heard for each in rung.promises]
        if len(set(told)) < len(told):
            self.faults.append(f"heard twice: {sorted(each for each in told if told.count(each) > 1)}")
        for name, (promise, _) in self.made.items():
            times = sum(each == name for each, _ in told)
            repeats = promise.schedule is not None and bool(promise.schedule.days)
            if (times < 2) if repeats else (times != 1):
                self.faults.append(f"{promise} was heard {times} times")
            if (self.world.store.row(name).state == "active") != repeats:
                self.faults.append(f"{self.world.store.row(name)} is not over")


def run(seed: int, times: int) -> Outcome:
    """Lives so many lives."""
    outcome = Outcome()

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=times, deadline=None, database=None, phases=[Phase.generate])
    @hypothesis.given(lives, seasons, places)
    def live(acts: list[Act], true: int, zone: ZoneInfo) -> None:
        nonlocal outcome
        problems = asyncio.run(Life(true, zone).live(acts))
        outcome += trial(f"seed {seed}: {acts} from {true} in {zone}", wrong=problems)
        outcome.counted = {"promises": outcome.counted.get("promises", 0) + _made(acts)}

    live()
    return outcome


def _made(acts: list[Act]) -> int:
    return sum(act.what in ("timer", "once", "daily") for act in acts)
