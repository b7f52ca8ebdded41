"""A room in which a whole day passes: hours in which nobody makes a sound take no time at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime

import numpy as np

from tests.rigs.room import Room
from voiced.core.activity import Activity
from voiced.core.types import FRAME_SAMPLES, RATE, Frame

LINGERS = 3 * RATE
"""So much is heard frame by frame after the last sound: whoever listens is done with it by then."""
OUTSIDE_S = 0.001
"""What others on this machine get for each frame, while somebody waits for them in vain."""


class Day(Room):
    """A room whose clock begins at a moment, and jumps over silence to whoever has something to do next.

    Args:
        begins: local time.
        random: the noise.
        activity, settled, idle: as for `FileAudio`.
        cancels: as for `Room`.
    """

    def __init__(
        self,
        begins: datetime,
        random: np.random.Generator,
        activity: Activity,
        settled: Callable[[], Awaitable[None]],
        idle: Callable[[], bool],
        *,
        cancels: bool,
    ) -> None:
        super().__init__(0, random, activity, self._settled_or_passing, idle, cancels=cancels)
        self._everybody = settled
        self._began, self._zone = begins.timestamp(), begins.tzinfo or self._zone
        self._sounded = self._passes_until = 0
        self._passes = asyncio.Event()

    def at(self, moment: datetime) -> int:
        """The position at a moment."""
        return round((moment.timestamp() - self._began) * RATE)

    def let_pass(self, seconds: float) -> None:
        """The clock goes on for so long, whoever waits: what is waited for does not come."""
        self._passes_until = self.position() + round(seconds * RATE)
        self._passes.set()

    def frames(self) -> Iterator[Frame | None]:
        """See `Audio`. Ends when it is closed."""
        start = 0
        while not self._closed:
            start = self._next(start)
            self._pace(start + FRAME_SAMPLES)
            yield self._frame(start)
            start += FRAME_SAMPLES

    def _next(self, start: int) -> int:
        """Where the next frame begins: here, or where somebody wakes, if it is quiet until then."""
        if self._talking or self._played or not self._idle():
            self._sounded = start
        if start - self._sounded < LINGERS:
            return start
        wakes = min((until for until, _ in list(self._waiters.values())), default=start)
        return start + max(0, (wakes - start) // FRAME_SAMPLES - 1) * FRAME_SAMPLES

    async def _settled_or_passing(self) -> None:
        if self.position() < self._passes_until:
            await asyncio.sleep(OUTSIDE_S)
            return
        self._passes.clear()
        either = [asyncio.ensure_future(self._everybody()), asyncio.ensure_future(self._passes.wait())]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        for each in either:
            each.cancel()
        await asyncio.wait(either)
