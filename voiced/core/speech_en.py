"""English, as it sounds right aloud."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from voiced.core.speech import NOON, WEEK, WEEKDAYS, WEEKEND, Speech, name_units, number_words, whole_units

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = {86_400: "day", 3600: "hour", 60: "minute", 1: "second"}
"""What so many seconds are called."""
_CAPITALISED = re.compile(r"(?<!\S)[A-Z][a-z'’]*(?!\S)")
_OF = re.compile(r"(?:about|that)\b", re.IGNORECASE)
_ODD = {"mice": "mouse", "geese": "goose", "teeth": "tooth", "feet": "foot", "children": "child"}
"""Several, and one of them."""
_ENDINGS = (
    (re.compile(r"(?<=..[^su])s$"), ""),
    (re.compile(r"ie$"), "y"),
    (re.compile(r"(?:(?<=[osxz])|(?<=[cs]h))e$"), ""),
    (re.compile(r"fe?$"), "ve"),
)
"""What is made of the endings of one and of several, one after the other, so that both are the same."""


class English(Speech):
    """See `Speech`."""

    language = "en"
    decimal = "."
    joint = "and"
    day_names = {"tomorrow": ("tomorrow",)} | {str(at): (day,) for at, day in enumerate(DAYS)}
    article = re.compile(r"^(?:a|an|some|the|my)\s+", re.IGNORECASE)

    def duration(self, seconds: float) -> str:
        """See `Speech`."""
        return self.listed([counted(count, UNITS[size]) for count, size in whole_units(seconds)]) or "0 seconds"

    def ahead(self, seconds: float) -> str:
        """See `Speech`."""
        return f"in {self.duration(seconds)}"

    def adjective(self, seconds: float) -> str:
        """See `Speech`."""
        units = name_units(seconds)
        return " ".join(f"{number_words(count, 'en').replace(' ', '-')}-{UNITS[size]}" for count, size in units)

    def clock_time(self, moment: datetime | time) -> str:
        """See `Speech`."""
        half = "AM" if moment.hour < NOON else "PM"
        minutes = f":{moment.minute:02d}" if moment.minute else ""
        return f"{_hour(moment)}{minutes} {half}"

    def date(self, when: date) -> str:
        """See `Speech`."""
        return f"{DAYS[when.weekday()]}, {when:%B} {ordinal(when.day)}, {when.year}"

    def day(self, moment: datetime, now: datetime) -> str:
        """See `Speech`."""
        ahead = (moment.date() - now.date()).days
        if -1 <= ahead <= 1:
            return ("today", "tomorrow", "yesterday")[ahead]
        if abs(ahead) < WEEK:
            return f"on {DAYS[moment.weekday()]}"
        return f"on {moment:%B} {ordinal(moment.day)}"

    def days(self, chosen: Sequence[int]) -> str:
        """See `Speech`."""
        known = {tuple(range(WEEK)): "day", WEEKDAYS: "weekday", WEEKEND: "weekend day"}
        return f"every {known.get(tuple(chosen)) or self.listed([DAYS[index] for index in chosen])}"

    def past_moment(self, moment: datetime, now: datetime) -> str:
        """See `Speech`."""
        # Where it is clear which half of the day is meant, it is not said.
        lately = now - moment < timedelta(hours=NOON)
        which = "" if moment.date() == now.date() else f"{self.day(moment, now)} "
        return f"{which}at {_bare_time(moment) if lately else self.clock_time(moment)}"

    def bare(self, name: str) -> str:
        """See `Speech`."""
        return bare(name)

    def thing(self, name: str) -> str:
        """See `Speech`."""
        return f"the {_CAPITALISED.sub(lambda word: word[0].lower(), name)}"

    def several(self, name: str) -> bool:
        """See `Speech`."""
        return re.search("[^su]s$", name) is not None

    def same_thing(self, thing: str, other: str) -> bool:
        """See `Speech`."""
        return self._singular(thing) == self._singular(other)

    def turned(self, text: str) -> str:
        """See `Speech`."""
        other = {"my": "your", "me": "you", "i": "you", "mine": "yours", "myself": "yourself", "i'm": "you are"}
        return " ".join(other.get(word.lower(), word) for word in text.split())

    def reminded(self, text: str) -> str:
        """See `Speech`: "to take your medicine", "about your keys", "that dinner is ready"."""
        return self.turned(text) if _OF.match(text) else f"to {self.turned(text)}"

    def _singular(self, thing: str) -> str:
        words, _, last = self.article.sub("", thing).casefold().rpartition(" ")
        return f"{words} {_one(last)}".strip()


def _one(word: str) -> str:
    """A noun so that one and several are the same: berry, cookie, shoe, box, knife, glass. It is none to be said."""
    word = _ODD.get(word, word)
    for pattern, ending in _ENDINGS:
        word = pattern.sub(ending, word)
    return word


ENGLISH = English()


def counted(count: int, noun: str, plural: str = "") -> str:
    """Says how many, in the right number; empty for none. The plural is the noun with an s unless given."""
    if count == 0:
        return ""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"


def ordinal(day: int) -> str:
    """Says which: "1st", "22nd"."""
    teens = 10 < day < 20  # noqa: PLR2004 (eleventh to nineteenth)
    return f"{day}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def bare(name: str) -> str:
    """A name without a "the" of its own."""
    name = name.strip()
    return name[4:].strip() if name.casefold().startswith("the ") else name


def _bare_time(moment: datetime | time) -> str:
    return f"{_hour(moment)}:{moment.minute:02d}" if moment.minute else f"{_hour(moment)} o'clock"


def _hour(moment: datetime | time) -> int:
    return moment.hour % NOON or NOON
