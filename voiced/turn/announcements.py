"""What is said when a promise is due, or was missed: pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from voiced.core.promises import Promise
from voiced.core.speech import adjective, clock_time, past_moment, turned

LATE_S = 60.0
"""What rings so late tells when it was due."""


def ring_text(promise: Promise, wall: float, zone: tzinfo) -> str:
    """What is said while a promise rings.

    Args:
        promise: what rings; `unheard` is when it was due.
        wall: the time, in seconds since 1970 (UTC).
        zone: of local time.
    """
    due = promise.unheard or wall
    if wall - due >= LATE_S:
        return missed_text([promise], wall, zone)
    if promise.kind == "reminder":
        return f"You wanted to be reminded to {turned(promise.name)}."
    if promise.kind == "alarm":
        return f"This is your {promise.name} alarm. It is {_time(due, zone)}.".replace("  ", " ")
    return f"Your {promise.name} timer is done.".replace("  ", " ")


def missed_text(promises: Sequence[Promise], wall: float, zone: tzinfo) -> str:
    """What is said about promises that nobody heard, all at once."""
    now = datetime.fromtimestamp(wall, zone)
    return " ".join(_missed(promise, now) for promise in sorted(promises, key=lambda each: each.unheard or 0))


def _missed(promise: Promise, now: datetime) -> str:
    moment = datetime.fromtimestamp(promise.unheard or now.timestamp(), now.tzinfo)
    when = past_moment(moment, now)
    if promise.kind == "reminder":
        return f"You wanted to be reminded to {turned(promise.name)} {when}."
    name = promise.name
    if promise.kind == "timer":
        name = name or adjective(promise.seconds or 0)
    return f"Your {name} {promise.kind} rang {when}.".replace("  ", " ")


def _time(moment: float, zone: tzinfo) -> str:
    return clock_time(datetime.fromtimestamp(moment, zone))
