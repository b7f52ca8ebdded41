"""When a schedule is due: pure.

A schedule is due at the first moment at which the clocks of its zone show the wished time of the wished day, or a later
one. So what clocks leave out in spring is due when they are put forward (02:30 at 03:00), and what they show twice in
autumn is due once, the first time. A day that a zone left out altogether counts as the first moment after it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from msgspec.structs import replace

from voiced.core.promises import Schedule

DAY = timedelta(days=1)
EARLIEST, LATEST = 31_536_000.0, 253_339_228_800.0
"""1971 and 9998: calendars end not far from there."""
AROUND = range(-2, 10)
"""Days around the local date that may hold the next moment: a week, and what a change of the clocks moves."""


def moment(day: date, clock: time, zone: tzinfo) -> float:
    """When the clocks of a zone first show a time of a day, or a later one, in seconds since 1970 (UTC)."""
    wished = datetime.combine(day, clock)
    first, second = (wished.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if first <= second:
        return first
    # The clocks skip it: the change lies between the two, as by PEP 495.
    before, after = int(second) - 1, int(first)
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).replace(tzinfo=None) < wished:
            before = middle
        else:
            after = middle
    return float(after)


def next_due(schedule: Schedule, after: float, zone: tzinfo) -> float | None:
    """When a schedule is due next, strictly after a moment; None for never again.

    Args:
        schedule: with a date, or days.
        after: seconds since 1970 (UTC).
        zone: of local time.
    """
    clock = time.fromisoformat(schedule.time)
    moments = (moment(day, clock, zone) for day in _days(schedule, after, zone))
    return min((at for at in moments if at > after), default=None)


def latest_due(schedule: Schedule, until: float, zone: tzinfo) -> float | None:
    """When a schedule was due last, at a moment or before it; None if it never was."""
    clock = time.fromisoformat(schedule.time)
    moments = (moment(day, clock, zone) for day in _days(schedule, until, zone, back=True))
    return max((at for at in moments if at <= until), default=None)


def dated(schedule: Schedule, now: float, zone: tzinfo) -> Schedule:
    """Gives a schedule with neither date nor days the date on which it is so late next."""
    if schedule.date or schedule.days:
        return schedule
    clock = time.fromisoformat(schedule.time)
    today = datetime.fromtimestamp(now, zone).date()
    day = next(day for day in (today + DAY * ahead for ahead in AROUND) if moment(day, clock, zone) > now)
    return replace(schedule, date=day.isoformat())


def _days(schedule: Schedule, around: float, zone: tzinfo, *, back: bool = False) -> Iterator[date]:
    if not schedule.days:
        yield date.fromisoformat(schedule.date)
        return
    today = datetime.fromtimestamp(min(max(around, EARLIEST), LATEST), zone).date()
    for ahead in AROUND:
        day = today + DAY * (-ahead if back else ahead)
        if day.weekday() in schedule.days:
            yield day
