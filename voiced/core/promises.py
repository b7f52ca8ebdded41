"""What is promised: timers, alarms and reminders, as frozen values."""

import re
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from voiced.core.errors import InputInvalid
from voiced.core.history import Content, Id, Moment, Name

Kind = Literal["timer", "alarm", "reminder"]
State = Literal["active", "done", "cancelled"]
TIME = re.compile(r"([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_YEAR, LAST_YEAR = 1971, 9998
"""What lies in between is a moment in every zone."""
WEEK = range(7)
Duration = Annotated[float, Meta(ge=0, le=1e12)]
Monotonic = Annotated[float, Meta(ge=-1e12, le=1e12)]


class Schedule(Struct, frozen=True, omit_defaults=True):
    """A moment of local time, once or again and again.

    Attributes:
        time: the time of day, as 07:00 or 07:00:30.
        date: the day, as 2026-11-25, of what is due once; empty for what repeats.
        days: the days of the week on which it repeats, 0 for Monday to 6 for Sunday, sorted; empty for once.
    """

    time: str
    date: str = ""
    days: tuple[int, ...] = ()


class Promise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A timer, an alarm or a reminder. It is kept before it is confirmed.

    What counts seconds (a timer; also what was snoozed) is due on the monotonic clock of the boot in which it was
    made, and on the wall clock after another boot. What has a schedule is due on the wall clock always.

    Attributes:
        id: made before it is written.
        kind: timer, alarm or reminder.
        name: what the user calls it: a timer's or an alarm's name, or what to be reminded of.
        state: active until it has rung for the last time and was stopped or told, or was cancelled.
        made_at: when it was made, in seconds since 1970 (UTC).
        changed_at: when it last changed.
        due: when it rings next, in seconds since 1970 (UTC); None: never again.
        seconds: how long it runs in all, of what counts seconds.
        monotonic: when it rings, in seconds of the monotonic clock of `boot`, of what counts seconds.
        boot: the id of that boot of the machine; empty: of another machine, or of a backup.
        schedule: when it rings in local time; None for what counts seconds.
        unheard: when it was due and nobody has stopped it, or been told of it, yet (seconds since 1970, UTC).
    """

    id: Id
    kind: Kind
    made_at: Moment
    changed_at: Moment
    name: Content = ""
    state: State = "active"
    due: Moment | None = None
    seconds: Duration | None = None
    monotonic: Monotonic | None = None
    boot: Name = ""
    schedule: Schedule | None = None
    unheard: Moment | None = None


def check_schedule(schedule: Schedule, *, kept: bool = False) -> None:
    """Checks a moment of local time.

    Args:
        schedule: as it is asked for, with neither date nor days for the next time that it is so late; or as it is kept.
        kept: whether it is kept.

    Raises:
        InputInvalid: it is no such moment.
    """
    if not TIME.fullmatch(schedule.time):
        raise InputInvalid(f"{schedule.time!r} is no time of day", hint="Write it as 07:00, or 07:00:30.")
    days = schedule.days
    if any(day not in WEEK for day in days) or list(days) != sorted(set(days)):
        hint = "The days are 0 for Monday to 6 for Sunday, sorted."
        raise InputInvalid("there is no such day of the week, or it is there twice", hint=hint)
    if schedule.date and days:
        raise InputInvalid("it is on a day, or on days of the week", hint="Leave out the date, or the days.")
    if schedule.date and not _is_day(schedule.date):
        raise InputInvalid(f"{schedule.date!r} is no day", hint="Write it as 2026-11-25.")
    if kept and not (schedule.date or days):
        raise InputInvalid("a time without a day", hint="Say on which day, or on which days of the week.")


def _is_day(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text)) and FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False
