"""Moments as people say them: slots into a schedule, and a promise's moment into words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from msgspec.structs import replace

from voiced.core.ports.skill import Asks
from voiced.core.promises import Kind, Promise, Schedule
from voiced.core.speech import NOON, WEEK, Speech
from voiced.core.types import Understanding

DUSK = 6
"""The last hour that is taken for the afternoon, of a reminder on some day."""
DAYS_AHEAD = {"today": 0, "tomorrow": 1, "overmorrow": 2}
Slots = Mapping[str, str | int | float]


def seconds(slots: Slots) -> float:
    """How long something runs, as it was said; 0 if it was not."""
    hours, minutes, rest = (float(slots.get(unit, 0)) for unit in ("hours", "minutes", "seconds"))
    return hours * 3600 + minutes * 60 + rest


def schedule(slots: Slots, now: datetime, kind: Kind) -> Schedule:
    """When something is due, as it was said.

    Where neither AM nor PM was said, it is the next of the two. On a day of its own, or again and again, an alarm is in
    the morning, and a reminder between seven in the morning and half past six in the evening.

    Args:
        slots: hour, minute or before (the hour), half (am, pm, night), or named (noon, midnight), day, and days.
        now: local time.
        kind: alarm or reminder.
    """
    day, _, part = str(slots.get("day", "")).partition(" ")
    chosen = sorted({int(digit) for name in ("days", "days2", "days3") for digit in str(slots.get(name, ""))})
    choices = clock_times(slots, part)
    if len(choices) > 1 and (chosen or day not in ("", "today")):
        morning, evening = choices
        noonish = morning.hour == 0 or (kind == "reminder" and morning.hour <= DUSK)
        choices = [evening if noonish else morning]
    clock = min(choices, key=lambda each: (each <= now.time(), each))
    if chosen:
        return Schedule(clock.isoformat("minutes"), days=tuple(chosen))
    return Schedule(clock.isoformat("minutes"), _date(day, clock, now))


def clock_times(slots: Slots, part: str = "") -> list[time]:
    """The time of day that was said: two, half a day apart, where it may be either.

    Args:
        slots: see `schedule`.
        part: am or pm, as said with the day.
    """
    if "named" in slots:
        return [time(NOON if slots["named"] == "noon" else 0)]
    minutes = int(slots["hour"]) * 60 + int(slots.get("minute", 0)) - int(slots.get("before", 0))
    half = str(slots.get("half", part))
    hour, minute = minutes // 60 % 24, minutes % 60
    if half == "night":
        half = "pm" if DUSK <= hour < NOON else "am"
    if half:
        return [time(hour % NOON + NOON * (half == "pm"), minute)]
    if int(slots["hour"]) in range(1, NOON + 1):
        return [time(hour % NOON, minute), time(hour % NOON + NOON, minute)]
    return [time(hour, minute)]


def _date(day: str, clock: time, now: datetime) -> str:
    """The date of a day; empty for whichever comes next."""
    if not day:
        return ""
    if not day.isdigit():
        return (now.date() + timedelta(DAYS_AHEAD[day])).isoformat()
    ahead = (int(day) - now.weekday()) % WEEK
    if ahead == 0 and clock <= now.time():
        ahead = WEEK
    return (now.date() + timedelta(ahead)).isoformat()


def moment(speech: Speech, promise: Promise, now: datetime) -> str:
    """Says when a promise is due: "tomorrow at 7 AM", "every Monday at 8 AM", "in 10 minutes"."""
    if promise.schedule and promise.schedule.days:
        clock = speech.clock_time(time.fromisoformat(promise.schedule.time))
        return speech.say("{day} at {time}", day=speech.days(promise.schedule.days), time=clock)
    if promise.due is None:
        return speech.say("now")
    due = datetime.fromtimestamp(promise.due, now.tzinfo)
    if promise.schedule is None and promise.kind == "reminder":
        return speech.ahead(promise.due - now.timestamp())
    return speech.say("{day} at {time}", day=speech.day(due, now), time=speech.clock_time(due))


def planned(speech: Speech, slots: Slots, now: datetime, kind: Kind) -> str:
    """Says when something is to be, before it is promised: "tomorrow at 7 AM", "at 7 AM"."""
    when = schedule(slots, now, kind)
    clock = time.fromisoformat(when.time)
    told = speech.clock_time(clock)
    if not when.date:
        return speech.say("at {time}", time=told)
    due = datetime.combine(datetime.fromisoformat(when.date), clock, now.tzinfo)
    return speech.say("{day} at {time}", day=speech.day(due, now), time=told)


def which(
    understood: Understanding,
    promises: Sequence[Promise],
    called: Callable[[Promise], Iterable[str]],
    speech: Speech,
) -> Asks:
    """What answers "which one?": what one of some promises is called and no other, and what all of them are.

    Args:
        understood: what is to be done to it; the slot "ids" then tells to which.
        promises: those that may be meant.
        called: what each is called.
        speech: says what all of them are called.
    """
    names = [(name.casefold(), each.id) for each in promises for name in {*called(each)}]
    own = Counter(name for name, _ in names)
    meant = {name: promise for name, promise in names if own[name] == 1}
    every = [speech.say("all"), speech.say("all of them"), *([speech.say("both")] if len(promises) == 2 else [])]  # noqa: PLR2004
    meant |= dict.fromkeys(every, " ".join(each.id for each in promises))
    return Asks({name: replace(understood, slots={**understood.slots, "ids": ids}) for name, ids in meant.items()})


def picked(understood: Understanding, promises: Sequence[Promise]) -> Sequence[Promise]:
    """Those that somebody chose who was asked which one; all where nobody was."""
    ids = str(understood.slots.get("ids", "")).split()
    return [each for each in promises if each.id in ids] if ids else promises


def alike(promises: Sequence[Promise]) -> bool:
    """Tells whether nobody could say which of them is meant: they have one name, and ring at the same times."""
    return len({(each.name.casefold(), each.due, each.schedule) for each in promises}) == 1


def due_time(promise: Promise, now: datetime) -> time:
    """The local time of day at which a promise is due, or rings now."""
    due = promise.due if promise.due is not None else promise.unheard
    return datetime.fromtimestamp(due if due is not None else promise.made_at, now.tzinfo).time()
