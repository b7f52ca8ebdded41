"""Durations, times of day and days of the week, as people type them."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter, Token

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY: dict[str, tuple[int, ...]] = {
    "day": tuple(range(7)),
    "daily": tuple(range(7)),
    "weekday": tuple(range(5)),
    "weekend": (5, 6),
}
NAMED = {"noon": "12:00", "midnight": "0:00"}
AHEAD = {"today": 0, "tomorrow": 1}
AGO = {"today": 0, "yesterday": 1}
LONGEST_S = 366 * 86_400
_DURATION = re.compile(
    r"(?:(?P<d>\d+)\s*d(?:ays?)?)?\s*(?:(?P<h>\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*"
    r"(?:(?P<m>\d+(?:\.\d+)?)\s*m(?:in(?:ute)?s?)?)?\s*(?:(?P<s>\d+(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?)?",
    re.ASCII,
)
_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_TIME = re.compile(r"(\d{1,2})(?::(\d\d))?(?::(\d\d))?\s*(am|pm)?", re.ASCII)


class DAY(int):
    """A day of the week, 0 for Monday; help calls it what its class is called."""


def duration(text: str) -> float:
    """Seconds of 5m, 1h30m, 90s, 1.5h, 5 minutes.

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    parts = {unit: number for unit, number in found.groupdict().items() if number} if found else {}
    if not parts:
        unit = f": {text.strip()}s, or {text.strip()}m?" if text.strip().isdecimal() else ", such as 5m, 1h30m or 90s."
        raise ValueError(f"{text!r} is no duration. Give it a unit{unit}")
    seconds = sum(float(number) * _SECONDS[unit] for unit, number in parts.items())
    if not 0 < seconds <= LONGEST_S:
        raise ValueError(f"{text!r} is no duration of up to a year.")
    return seconds


def time_of_day(text: str) -> str:
    """07:00 or 07:00:30 of 7:00, 7am, 7:30pm, 19:30, noon, midnight.

    Raises:
        ValueError: it is none.
    """
    text = NAMED.get(text.strip().lower(), text)
    wrong = ValueError(f"{text!r} is no time of day, such as 7:00, 07:30 or 7pm.")
    found = _TIME.fullmatch(text.strip().lower())
    if not found:
        raise wrong
    hour, minute, second, half = found.groups()
    if not minute and not half:
        raise ValueError(f"{text!r} is no time of day. Did you mean {hour}:00, or {hour}pm?")
    number = int(hour)
    if half:
        if not 1 <= number <= 12:  # noqa: PLR2004 (hours of half a day)
            raise wrong
        number = number % 12 + (12 if half == "pm" else 0)
    ending = f":{second}" if second else ""
    written = f"{number:02}:{minute or '00'}{ending}"
    try:
        datetime.strptime(written, "%H:%M:%S" if second else "%H:%M")  # noqa: DTZ007 (a time of day has no zone)
    except ValueError as error:
        raise wrong from error
    return written


def days_of_week(text: str) -> tuple[int, ...]:
    """The days of mon,tue or monday,friday, or of day, weekday, weekend; 0 for Monday, sorted.

    Raises:
        ValueError: one is none.
    """
    found: set[int] = set()
    for name in text.lower().replace(",", " ").split():
        one = name.removesuffix("s")
        if one in EVERY:
            found.update(EVERY[one])
        elif one in DAYS or one in LONG:
            found.add((DAYS if one in DAYS else LONG).index(one))
        else:
            raise ValueError(f"{name!r} is no day: {', '.join(DAYS)}, weekday, weekend or day.")
    if not found:
        raise ValueError(f"name some days: {', '.join(DAYS)}, weekday, weekend or day.")
    return tuple(sorted(found))


def day(text: str) -> str:
    """A day, as 2026-11-25, or today or tomorrow.

    Raises:
        ValueError: it is none.
    """
    if text.strip().lower() in AHEAD:
        return text.strip().lower()
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").strftime("%Y-%m-%d")  # noqa: DTZ007 (a day has no zone)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day, such as 2026-11-25, today or tomorrow.") from error


def past_day(text: str) -> str:
    """A day, as 2026-11-25, or today or yesterday.

    Raises:
        ValueError: it is none.
    """
    if text.strip().lower() in AGO:
        return text.strip().lower()
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").strftime("%Y-%m-%d")  # noqa: DTZ007 (a day has no zone)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day, such as 2026-11-25, today or yesterday.") from error


def _typed(read: Callable[[str], object]) -> Parameter:
    """An option that is read so; given several times, all of it counts."""

    def convert(_: object, tokens: Sequence[Token]) -> object:
        return read(" ".join(token.value for token in tokens))

    return Parameter(converter=convert, n_tokens=1, negative=())


Duration = Annotated[float, _typed(duration)]
TimeOfDay = Annotated[str, _typed(time_of_day)]
Days = Annotated[tuple[DAY, ...], _typed(days_of_week)]
Day = Annotated[str, _typed(day)]
PastDay = Annotated[str, _typed(past_day)]
