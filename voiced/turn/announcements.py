"""What is said when a promise is due, or was missed: pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from voiced.core.promises import Promise
from voiced.core.speech import Speech

LATE_S = 60.0
"""What rings so late tells when it was due."""


def ring_text(speech: Speech, promise: Promise, wall: float, zone: tzinfo) -> str:
    """What is said while a promise rings.

    Args:
        speech: puts it into words.
        promise: what rings; `unheard` is when it was due.
        wall: the time, in seconds since 1970 (UTC).
        zone: of local time.
    """
    due = promise.unheard or wall
    if wall - due >= LATE_S:
        return missed_text(speech, [promise], wall, zone)
    say, name = speech.say, promise.name
    if promise.kind == "reminder":
        return say("You wanted to be reminded {thing}.", thing=speech.reminded(name))
    if promise.kind == "alarm":
        time = speech.clock_time(datetime.fromtimestamp(due, zone))
        if name:
            return say("This is your {name} alarm. It is {time}.", name=speech.bare(name), time=time)
        return say("This is your alarm. It is {time}.", time=time)
    return say("Your {timer} is done.", timer=_timer(speech, name)) if name else say("Your timer is done.")


def missed_text(speech: Speech, promises: Sequence[Promise], wall: float, zone: tzinfo) -> str:
    """What is said about promises that nobody heard, all at once."""
    now = datetime.fromtimestamp(wall, zone)
    return " ".join(_missed(speech, promise, now) for promise in sorted(promises, key=lambda each: each.unheard or 0))


def _missed(speech: Speech, promise: Promise, now: datetime) -> str:
    moment = datetime.fromtimestamp(promise.unheard or now.timestamp(), now.tzinfo)
    say, name, when = speech.say, promise.name, speech.past_moment(moment, now)
    if promise.kind == "reminder":
        return say("You wanted to be reminded {thing} {when}.", thing=speech.reminded(name), when=when)
    if promise.kind == "timer":
        timer = _timer(speech, name or speech.adjective(promise.seconds or 0))
        return say("Your {timer} rang {when}.", timer=timer, when=when)
    if name:
        return say("Your {name} alarm rang {when}.", name=speech.bare(name), when=when)
    return say("Your alarm rang {when}.", when=when)


def _timer(speech: Speech, name: str) -> str:
    return speech.say("{name} timer", name=speech.bare(name))
