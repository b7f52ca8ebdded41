"""What is written in signs, in the words of a language: pure. The rules apply in the order in which they stand."""

import re
from collections.abc import Callable, Iterable
from functools import partial

from voiced.turn.spokennumbers import HOURS, MINUTES, Numbers
from voiced.turn.vocabulary import Vocabulary

_Match = re.Match[str]
_Rules = Iterable[tuple[str, Callable[[_Match], str] | str]]
"""Patterns, and what is said instead."""

WORD = 20
"""Characters that are looked at for the word before a number."""
_DOMAINS = "com|org|net|de|io|dev|eu|uk|at|ch|fr|info|app|ai|gov|edu|local|lan|home|tv|me|us|it|nl"
_FILES = "txt|toml|yaml|yml|json|py|sh|md|pdf|png|jpe?g|mp3|wav|conf|service|log|html?|csv|zip|exe"
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}


def _any(signs: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))


def _before(match: _Match) -> str:
    """The word that stands before it."""
    return match.string[max(0, match.start() - WORD) : match.start()]


class Signs:
    """The rules of one language.

    Args:
        words: its words.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._numbers = Numbers(words)
        self._months = {name: index for index, name in enumerate(words.months, 1)}
        self._months |= {short: self._months[name] for short, name in words.short_months.items()}
        groups = (self._addresses, self._dates, self._between, self._times, self._quantities, self._words_rules)
        self._rules = [(re.compile(pattern), instead) for group in groups for pattern, instead in group() if pattern]

    def spoken(self, line: str) -> str:
        """One line in words."""
        for fraction, digits in _FRACTIONS.items():
            line = re.sub(rf"(?<=\d){fraction}", f" {digits}", line).replace(fraction, digits)
        for pattern, instead in self._rules:
            line = pattern.sub(instead, line)
        return " ".join(line.split())

    def _addresses(self) -> _Rules:
        dot = partial(re.sub, r"\.", f" {self._words.dot} ")

        def host(match: _Match) -> str:
            port = f" {self._words.port} {self._numbers.digits(match['port'])}" if match["port"] else ""
            return dot(match["host"]) + port

        yield (
            r"\bhttps?://(?:www\.)?(?P<host>[\w.-]*\w)(?::(?P<port>\d+))?(?:[/?#](?:[^\s.,;!?)]|[.,;!?)](?=\S))*)?",
            host,
        )
        yield r"\bwww\.(?P<host>[\w.-]*\w)(?P<port>)(?:/[^\s.,;!?)]*)?", host
        yield (
            r"\b(?P<name>[\w.+-]{1,64})@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})\b",
            lambda match: f"{dot(match['name'])} {self._words.at} {dot(match['host'])}",
        )
        yield (
            rf"\b[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}\.(?:{_DOMAINS}|{_FILES})\b(?!\.\w)",
            lambda match: dot(match[0]),
        )
        yield r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", lambda match: dot(match[0])
        yield r"(?<!\S)~?(?:/[\w.-]*\w)+|(?<!\S)[^\W\d][\w-]*(?:/[^\W\d][\w.-]*){2,}", self._path
        yield r"(?<![\w+])\+\d[\d ()/-]{5,}\d", self._phone
        yield r"(?<![\w.,-])0\d{1,4}[ /-]\d{3,}(?:[ -]\d{2,})*(?![\w-])", self._phone
        yield r"(?<![\w-])(?:\(\d{3}\) ?|\d{3}[- .])?\d{3}[- .]\d{4}(?![\w-])", self._phone

    def _path(self, match: _Match) -> str:
        parts = [part for part in re.split(r"[/~]", match[0]) if part]
        slash = f" {self._words.slash} "
        joined = slash.join(re.sub(r"\.", f" {self._words.dot} ", part) for part in parts)
        return joined if match[0][0] not in "/~" else f"{slash.lstrip()}{joined}"

    def _phone(self, match: _Match) -> str:
        groups = [self._numbers.digits(group) for group in re.findall(r"\d+", match[0])]
        return (f"{self._words.plus} " if match[0].startswith("+") else "") + ", ".join(groups)

    def _dates(self) -> _Rules:
        months = _any(self._months)
        decade, endings = self._words.decade
        yield decade, lambda match: self._decade(match, endings)
        yield r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?:T(?=\d\d:)|(?![\d-]))", lambda match: self._date(match, 1, 2, 3)
        yield r"(?<=\d\d:\d\d)(:\d\d)?(\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?!\w)", r"\1"
        day, month = (1, 2) if self._words.day_first else (2, 1)
        yield r"(?<![\d/.])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", lambda match: self._date(match, 3, month, day)
        if self._words.day_first:
            yield (
                rf"(?<![\d.])(\d{{1,2}})\.?(?: ?[-–] ?| {self._words.to} )(?=\d{{1,2}}\. ?(?:{months}))",
                lambda match: f"{self._ordinal(match, 1)} {self._words.to} ",
            )
            yield (
                r"(?<![\d.])(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}))?(?![\d.]*\d)",
                lambda match: self._date(match, 3, 2, 1),
            )
            yield (
                rf"(?<![\d.])(\d{{1,2}})\. ?({months})\b\.?(?: (\d{{4}})\b)?",
                lambda match: self._date(match, 3, 2, 1),
            )
        else:
            tail = r"(?:st|nd|rd|th)?\b(?![:.]\d)"
            yield rf"\b({months})\b\.? (\d{{1,2}}){tail}(?:,? (\d{{4}})\b)?", lambda match: self._date(match, 3, 1, 2)
            yield (
                rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({months})\b\.?(?:,? (\d{{4}})\b)?",
                lambda match: (
                    f"the {self._ordinal(match, 1)} of {self._month(match[2])}"
                    + (f" {self._numbers.year(match[3])}" if match[3] else "")
                ),
            )
        yield (
            rf"\b({months})\b\.?,? (\d{{4}})\b",
            lambda match: f"{self._month(match[1])} {self._numbers.year(match[2])}",
        )

    def _month(self, name: str) -> str:
        return self._words.months[self._months[name] - 1]

    def _ordinal(self, match: _Match, group: int) -> str:
        return self._numbers.ordinal(int(match[group]), _before(match))

    def _date(self, match: _Match, year: int, month: int, day: int) -> str:
        which = self._months.get(match[month]) or int(match[month])
        number = int(match[day])
        if which > 12 >= number and month != day:  # noqa: PLR2004 (somebody wrote them the other way round)
            which, number = number, which
        if not (1 <= which <= 12 and 1 <= number <= 31):  # noqa: PLR2004 (months and days)
            return match[0]
        spoken = self._numbers.date(match[year] or "", which, number, _before(match))
        return f"{spoken}, " if match[0].endswith("T") else spoken

    def _between(self) -> _Rules:
        words, money = self._words, _any(self._words.money)
        yield r"(?<![\w-])(\d{1,12})[-](\d{1,12})(?![\w-]|[.,:/]\d)", self._pair
        yield rf"(?<=[\d%°])[-–](?=(?:{money})?\d+(?![\d-]{{0,30}}-))", f" {words.to} "
        yield r"(?<=\d) – (?=\d)", f" {words.to} "
        yield r"(?<=\d) [-\u2212] (?=\d)", f" {words.minus} "
        yield r"(?<![\w)])[-\u2212](?=\d)", f"{words.minus} "
        yield r"(?<=[\d%€$])\s?/\s?(?=[^\W\d_]{2,})", f" {words.per} "

    def _pair(self, match: _Match) -> str:
        first, second = int(match[1]), int(match[2])
        return f"{match[1]} {self._words.to if second > first else self._words.against} {match[2]}"

    def _times(self) -> _Rules:
        suffix = self._words.times_of_day.suffix
        yield rf"(?<![\d:.,])(\d{{1,2}}):(\d\d)(?::(\d\d))?(?![\d:])(?:\s?({suffix}))?", self._time
        if self._words.times_of_day.dotted:
            yield rf"(?<![\d:.,])(\d{{1,2}})\.(\d\d)()\s?({suffix})", self._time
        yield rf"(?<![\d:.,])(\d{{1,2}})()()\s?({suffix})", self._time
        yield r"(?<![\d:])(\d+):(\d+)(?![\d:])", rf"\1 {self._words.against} \2"

    def _time(self, match: _Match) -> str:
        hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
        if hour > HOURS or minute >= MINUTES or second >= MINUTES:
            return match[0]
        suffix = match[4] or ""
        half = {"a": "AM", "p": "PM"}.get(suffix[:1].lower(), "")
        # A point that ended the sentence as well.
        end = "." if suffix.endswith(".") and match.end() == len(match.string) else ""
        return self._numbers.time(hour, minute, second, half) + end

    def _quantities(self) -> _Rules:
        words, number = self._words, self._numbers.pattern
        scale, money = _any(words.scales), _any(words.money)
        point = partial(re.sub, r"\.", f" {words.point if words.decimal == '.' else words.dot} ")
        yield (
            rf"(?<![\w.])(?!{self._numbers.grouped}(?!\.))\d+(?:\.\d+){{2,}}+(?![\w.]*\w)",
            lambda match: point(match[0]),
        )
        yield (
            r"(?<!\w)(?:v|[Vv]ersion )\d+(?:\.\d+)+",
            lambda match: re.sub(r"v(?=\d)", f"{words.before_number['v']} ", point(match[0])),
        )
        yield (
            rf"({money})\s?({number})(?:\s?({scale})(?![^\W_]))?",
            lambda match: self._sum(match[2], match[3], match[1]),
        )
        yield rf"(?<![\w.,])({number})(?:\s?({scale}))?\s?({money})(?![^\W_])", lambda match: self._sum(*match.groups())
        yield (
            rf"(?<![\w.,])({number})(?:\s|-)?({_any(words.units)})(?![^\W_²³/])(?:(?<=[a-z])\.(?=\s[a-zäöü]))?",
            self._unit,
        )
        yield rf"(?<![\d/.,])(\d+) ({_any(words.mixed)})(?![\d/])", self._mixed
        yield rf"(?<![\d/.,])({_any(words.fractions)})(?![\d/])", lambda match: words.fractions[match[1]]
        yield r"(?<=\d)\s?/\s?(?=\d)", f" {words.over} "
        yield r"(?<=\d)\s?[x×]\s?(?=\d)", f" {words.by} "
        yield r"(?<=[\d)])\s?\*\s?(?=[\d(])", f" {words.times} "
        yield words.ordinal, lambda match: match["before"] + self._numbers.ordinal(int(match["n"]), match["before"])

    def _mixed(self, match: _Match) -> str:
        whole = self._words.times_of_day.hour if match[1] == "1" else self._numbers.number(match[1])
        return whole + self._words.mixed[match[2]]

    def _sum(self, number: str, scale: str | None, sign: str) -> str:
        return self._numbers.sum(number, scale or "", self._words.money[sign])

    def _unit(self, match: _Match) -> str:
        one, many = self._words.units[match[2]]
        spoken = one if match[1] == "1" else f"{self._numbers.number(match[1])} {many}"
        # A point that ended the sentence as well.
        return f"{spoken}." if match[2].endswith(".") and match.end() == len(match.string) else spoken

    def _words_rules(self) -> _Rules:
        words = self._words
        before, signs = words.before_number, words.signs
        yield rf"(?<!\w)({_any(before)})\s?(?=\d)", lambda match: f"{before[match[1]]} "
        yield rf"(?<![\w.])({_any(words.abbreviations)})(?!\w)", self._abbreviation
        yield r"^(\d{1,3})[.)]\s+(?=\S)", r"\1, "
        yield (
            rf"({words.year_after})(1[1-9]\d\d|20\d\d)(?![\d.,]*\d)",
            lambda match: match[1] + self._numbers.year(match[2]),
        )
        yield (
            r"\b(1[1-9]\d\d|20\d\d)(?= (?:to|bis|and|und) (?:1[1-9]|20)\d\d\b)",
            lambda match: self._numbers.year(match[1]),
        )
        yield r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " "
        if words.decimal != ".":
            yield r"(?<![\d,.])(\d+)\.(\d{1,2}|\d{4,})(?![\d.,]*\d)", self._dotted
        else:
            yield r"(?<=\d),(?!\d{3}(?!\d))(?=\d)", ", "
        yield r"(?<![\w.])[.,](?=\d)", f"{words.point} "
        yield self._numbers.pattern, lambda match: self._numbers.number(match[0])
        yield r"(?<=[A-Za-z])\+\+", f" {words.plus} {words.plus}"
        yield r"\b([A-G])#", r"\1 sharp"
        yield r"(?<=[a-zäöüß])\s?/\s?(?=[^\W\d_])", f" {words.either} "
        yield r"[#\\^|~*_/{}\[\]<>](?=$|[\s\W])|(?<!\S)[#\\^|~*_/{}\[\]]|\[|\]|(?<![-=])[-=]+>", self._stray
        yield rf"({_any(signs)})", lambda match: f" {signs[match[1]]} "
        yield r"\(\s*\)", " "
        yield r"(?<!\s)\s+(?=[,.;:!?)](?:\s|$))", ""

    def _dotted(self, match: _Match) -> str:
        return f"{self._numbers.number(match[1])} {self._words.dot} {self._numbers.digits(match[2])}"

    def _stray(self, match: _Match) -> str:
        return f" {self._words.signs.get(match[0], '')} "

    def _decade(self, match: _Match, endings: tuple[tuple[str, str], ...]) -> str:
        spoken = self._numbers.year(match[1])
        for ending, instead in endings:
            if re.search(ending, spoken):
                return re.sub(ending, instead, spoken, count=1)
        return spoken

    def _abbreviation(self, match: _Match) -> str:
        # A point that ended the sentence as well.
        end = "." if match[1].endswith(".") and match.end() == len(match.string) else ""
        return self._words.abbreviations[match[1]] + end
