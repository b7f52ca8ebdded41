"""Promises on a clock: keeping them, and ringing what is due until somebody hears it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from voiced.core.bus import Bus
from voiced.core.config import PromisesConfig
from voiced.core.errors import SkillFailed, StoreBusy
from voiced.core.events import PromiseCancelled, PromiseChanged, PromiseMade
from voiced.core.ids import new_id
from voiced.core.ports.clock import Clock
from voiced.core.ports.promises import PromiseStore
from voiced.core.promises import Kind, Promise, Schedule, check_schedule
from voiced.core.recurrence import dated, next_due
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.tasks import shielded
from voiced.core.types import Clip
from voiced.turn.due import STEP_S, Now, fired, heard, left, settled
from voiced.turn.kept import Kept
from voiced.turn.limits import check_length, check_room, check_text
from voiced.turn.ringing import Ringing, Send

log = logging.getLogger(__name__)

READING_S = 2.0
"""Who asks what is promised waits no longer for a file that cannot be read."""
LOOK_S = 1.0
"""How often the wall clock is looked at while anything is promised."""


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
        speech: puts into words what rings.
    """

    def __init__(  # noqa: PLR0913 (all that it works with)
        self,
        clock: Clock,
        bus: Bus,
        store: PromiseStore,
        send: Send,
        *,
        sound: Clip,
        at: Callable[[], float],
        config: PromisesConfig,
        speech: Speech = ENGLISH,
    ) -> None:
        self._clock = clock
        self._bus = bus
        self._at = at
        self._snooze_s = config.snooze_s
        self._changed = asyncio.Event()
        self._kept = Kept(store, clock, self._changed.set)
        self._ringing = Ringing(
            bus,
            send,
            speech=speech,
            sound=sound,
            seconds=config.ring_s,
            at=at,
            monotonic=clock.monotonic,
            changed=self._changed.set,
        )
        self._settled_at = self._now()
        self._before: dict[str, float] = {}
        """What was promised in an earlier life, and when it was read, on the monotonic clock."""

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
        known = set(self._kept.active)
        if not await self._kept.load(self._usable):
            self._changed.set()
            return
        now = self._now()
        self._before |= dict.fromkeys(set(self._kept.active) - known, now.monotonic)
        for promise in self.active():
            if promise.unheard is not None:
                self._ringing.miss(promise.id)
        await self._settle(now)
        self._changed.set()

    async def ready(self) -> None:
        """See `Promises`."""
        try:
            await asyncio.wait_for(self._kept.loaded.wait(), READING_S)
        except TimeoutError as error:
            raise StoreBusy("what was promised cannot be read yet") from error

    def active(self, kind: Kind | None = None) -> Sequence[Promise]:
        """See `Promises`."""
        now = self._now()
        chosen = [promise for promise in self._kept.active.values() if kind in (None, promise.kind)]
        return sorted(chosen, key=lambda promise: left(promise, now) or 0.0)

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

        return await shielded(self._change(promise, later))

    async def _change(self, promise: Promise, later: Callable[[Promise], Promise]) -> Promise:
        changed = await self._kept.update(promise.id, later)
        if changed is None:
            raise SkillFailed("That is over already.")
        self._bus.emit(PromiseChanged(changed.id, changed.kind, changed.name, changed.due, at=self._at()))
        self._changed.set()
        return changed

    async def cancel(self, promise: Promise) -> None:
        """See `Promises`."""

        def off(before: Promise) -> Promise:
            return replace(before, state="cancelled", due=None, unheard=None, changed_at=self._clock.wall())

        await shielded(self._call_off(promise, off))

    async def _call_off(self, promise: Promise, off: Callable[[Promise], Promise]) -> None:
        gone = await self._kept.update(promise.id, off)
        if gone is not None:
            self._bus.emit(PromiseCancelled(gone.id, gone.kind, gone.name, promise.due, at=self._at()))
            await self._ringing.hush(gone.id)
            self._changed.set()

    async def snooze(self, seconds: float | None = None) -> Promise | None:
        """See `Promises`."""
        rang = self._ringing.lately()
        if rang is None:
            return None
        old = [heard(promise, self._now()) for promise in self._known([rang.id]) if promise.unheard is not None]
        later = await self._count(rang.kind, seconds or self._snooze_s, rang.name, *old)
        await self._ringing.put_off(rang)
        return later

    def _usable(self, promise: Promise) -> bool:
        """Whether it can be told when a promise is due: nothing that a restored file holds ends the daemon."""
        try:
            now = self._now()
            left(settled(promise, now), now)
            if promise.schedule:
                next_due(promise.schedule, now.wall, now.zone)
        except (ValueError, OverflowError) as error:
            log.error("%s %s cannot be kept, and is left alone: %s", promise.kind, promise.id, error)  # noqa: TRY400
            return False
        return True

    def _now(self) -> Now:
        return Now(self._clock.wall(), self._clock.monotonic(), self._clock.boot(), self._clock.zone())

    async def _count(self, kind: Kind, seconds: float, name: str, *others: Promise) -> Promise:
        """Makes a promise that counts seconds; others change with it."""
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
            ),
            *others,
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

    async def _make(self, promise: Promise, *others: Promise) -> Promise:
        check_room(promise.kind, self._kept.active.values())
        return await shielded(self._keep(promise, *others))

    async def _keep(self, promise: Promise, *others: Promise) -> Promise:
        await self._kept.make(promise, *others)
        self._bus.emit(PromiseMade(promise.id, promise.kind, promise.name, promise.due, at=self._at()))
        self._changed.set()
        return promise

    async def _look(self) -> None:
        """Does all that is to be done now."""
        now = self._now()
        over = [heard(promise, now) for promise in self._known(self._ringing.heard())]
        if over:
            await self._kept.note(over)
        stepped = abs((now.wall - now.monotonic) - (self._settled_at.wall - self._settled_at.monotonic)) > STEP_S
        if stepped or now.zone is not self._settled_at.zone:
            await self._settle(now)
        await self._fire(now)
        if untold := self._known(self._ringing.untold(now)):
            await self._ringing.tell(untold, now)
        if self._kept.retry_at is not None and self._kept.retry_at <= now.monotonic:
            await self._kept.save()
        if self._kept.load_at is not None and self._kept.load_at <= now.monotonic:
            await self.reload()

    def _known(self, names: Sequence[str]) -> list[Promise]:
        return [promise for name in names if (promise := self._kept.active.get(name)) is not None]

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
        for promise in rung:
            await self._ringing.hush(promise.id)
            # By the clock as it is now: one that was wrong at the start knew nothing of it.
            read = now.wall - (now.monotonic - self._before.get(promise.id, float("-inf")))
            if (promise.unheard or 0.0) < read:
                self._ringing.miss(promise.id)
            else:
                await self._ringing.ring(promise, now)

    async def _wait(self) -> None:
        """Waits until something may be due, or something has changed; without end where nothing is promised."""
        now = self._now()
        attempts = (self._ringing.next_attempt(), self._kept.retry_at, self._kept.load_at)
        moments = [at - now.monotonic for at in attempts if at is not None]
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
