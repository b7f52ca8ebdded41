"""Numbers, dates, times of day and sums in words, by Unicode's rules and a language's vocabulary: pure."""

import re

from hassil.numbers import get_rbnf_engine

from voiced.turn.vocabulary import Money, Vocabulary

LONGEST = 12
"""Digits: a longer number is no quantity, and is spoken digit by digit."""
NOON, HOURS, MINUTES = 12, 24, 60


class Numbers:
    """Words for numbers.

    Args:
        words: the language.

    Attributes:
        grouped: a pattern of a number of more than three digits, as the language groups them.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self.grouped = rf"\d{{1,3}}(?:{re.escape(words.group)}\d{{3}}){{1,8}}(?!\d)"

    @property
    def pattern(self) -> str:
        """A number as the language writes it, without a sign."""
        group, decimal = re.escape(self._words.group), re.escape(self._words.decimal)
        return rf"(?:\d{{1,3}}(?:{group}\d{{3}}){{1,8}}(?![\d{group}])|\d+)(?:{decimal}\d+)?"

    def cardinal(self, number: int, rules: str = "spellout-numbering") -> str:
        """One number in words, by one of Unicode's sets of rules."""
        result = get_rbnf_engine(self._words.numbers).format_number(number, ruleset_names=[rules])
        return result.text.replace("\u00ad", "")

    def digits(self, text: str) -> str:
        """The digits of a text, one by one."""
        return " ".join(self.cardinal(int(digit)) for digit in text if digit.isdecimal())

    def year(self, text: str) -> str:
        """A year."""
        return self.cardinal(int(text), "spellout-numbering-year")

    def ordinal(self, number: int, before: str) -> str:
        """A place in an order, in the form that goes with what stands before it."""
        rules = next(rules for ending, rules in self._words.ordinals if re.search(ending, before))
        return self.cardinal(number, rules)

    def number(self, text: str) -> str:
        """A number as it is written: whole or not, grouped or not."""
        whole, _, part = text.partition(self._words.decimal)
        whole = whole.replace(self._words.group, "") if re.fullmatch(self.grouped, whole) else whole
        if len(whole) > LONGEST or (len(whole) > 1 and whole[0] == "0"):
            spoken = self.digits(whole)
        else:
            spoken = self.cardinal(int(whole))
        return f"{spoken} {self._words.point} {self.digits(part)}" if part else spoken

    def date(self, year: str, month: int, day: int, before: str) -> str:
        """A day; `year` may be empty."""
        usual, short = self._words.dates
        form = usual if year else short
        name, spoken_year = self._words.months[month - 1], self.year(year) if year else ""
        return form.format(day=self.ordinal(day, before), month=name, year=spoken_year)

    def time(self, hour: int, minute: int, second: int, half: str) -> str:
        """A time of day; `half` is AM, PM or empty."""
        forms = self._words.times_of_day
        h = forms.hour if hour == 1 else self.cardinal(hour)
        m = self.cardinal(minute)
        if hour in {0, HOURS}:
            spoken = forms.after_midnight if minute else forms.midnight
        elif minute:
            spoken = forms.usual if minute >= 10 else forms.early  # noqa: PLR2004 (what has two digits)
        elif half:
            spoken = forms.half
        else:
            spoken = forms.whole if hour <= NOON else forms.late
        spoken = spoken.format(h=h, m=m, half=half)
        if minute and half:
            spoken = f"{spoken} {half}"
        return forms.seconds.format(t=spoken, s=self.cardinal(second)) if second else spoken

    def sum(self, text: str, scale: str, money: Money) -> str:
        """So much money."""
        if scale:
            return f"{self.number(text)} {self._words.scales[scale]} {money.many}"
        whole, _, part = text.partition(self._words.decimal)
        if len(part) not in {0, 2}:
            return f"{self.number(text)} {money.many}"
        cents = int(part or 0)
        amount = money.one if whole == "1" else f"{self.number(whole)} {money.many}"
        if not cents:
            return amount
        small = money.cent if cents == 1 else f"{self.cardinal(cents)} {money.cents}"
        if whole == "0":
            return small
        return self._words.sum.format(whole=amount, cents=small, number=self.cardinal(cents))
