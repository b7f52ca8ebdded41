"""Promises on a clock: keeping them, and ringing what is due until somebody hears it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from voiced.core.bus import Bus
from voiced.core.commands import Hush, Ring, RingState
from voiced.core.config import PromisesConfig
from voiced.core.errors import SkillFailed
from voiced.core.events import PromiseCancelled, PromiseChanged, PromiseMade, PromiseMissed, PromiseRang
from voiced.core.ids import new_id
from voiced.core.ports.clock import Clock
from voiced.core.ports.promises import PromiseStore
from voiced.core.promises import Kind, Promise, Schedule
from voiced.core.types import Clip
from voiced.turn.announcements import missed_text, ring_text
from voiced.turn.due import STEP_S, Now, fired, heard, left, settled
from voiced.turn.kept import Kept
from voiced.turn.limits import check_length, check_room, check_schedule, check_text
from voiced.turn.recurrence import dated, next_due

LOOK_S = 1.0
"""How often the wall clock is looked at while anything is promised."""
FRESH_S = 600.0
"""An alarm missed by less still rings: it is to wake somebody. What rang so lately can be snoozed."""
RETRIES_S = (5.0, 10.0, 30.0, 60.0, 300.0)
"""Between attempts to tell what could not be heard."""


class _Rung(NamedTuple):
    promise: Promise
    at: float


class Scheduler:
    """Keeps promises and rings them. Implements `core.ports.promises.Promises`.

    Args:
        clock: the time.
        bus: told what is promised, rings, was missed and is called off.
        store: where promises are kept.
        send: takes what rings, and what no longer shall; the inbox.
        sound: what is heard when something is due.
        at: seconds of audio time, for events.
        config: how long a ring and a snooze are.
    """

    def __init__(
        self,
        clock: Clock,
        bus: Bus,
        store: PromiseStore,
        send: Callable[[Ring | Hush], Awaitable[None]],
        *,
        sound: Clip,
        at: Callable[[], float],
        config: PromisesConfig,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._send = send
        self._sound = sound
        self._at = at
        self._config = config
        self._kept = Kept(store, clock)
        self._changed = asyncio.Event()
        self._settled_at = self._now()
        self._began = self._settled_at.monotonic
        self._before: set[str] = set()
        self._ringing: set[str] = set()
        self._told: deque[tuple[tuple[str, ...], bool]] = deque()
        self._untold: dict[str, float] = {}
        self._retries = 0
        self._last: _Rung | None = None

    async def run(self) -> None:
        """Rings what is due, for ever; first tells what was missed."""
        try:
            await self.reload()
            while True:
                self._changed.clear()
                await self._look()
                await self._wait()
        finally:
            await self._kept.close()

    async def reload(self) -> None:
        """Takes in what the store has: at the start, and when its rows were replaced past the scheduler."""
        await self._kept.load()
        now = self._now()
        self._began = now.monotonic
        self._before = set(self._kept.active)
        unheard = [each.id for each in self.active() if each.unheard is not None and each.id not in self._ringing]
        self._untold = dict.fromkeys(unheard, now.monotonic)
        await self._settle(now)
        self._changed.set()

    def active(self, kind: Kind | None = None) -> Sequence[Promise]:
        """See `Promises`."""
        chosen = [promise for promise in self._kept.active.values() if kind in (None, promise.kind)]
        return sorted(chosen, key=self.remaining)

    def remaining(self, promise: Promise) -> float:
        """See `Promises`."""
        return max(0.0, left(promise, self._now()) or 0.0)

    async def start_timer(self, seconds: float, name: str = "") -> Promise:
        """See `Promises`."""
        return await self._count("timer", seconds, name)

    async def remind_in(self, seconds: float, text: str) -> Promise:
        """See `Promises`."""
        check_text(text)
        return await self._count("reminder", seconds, text)

    async def set_alarm(self, schedule: Schedule, name: str = "") -> Promise:
        """See `Promises`."""
        return await self._plan("alarm", schedule, name)

    async def remind(self, schedule: Schedule, text: str) -> Promise:
        """See `Promises`."""
        check_text(text)
        return await self._plan("reminder", schedule, text)

    async def change(self, promise: Promise, seconds: float) -> Promise:
        """See `Promises`."""

        def later(before: Promise) -> Promise:
            now = self._now()
            rest = left(before, now)
            if rest is None or before.due is None or before.seconds is None:
                raise SkillFailed("That cannot be changed. Cancel it, and set it again.")
            check_length(rest + seconds, shortest=float("-inf"))
            added = max(-rest, seconds)
            return replace(
                before,
                seconds=before.seconds + added,
                due=before.due + added,
                monotonic=None if before.monotonic is None else before.monotonic + added,
                changed_at=now.wall,
            )

        changed = await self._kept.update(promise.id, later)
        if changed is None:
            raise SkillFailed(f"That {promise.kind} is over.")
        self._bus.emit(PromiseChanged(changed.id, changed.kind, changed.name, changed.due, at=self._at()))
        self._changed.set()
        return changed

    async def cancel(self, promise: Promise) -> None:
        """See `Promises`."""

        def off(before: Promise) -> Promise:
            return replace(before, state="cancelled", due=None, unheard=None, changed_at=self._clock.wall())

        gone = await self._kept.update(promise.id, off)
        if gone is not None:
            self._bus.emit(PromiseCancelled(gone.id, gone.kind, gone.name, promise.due, at=self._at()))
            await self._hush(gone.id)
            self._changed.set()

    async def snooze(self, seconds: float | None = None) -> Promise | None:
        """See `Promises`."""
        last = self._last
        if last is None or (last.promise.id not in self._ringing and self._clock.monotonic() - last.at > FRESH_S):
            return None
        later = await self._count(last.promise.kind, seconds or self._config.snooze_s, last.promise.name)
        if last.promise.id in self._ringing:
            self._hear((last.promise.id,), "heard")
            await self._send(Hush(last.promise.id))
        self._last = None
        return later

    def _now(self) -> Now:
        return Now(self._clock.wall(), self._clock.monotonic(), self._clock.boot(), self._clock.zone())

    async def _count(self, kind: Kind, seconds: float, name: str) -> Promise:
        """Makes a promise that counts seconds."""
        check_length(seconds)
        now = self._now()
        return await self._make(
            Promise(
                id=new_id(),
                kind=kind,
                name=name,
                made_at=now.wall,
                changed_at=now.wall,
                due=now.wall + seconds,
                seconds=seconds,
                monotonic=now.monotonic + seconds,
                boot=now.boot,
            )
        )

    async def _plan(self, kind: Kind, schedule: Schedule, name: str) -> Promise:
        """Makes a promise with a schedule."""
        check_schedule(schedule)
        now = self._now()
        schedule = dated(schedule, now.wall, now.zone)
        due = next_due(schedule, now.wall, now.zone)
        if due is None:
            raise SkillFailed("That time is over already.")
        return await self._make(
            Promise(
                id=new_id(), kind=kind, name=name, made_at=now.wall, changed_at=now.wall, due=due, schedule=schedule
            )
        )

    async def _make(self, promise: Promise) -> Promise:
        check_room(promise.kind, self._kept.active.values())
        await self._kept.make(promise)
        self._bus.emit(PromiseMade(promise.id, promise.kind, promise.name, promise.due, at=self._at()))
        self._changed.set()
        return promise

    async def _look(self) -> None:
        """Does all that is to be done now."""
        await self._take_told()
        now = self._now()
        stepped = abs((now.wall - now.monotonic) - (self._settled_at.wall - self._settled_at.monotonic)) > STEP_S
        if stepped or now.zone is not self._settled_at.zone:
            await self._settle(now)
        await self._fire(now)
        await self._tell([name for name, at in self._untold.items() if at <= now.monotonic], now)
        if self._kept.retry_at is not None and self._kept.retry_at <= now.monotonic:
            await self._kept.save()

    async def _settle(self, now: Now) -> None:
        """Looks anew at when everything is due."""
        self._settled_at = now
        both = [(promise, settled(promise, now)) for promise in self._kept.active.values()]
        if changed := [after for before, after in both if after is not before]:
            await self._kept.note(changed)

    async def _fire(self, now: Now) -> None:
        """Keeps in one save that what is due is not heard yet, and when it is due next; only then it rings."""
        due = [
            promise for promise in self._kept.active.values() if (rest := left(promise, now)) is not None and rest <= 0
        ]
        if not due:
            return
        rung = [fired(promise, now) for promise in due]
        await self._kept.note(rung)
        # By the clock as it is now: one that was wrong at the start knew nothing of it.
        start = now.wall - (now.monotonic - self._began)
        for promise in rung:
            await self._hush(promise.id)
            if promise.id in self._before and (promise.unheard or 0) < start:
                self._untold[promise.id] = now.monotonic
            else:
                self._bus.emit(PromiseRang(promise.id, promise.kind, promise.name, promise.unheard, at=self._at()))
                await self._ring(promise, now)

    async def _ring(self, promise: Promise, now: Now) -> None:
        self._ringing.add(promise.id)
        text = ring_text(promise, now.wall, now.zone)
        told = partial(self._hear, (promise.id,))
        await self._send(Ring(text, self._sound, self._config.ring_s, (promise.id,), told))

    async def _tell(self, names: Sequence[str], now: Now) -> None:
        """Tells what was missed, all at once; a fresh alarm rings."""
        missed = [promise for name in names if (promise := self._kept.active.get(name)) and promise.unheard is not None]
        for name in names:
            del self._untold[name]
        for promise in missed:
            self._bus.emit(PromiseMissed(promise.id, promise.kind, promise.name, promise.unheard, at=self._at()))
        fresh = [each for each in missed if each.kind == "alarm" and now.wall - (each.unheard or 0) < FRESH_S]
        for promise in fresh:
            await self._ring(promise, now)
        if stale := [each for each in missed if each not in fresh]:
            names = tuple(each.id for each in stale)
            self._ringing.update(names)
            text = missed_text(stale, now.wall, now.zone)
            await self._send(Ring(text, None, 0.0, names, partial(self._hear, names)))

    async def _hush(self, name: str) -> None:
        """Silences what rings, if it does."""
        if name in self._ringing:
            self._ringing.discard(name)
            await self._send(Hush(name))

    def _hear(self, names: tuple[str, ...], state: RingState) -> None:
        """Takes in how a ring does."""
        promise = self._kept.active.get(names[-1])
        if promise is not None and state != "unheard":
            self._last = _Rung(promise, self._clock.monotonic())
        if state != "begun":
            self._told.append((names, state == "heard"))
            self._changed.set()

    async def _take_told(self) -> None:
        """Keeps what was heard; what was not is told later."""
        now = self._now()
        over: list[Promise] = []
        while self._told:
            names, was_heard = self._told.popleft()
            self._retries = 0 if was_heard else self._retries + 1
            pause = RETRIES_S[min(self._retries, len(RETRIES_S)) - 1]
            for name in names:
                if name not in self._ringing:
                    continue
                self._ringing.discard(name)
                if not was_heard:
                    self._untold[name] = now.monotonic + pause
                elif promise := self._kept.active.get(name):
                    over.append(heard(promise, now))
        if over:
            await self._kept.note(over)

    async def _wait(self) -> None:
        """Waits until something may be due, or something has changed; without end where nothing is promised."""
        now = self._now()
        moments = [at - now.monotonic for at in self._untold.values()]
        if self._kept.retry_at is not None:
            moments.append(self._kept.retry_at - now.monotonic)
        rests = [rest for promise in self._kept.active.values() if (rest := left(promise, now)) is not None]
        if rests:
            moments.append(min(LOOK_S, *rests))
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
        if moments:
            waits.append(asyncio.ensure_future(self._clock.sleep(max(0.0, min(moments)))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
