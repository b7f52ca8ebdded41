"""Timers on the monotonic clock: what runs, and ringing it when it is due."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from secrets import token_hex
from typing import Any

from msgspec.structs import replace

from voiced.core.bus import Bus
from voiced.core.commands import Ring
from voiced.core.errors import SkillFailed
from voiced.core.events import TimerCancelled, TimerFinished, TimerStarted
from voiced.core.ports.clock import Clock
from voiced.core.ports.timers import Timer
from voiced.core.types import Clip

LIMIT = 50
"""Timers at once."""
LONGEST_S = 7 * 24 * 3600


class Scheduler:
    """Keeps timers and rings them. Implements `core.ports.timers.Timers`.

    Args:
        clock: the time.
        bus: told what starts, ends and is called off.
        ring: takes what is due; the inbox.
        sound: what is heard when a timer is due.
        at: seconds of audio time, for events.
    """

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        ring: Callable[[Ring], Awaitable[None]],
        sound: Clip,
        at: Callable[[], float],
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._ring = ring
        self._sound = sound
        self._at = at
        self._timers: dict[str, Timer] = {}
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Rings what is due, for ever."""
        while True:
            self._changed.clear()
            timers = self.running()
            if timers and self.remaining(timers[0]) <= 0:
                await self._finish(timers[0])
            else:
                await self._wait(self.remaining(timers[0]) if timers else None)

    def running(self) -> Sequence[Timer]:
        """See `Timers`."""
        return sorted(self._timers.values(), key=lambda timer: timer.due)

    def remaining(self, timer: Timer) -> float:
        """See `Timers`."""
        return max(0.0, timer.due - self._clock.monotonic())

    async def start(self, seconds: float, name: str) -> Timer:
        """See `Timers`."""
        if len(self._timers) >= LIMIT:
            raise SkillFailed(f"There are {LIMIT} timers already.", hint="Cancel one first.")
        if not 0 < seconds <= LONGEST_S:
            raise SkillFailed("A timer runs from one second to seven days.")
        timer = Timer(token_hex(3), name, seconds, self._clock.monotonic() + seconds)
        self._timers[timer.id] = timer
        self._changed.set()
        self._bus.emit(TimerStarted(timer.id, timer.name, timer.seconds, at=self._at()))
        return timer

    async def change(self, timer: Timer, seconds: float) -> Timer:
        """See `Timers`."""
        changed = replace(timer, seconds=max(0.0, timer.seconds + seconds), due=timer.due + seconds)
        self._timers[timer.id] = changed
        self._changed.set()
        return changed

    async def cancel(self, timer: Timer) -> None:
        """See `Timers`."""
        if self._timers.pop(timer.id, None) is not None:
            self._changed.set()
            self._bus.emit(TimerCancelled(timer.id, timer.name, at=self._at()))

    async def _finish(self, timer: Timer) -> None:
        del self._timers[timer.id]
        self._bus.emit(TimerFinished(timer.id, timer.name, at=self._at()))
        which = f"{timer.name} timer" if timer.name else "timer"
        await self._ring(Ring(f"Your {which} is done.", self._sound))

    async def _wait(self, seconds: float | None) -> None:
        """Waits until a timer may be due, or the timers have changed."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
        if seconds is not None:
            waits.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
