"""What can be promised: pure."""

from collections.abc import Iterable
from datetime import date, time

from voiced.core.errors import InputInvalid, SkillFailed
from voiced.core.promises import Kind, Promise, Schedule

TIMERS = 50
"""Timers at once."""
PROMISES = 200
"""Promises of all kinds at once."""
SHORTEST_S = 1.0
LONGEST_S = 7 * 24 * 3600.0
LONGEST_TEXT = 500
"""Characters of a reminder."""
WEEK = 7


def check_room(kind: Kind, promises: Iterable[Promise]) -> None:
    """Checks that there may be another promise.

    Raises:
        SkillFailed: there are too many.
    """
    kinds = [promise.kind for promise in promises]
    if kind == "timer" and kinds.count("timer") >= TIMERS:
        raise SkillFailed(f"There are {TIMERS} timers already.", hint="Cancel one first.")
    if len(kinds) >= PROMISES:
        raise SkillFailed(f"There are {PROMISES} timers, alarms and reminders already.", hint="Cancel one first.")


def check_length(seconds: float, shortest: float = SHORTEST_S) -> None:
    """Checks how long something runs.

    Raises:
        SkillFailed: too short, or too long.
    """
    if not shortest <= seconds <= LONGEST_S:
        raise SkillFailed("A timer runs from one second to seven days.")


def check_text(text: str) -> None:
    """Checks what to be reminded of.

    Raises:
        SkillFailed: it is nothing, or too long.
    """
    if not 0 < len(text) <= LONGEST_TEXT:
        raise SkillFailed(f"A reminder has 1 to {LONGEST_TEXT} characters.")


def check_schedule(schedule: Schedule) -> None:
    """Checks a moment of local time.

    Raises:
        InputInvalid: it is none.
    """
    hint = "A time is as 07:00 or 07:00:30, a date as 2026-11-25, days are 0 for Monday to 6 for Sunday, sorted."
    try:
        clock = time.fromisoformat(schedule.time)
        if schedule.date:
            date.fromisoformat(schedule.date)
    except ValueError as error:
        raise InputInvalid(f"that is no moment of local time: {error}", hint=hint) from error
    days = schedule.days
    sound = list(days) == sorted({day for day in days if 0 <= day < WEEK}) and not (days and schedule.date)
    if clock.tzinfo or clock.microsecond or not sound:
        raise InputInvalid("that is no moment of local time", hint=hint)
