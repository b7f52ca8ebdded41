"""How things are put into words that sound right aloud."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

NOON = 12
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7
WEEKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
COUNTED_WHOLE = 99
"""The largest number of minutes or seconds that a timer is called by: "ninety-minute timer"."""


def duration(seconds: float) -> str:
    """Says how long: "1 hour, 5 minutes and 10 seconds"."""
    return listed([counted(count, unit) for count, unit in _units(seconds)]) or "0 seconds"


def adjective(seconds: float) -> str:
    """Says how long as it stands before a noun: "five-minute", "ninety-second", "two-hour five-minute"."""
    whole = round(seconds)
    units = _units(whole)
    if len(units) > 1:
        for size, unit in ((60, "minute"), (1, "second")):
            if whole % size == 0 and whole // size <= COUNTED_WHOLE:
                units = [(whole // size, unit)]
                break
    from hassil.numbers import get_rbnf_engine  # noqa: PLC0415 (the command line counts without it)

    words = get_rbnf_engine("en")
    return " ".join(f"{words.format_number(count).text.replace(' ', '-')}-{unit}" for count, unit in units)


def _units(seconds: float) -> list[tuple[int, str]]:
    whole = round(seconds)
    parts = [
        (whole // 86_400, "day"),
        (whole % 86_400 // 3600, "hour"),
        (whole % 3600 // 60, "minute"),
        (whole % 60, "second"),
    ]
    return [part for part in parts if part[0]]


def counted(count: int, noun: str, plural: str = "") -> str:
    """Says how many, in the right number; empty for none. The plural is the noun with an s unless given."""
    if count == 0:
        return ""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"


def listed(things: Sequence[str]) -> str:
    """Says several things: "a, b and c"."""
    if len(things) < 2:  # noqa: PLR2004 (one thing is no list)
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


def ordinal(day: int) -> str:
    """Says which: "1st", "22nd"."""
    teens = 10 < day < 20  # noqa: PLR2004 (eleventh to nineteenth)
    return f"{day}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def clock_time(moment: datetime | time) -> str:
    """Says a time of day: "7 AM", "7:05 PM"."""
    half = "AM" if moment.hour < NOON else "PM"
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{_hour(moment)}{minutes} {half}"


def bare_time(moment: datetime | time) -> str:
    """Says a time of day where it is clear which half of the day is meant: "7:05", "7 o'clock"."""
    return f"{_hour(moment)}:{moment.minute:02d}" if moment.minute else f"{_hour(moment)} o'clock"


def day(moment: datetime, now: datetime) -> str:
    """Says which day: "today", "tomorrow", "yesterday", "on Monday", "on May 3rd"."""
    ahead = (moment.date() - now.date()).days
    if -1 <= ahead <= 1:
        return ("today", "tomorrow", "yesterday")[ahead]
    if abs(ahead) < WEEK:
        return f"on {DAYS[moment.weekday()]}"
    return f"on {moment:%B} {ordinal(moment.day)}"


def days(chosen: Sequence[int]) -> str:
    """Says on which days of the week, 0 for Monday: "every day", "every weekday", "every Monday and Friday"."""
    known = {tuple(range(WEEK)): "day", WEEKDAYS: "weekday", WEEKEND: "weekend day"}
    return f"every {known.get(tuple(chosen)) or listed([DAYS[index] for index in chosen])}"


def past_moment(moment: datetime, now: datetime) -> str:
    """Says when something was: "at 7:05", "yesterday at 7:05 PM", "on Monday at 7 AM"."""
    lately = now - moment < timedelta(hours=NOON)
    which = "" if moment.date() == now.date() else f"{day(moment, now)} "
    return f"{which}at {bare_time(moment) if lately else clock_time(moment)}"


def bare(name: str) -> str:
    """A name as it is said after "the": without a "the" of its own."""
    name = name.strip()
    return name[4:].strip() if name.casefold().startswith("the ") else name


def same(name: str, other: str) -> bool:
    """Tells whether two names are the same one to people."""
    return bare(name).casefold() == bare(other).casefold()


def turned(text: str) -> str:
    """Says the user's own words back to them: "take my medicine" becomes "take your medicine"."""
    other = {"my": "your", "me": "you", "i": "you", "mine": "yours", "myself": "yourself", "i'm": "you are"}
    return " ".join(other.get(word.lower(), word) for word in text.split())


def _hour(moment: datetime | time) -> int:
    return moment.hour % NOON or NOON
