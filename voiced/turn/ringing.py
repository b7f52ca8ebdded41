"""What is due on its way to somebody's ears: rung, told, silenced, and tried again until it was heard."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from voiced.core.bus import Bus
from voiced.core.commands import Hush, Ring, RingState
from voiced.core.events import PromiseMissed, PromiseRang
from voiced.core.promises import Promise
from voiced.core.speech import Speech
from voiced.core.types import Clip
from voiced.turn.announcements import missed_text, ring_text
from voiced.turn.due import Now

FRESH_S = 600.0
"""An alarm missed by less still rings: it is to wake somebody. What rang so lately can be snoozed."""
RETRIES_S = (5.0, 10.0, 30.0, 60.0, 300.0)
"""Between attempts to tell what could not be heard."""

Send = Callable[[Ring | Hush], Awaitable[None]]


class _Rung(NamedTuple):
    promise: Promise
    at: float


class Ringing:
    """All that rings, waits for its ring, or could not be heard yet.

    Args:
        bus: told what rings, and what was missed.
        send: takes what rings, and what no longer shall; the inbox.
        speech: puts it into words.
        sound: what is heard when something is due.
        seconds: how long it rings.
        at: seconds of audio time, for events.
        monotonic: seconds of the monotonic clock.
        changed: called when a ring is over.
    """

    def __init__(  # noqa: PLR0913 (all that rings)
        self,
        bus: Bus,
        send: Send,
        *,
        speech: Speech,
        sound: Clip,
        seconds: float,
        at: Callable[[], float],
        monotonic: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._bus = bus
        self._send = send
        self._speech = speech
        self._sound = sound
        self._seconds = seconds
        self._at = at
        self._monotonic = monotonic
        self._changed = changed
        self._ringing: dict[str, Sequence[Promise]] = {}
        """What is told in one announcement, by each that it is about."""
        self._over: deque[tuple[Sequence[Promise], bool]] = deque()
        self._untold: dict[str, float] = {}
        self._failures = 0
        self._last: _Rung | None = None

    async def ring(self, promise: Promise, now: Now) -> None:
        """Rings a promise that is due now."""
        self._bus.emit(PromiseRang(promise.id, promise.kind, promise.name, promise.unheard, at=self._at()))
        await self._sound_for(promise, now)

    def miss(self, name: str) -> None:
        """Has a promise told that was due while nobody could hear it; one that rings is heard already."""
        if name not in self._ringing:
            self._untold[name] = self._monotonic()

    async def tell(self, promises: Sequence[Promise], now: Now) -> None:
        """Tells what was missed, all at once; an alarm that was missed just now rings."""
        for promise in promises:
            self._bus.emit(PromiseMissed(promise.id, promise.kind, promise.name, promise.unheard, at=self._at()))
        fresh = [each for each in promises if each.kind == "alarm" and now.wall - (each.unheard or 0.0) < FRESH_S]
        for promise in fresh:
            await self._sound_for(promise, now)
        if stale := [each for each in promises if each not in fresh]:
            await self._hand_over(stale, missed_text(self._speech, stale, now.wall, now.zone), None, 0.0)

    async def hush(self, name: str) -> None:
        """Silences a promise, whether it rings, waits for it or is to be told; others told with it are told anew."""
        self._untold.pop(name, None)
        if name in self._ringing:
            for each in self._ended(self._ringing[name]):
                if each != name:
                    self.miss(each)
            await self._send(Hush(name))

    def untold(self, now: Now) -> list[str]:
        """Takes out what is to be told now."""
        names = [name for name, at in self._untold.items() if at <= now.monotonic]
        for name in names:
            del self._untold[name]
        return names

    def next_attempt(self) -> float | None:
        """When something is to be told next, on the monotonic clock."""
        return min(self._untold.values(), default=None)

    def heard(self) -> list[str]:
        """What was heard since it was last asked; what could not be heard is told later."""
        heard: list[str] = []
        while self._over:
            promises, was_heard = self._over.popleft()
            names = self._ended(promises)
            self._failures = 0 if was_heard else self._failures + 1
            if was_heard:
                heard += names
            else:
                at = self._monotonic() + RETRIES_S[min(self._failures, len(RETRIES_S)) - 1]
                self._untold |= dict.fromkeys(names, at)
        return heard

    def lately(self) -> Promise | None:
        """What rings, or rang last, if that was lately."""
        last = self._last
        if last is None or (last.promise.id not in self._ringing and self._monotonic() - last.at > FRESH_S):
            return None
        return last.promise

    async def put_off(self, promise: Promise) -> None:
        """Takes a promise that rings, or rang lately, for heard: it was snoozed."""
        await self.hush(promise.id)
        self._last = None

    async def _sound_for(self, promise: Promise, now: Now) -> None:
        text = ring_text(self._speech, promise, now.wall, now.zone)
        await self._hand_over([promise], text, self._sound, self._seconds)

    async def _hand_over(self, promises: Sequence[Promise], text: str, sound: Clip | None, seconds: float) -> None:
        names = tuple(each.id for each in promises)
        self._ringing |= dict.fromkeys(names, promises)
        await self._send(Ring(text, sound, seconds, names, partial(self._take, promises)))

    def _ended(self, promises: Sequence[Promise]) -> list[str]:
        """Takes out what an announcement was about. What was called off, or is due again by now, is in it no more."""
        names = [each.id for each in promises if self._ringing.get(each.id) is promises]
        for name in names:
            del self._ringing[name]
        return names

    def _take(self, promises: Sequence[Promise], state: RingState) -> None:
        """Takes in how a ring does."""
        last = promises[-1]
        if self._ringing.get(last.id) is promises and state != "unheard":
            self._last = _Rung(last, self._monotonic())
        if state != "begun":
            self._over.append((promises, state == "heard"))
            self._changed()
