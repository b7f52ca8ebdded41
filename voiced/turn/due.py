"""When a promise is due, by which clock, and what becomes of it then: pure.

What counts seconds is due on the monotonic clock of the boot in which it was made. After another boot it is due on the
wall clock, but never later than its seconds after that boot: it was made before it, and a box without a clock boots in
the past. What knows no boot was made on another machine, or is of a backup: it is due on the wall clock. So is, always,
what has a schedule.
"""

from datetime import tzinfo
from typing import NamedTuple

from msgspec.structs import replace

from voiced.core.promises import Promise
from voiced.core.recurrence import latest_due, next_due

DAY_S = 86_400.0
UNSET_S = 1_735_689_600.0
"""A clock that shows a time before this, 2025-01-01, was not set since the machine booted."""
STEP_S = 0.25
"""A wall clock that moves so far against the monotonic one was set."""


class Now(NamedTuple):
    """What all clocks say.

    Attributes:
        wall: seconds since 1970 (UTC).
        monotonic: seconds of the monotonic clock.
        boot: whose monotonic clock that is.
        zone: of local time.
    """

    wall: float
    monotonic: float
    boot: str
    zone: tzinfo


def left(promise: Promise, now: Now) -> float | None:
    """Seconds until a promise is due, negative for what is over; None for never."""
    if promise.due is None:
        return None
    if promise.seconds is None or not promise.boot:
        return promise.due - now.wall
    if promise.boot == now.boot and promise.monotonic is not None:
        return promise.monotonic - now.monotonic
    return min(promise.due - now.wall, promise.seconds - now.monotonic)


def fired(promise: Promise, now: Now) -> Promise:
    """A promise that is due, as it is kept before it rings: not heard yet, and when it is due next.

    Of what repeats and was missed several times, the latest counts.
    """
    if promise.schedule is None:
        occurrence = now.wall + min(0.0, left(promise, now) or 0.0)
        return replace(promise, unheard=occurrence, due=None, changed_at=now.wall)
    occurrence = latest_due(promise.schedule, now.wall, now.zone) or promise.due
    following = next_due(promise.schedule, now.wall, now.zone)
    return replace(promise, unheard=occurrence, due=following, changed_at=now.wall)


def heard(promise: Promise, now: Now) -> Promise:
    """A promise that was stopped or told: over, unless it rings again."""
    state = "active" if promise.due is not None else "done"
    return replace(promise, unheard=None, state=state, changed_at=now.wall)


def settled(promise: Promise, now: Now) -> Promise:
    """A promise as it is due after a start, a step of the wall clock, or a change of the zone."""
    due = _settled_due(promise, promise.due, now) if promise.due is not None else None
    return promise if due == promise.due else replace(promise, due=due, changed_at=now.wall)


def _settled_due(promise: Promise, due: float, now: Now) -> float | None:
    if promise.schedule is None:
        if promise.boot != now.boot or promise.monotonic is None:
            return due
        kept = now.wall + promise.monotonic - now.monotonic
        return kept if abs(kept - due) > STEP_S else due
    if not promise.schedule.days:
        return next_due(promise.schedule, float("-inf"), now.zone)
    if due <= now.wall:
        return due
    # A clock put back over what has rung leaves `due` alone: nothing rings twice. One that had been more than a day
    # ahead had counted on days that are yet to come. One that was never set tells nothing about that.
    tomorrow = next_due(promise.schedule, now.wall + DAY_S, now.zone)
    astray = now.wall > UNSET_S and tomorrow is not None and due > tomorrow
    moved = next_due(promise.schedule, due - 1, now.zone) != due
    return next_due(promise.schedule, now.wall, now.zone) if astray or moved else due
