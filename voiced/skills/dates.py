"""Days as people name them: pure."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from voiced.core.errors import SkillFailed
from voiced.core.speech import WEEK

Slots = Mapping[str, str | int | float]


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar. Source: J. Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    lunar = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * lunar) // 451
    month, day = divmod(h + lunar - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _weekday(year: int, month: int, weekday: int, which: int) -> date:
    """The first (1), second … such day of a month."""
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % WEEK + WEEK * (which - 1))


MOVING: dict[str, Callable[[int], date]] = {
    "easter": easter,
    "good friday": lambda year: easter(year) - timedelta(2),
    "easter monday": lambda year: easter(year) + timedelta(1),
    "whit sunday": lambda year: easter(year) + timedelta(49),
    "thanksgiving": lambda year: _weekday(year, 11, 3, 4),
    "advent": lambda year: date(year, 12, 24) - timedelta((date(year, 12, 24).weekday() + 1) % WEEK + 3 * WEEK),
}
"""Days without a date of their own. Thanksgiving is that of the United States."""


def named_day(slots: Slots, today: date) -> date:
    """The day that was named: of one that comes every year the next, unless a year was said.

    Args:
        slots: feast (of `MOVING`, or month-day), or month and date, and maybe year; or day, of the week, 0 for Monday,
            whose next one is meant; or offset, in days.
        today: the local day.

    Raises:
        SkillFailed: there is no such day.
    """
    if "offset" in slots:
        return today + timedelta(int(slots["offset"]))
    if "day" in slots:
        return today + timedelta((int(slots["day"]) - today.weekday() - 1) % WEEK + 1)
    if "year" in slots:
        return _in_year(slots, int(slots["year"]))
    for year in range(today.year, today.year + 9):  # A leap day comes within eight years.
        try:
            found = _in_year(slots, year)
        except SkillFailed:
            continue
        if found >= today:
            return found
    raise SkillFailed("There is no such day.")


def _in_year(slots: Slots, year: int) -> date:
    feast = str(slots.get("feast", ""))
    try:
        if feast in MOVING:
            return MOVING[feast](year)
        month, day = map(int, feast.split("-")) if feast else (int(slots["month"]), int(slots["date"]))
        return date(year, month, day)
    except ValueError as error:
        raise SkillFailed("There is no such day.") from error


def later(today: date, count: int, unit: str) -> date:
    """The day after so many days, weeks, months or years; before, if there are fewer than none.

    A month from the last day of January is the last one of February.

    Raises:
        SkillFailed: the calendar has an end.
    """
    try:
        if unit in ("day", "week"):
            return today + timedelta(count * (WEEK if unit == "week" else 1))
        months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError) as error:
        raise SkillFailed("That is further than the calendar goes.") from error
