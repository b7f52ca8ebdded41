"""How things are put into words that sound right aloud: what every language has to know for it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from voiced.core.errors import Told

NOON = 12
WEEK = 7
WEEKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
COUNTED_WHOLE = 99
"""The largest number of minutes or seconds that a timer is called by: "ninety-minute timer"."""


class Speech(ABC):
    """One language. What is said stands in the code in English; its words in the language come from the templates.

    Args:
        answers: what is said in English, with places in braces, to the same in the language; see `core.answers`. What
            is not there is said in English.
    """

    language: str
    """Two letters."""
    decimal: str
    """What stands before the decimals of a number."""
    joint: str
    """What stands before the last of several things."""
    day_names: Mapping[str, Sequence[str]]
    """What "tomorrow" and the days of the week, "0" for Monday, are called by themselves: each by one name or more."""
    article: re.Pattern[str]
    """What may stand before a thing, at the beginning of a text: "some" of "some milk"."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self._answers = answers or {}

    def say(self, text: str, /, **fields: object) -> str:
        """Says something in the language.

        Args:
            text: in English, with places in braces.
            fields: what stands there, in the language already.
        """
        found = self._answers.get(text, text)
        return found.format(**fields) if fields else found

    def excuse(self, error: Told) -> str:
        """Says why something could not be done; what stands in its places is put into words, too."""
        fields = {name: self.say(value) if isinstance(value, str) else value for name, value in error.fields.items()}
        return self.say(error.text, **fields)

    def counted(self, count: int, one: str, many: str, /, **fields: object) -> str:
        """Says something about so many, in the right number.

        Args:
            count: how many; also a place, {count}.
            one: the text about one, see `say`.
            many: the text about none or several.
            fields: see `say`.
        """
        return self.say(one if count == 1 else many, count=count, **fields)

    def listed(self, things: Sequence[str]) -> str:
        """Says several things: "a, b and c"."""
        if len(things) < 2:  # noqa: PLR2004 (one thing is no list)
            return "".join(things)
        return f"{', '.join(things[:-1])} {self.joint} {things[-1]}"

    def same(self, name: str, other: str) -> bool:
        """Tells whether two names are the same one to people."""
        return self.bare(name).casefold() == self.bare(other).casefold()

    @abstractmethod
    def duration(self, seconds: float) -> str:
        """Says how long: "1 hour, 5 minutes and 10 seconds"."""

    @abstractmethod
    def ahead(self, seconds: float) -> str:
        """Says in how long: "in 10 minutes"."""

    @abstractmethod
    def adjective(self, seconds: float) -> str:
        """Says how long as it stands before a noun: "five-minute", "ninety-second", "two-hour five-minute"."""

    @abstractmethod
    def clock_time(self, moment: datetime | time) -> str:
        """Says a time of day: "7 AM", "7:05 PM"."""

    @abstractmethod
    def date(self, when: date) -> str:
        """Says a day with its date: "Friday, December 25th, 2026"."""

    @abstractmethod
    def day(self, moment: datetime, now: datetime) -> str:
        """Says which day: "today", "tomorrow", "yesterday", "on Monday", "on May 3rd"."""

    @abstractmethod
    def days(self, chosen: Sequence[int]) -> str:
        """Says on which days of the week, 0 for Monday: "every day", "every weekday", "every Monday and Friday"."""

    @abstractmethod
    def past_moment(self, moment: datetime, now: datetime) -> str:
        """Says when something was: "at 7:05", "yesterday at 7:05 PM", "on Monday at 7 AM"."""

    @abstractmethod
    def bare(self, name: str) -> str:
        """A name as it is said after "the": without a "the" of its own."""

    @abstractmethod
    def thing(self, name: str) -> str:
        """A thing of the home as it stands within a sentence: "the kitchen light", but "the TV"."""

    @abstractmethod
    def several(self, name: str) -> bool:
        """Tells whether a thing "are", not "is", by its name: "blinds"."""

    @abstractmethod
    def same_thing(self, thing: str, other: str) -> bool:
        """Tells whether two words are of the same thing, be it one or several: "eggs", "an egg" and "Egg"."""

    @abstractmethod
    def turned(self, text: str) -> str:
        """Says the user's own words back to them: "take my medicine" becomes "take your medicine"."""

    @abstractmethod
    def reminded(self, text: str) -> str:
        """What somebody is reminded of, as it stands after "remind you": "to take your medicine"."""


def whole_units(seconds: float) -> list[tuple[int, int]]:
    """A length as days, hours, minutes and seconds: how many, and the seconds of each; none that there are none of."""
    left, found = round(seconds), list[tuple[int, int]]()
    for size in (86_400, 3600, 60, 1):
        count, left = divmod(left, size)
        found += [(count, size)] if count else []
    return found


def name_units(seconds: float) -> list[tuple[int, int]]:
    """The same as a timer is called by it: ninety seconds, not a minute and thirty seconds."""
    whole, units = round(seconds), whole_units(seconds)
    if len(units) > 1:
        for size in (60, 1):
            if whole % size == 0 and whole // size <= COUNTED_WHOLE:
                return [(whole // size, size)]
    return units


def number_words(number: int, language: str) -> str:
    """A number in words."""
    from hassil.numbers import get_rbnf_engine  # noqa: PLC0415 (the command line counts without it)

    return get_rbnf_engine(language).format_number(number).text.replace("\u00ad", "")
