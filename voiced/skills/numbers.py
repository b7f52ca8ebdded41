"""Numbers as people say and write them, as exact values: pure.

Words follow one language's table; what is written in digits is the same in all.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

LONGEST = 60
"""Words and signs of a number: nobody says a longer one."""


class NumberWords(Struct, frozen=True):
    """What numbers are made of in a language.

    Attributes:
        small: zero to nineteen.
        tens: twenty to ninety.
        hundred: its word.
        scales: thousand and up.
        parts: what comes after a count, or after "a": half, third, quarters.
        one: "a", where it means one.
        joint: "and".
        point: what stands before decimals.
        minus: what stands before negative numbers.
        group, decimal: the signs in what is written in digits.
        powers: how a number with very many digits is told.
        signs: the words of operators, the longer ones first, and the sign of each; see `arithmetic`.
        within: a pattern of what stands within a word of numbers, and is a word of its own; empty: nothing does.
    """

    small: dict[str, int]
    tens: dict[str, int]
    hundred: str
    scales: dict[str, int]
    parts: dict[str, Fraction]
    one: tuple[str, ...]
    joint: str
    point: str
    minus: tuple[str, ...]
    group: str
    decimal: str
    powers: str
    signs: dict[str, str]
    within: str = ""

    @property
    def digits(self) -> str:
        """A pattern of what is written in digits."""
        group, decimal = re.escape(self.group), re.escape(self.decimal)
        return rf"(?:\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+)(?:{decimal}\d+)?"

    def words(self, parts: Sequence[str]) -> list[str]:
        """Words with those taken apart that are made of several: "zweihundertzehn" is "zwei hundert zehn"."""
        if not self.within:
            return list(parts)
        words: list[str] = []
        for word in " ".join(re.sub(self.within, r" \1 ", part) for part in parts).split():
            # Hundred means one hundred, unless something says how many.
            counted = bool(words) and (words[-1] in self.small or words[-1].isdecimal())
            more = word in self.scales and bool(words) and words[-1] == self.hundred
            bare = word == self.hundred or (word in self.scales and self.scales[word] == 10**3)
            words += [self.one[0], word] if bare and not counted and not more else [word]
        return words


_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "eighth": 8,
    "tenth": 10,
}
ENGLISH = NumberWords(
    small={word: value for value, word in enumerate(_SMALL.split())} | {"oh": 0},
    tens={
        word: 10 * value
        for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
    },
    hundred="hundred",
    scales={"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    parts={word + end: Fraction(1, value) for word, value in _PARTS.items() for end in ("", "s")},
    one=("a", "an"),
    joint="and",
    point="point",
    minus=("minus", "negative"),
    group=",",
    decimal=".",
    powers="{digits} times 10 to the power of {exponent}",
    signs={
        "to the power of": "^",
        "raised to": "^",
        "multiplied by": "*",
        "divided by": "/",
        "the square root of": "√",
        "square root of": "√",
        "the cube root of": "∛",
        "cube root of": "∛",
        "the root of": "√",
        "root of": "√",
        "percent off": "off",
        "% off": "off",
        "percent": "%",
        "times": "*",
        "x": "*",
        "×": "*",
        "÷": "/",
        "over": "/",
        "plus": "+",
        "minus": "-",
        "less": "-",
        "negative": "-",
        "squared": "²",
        "cubed": "³",
        "of": "of",
        "open bracket": "(",
        "close bracket": ")",
    },
)


def number(text: str, words: NumberWords = ENGLISH) -> Fraction | None:
    """A number, whole or not; None where the text is none, or is more than one."""
    tokens = words.words(text.casefold().replace("-", " - " if text.strip()[:1] == "-" else " ").split())
    negative = bool(tokens) and (tokens[0] in words.minus or tokens[0] == "-")
    value, end = leading(tokens[negative:], words)
    if value is None or end != len(tokens) - negative:
        return None
    return -value if negative else value


def leading(tokens: Sequence[str], words: NumberWords = ENGLISH) -> tuple[Fraction | None, int]:
    """The number with which some words begin, and how many of them it takes; None and 0 where there is none.

    Args:
        tokens: lower case, without hyphens, as `NumberWords.words` gives them.
        words: the language.
    """
    tokens = tokens[:LONGEST]
    if tokens and re.fullmatch(words.digits, tokens[0]):
        whole, at = Fraction(tokens[0].replace(words.group, "").replace(words.decimal, ".")), 1
        if tokens[1:2] and tokens[1] in words.scales:
            whole, at = whole * words.scales[tokens[1]], 2
        return _fraction(tokens, whole, at, words)
    article = bool(tokens) and tokens[0] in words.one
    if tokens[article : article + 1] and tokens[article] in words.parts:
        return words.parts[tokens[article]], 1 + article
    if article and tokens[1:2] and tokens[1] in (words.hundred, *words.scales):
        tokens = [next(word for word, value in words.small.items() if value == 1), *tokens[1:]]
    value, at = _whole(tokens, words)
    if not at:
        return None, 0
    if tokens[at : at + 1] == [words.point]:
        digits, end = _decimals(tokens, at + 1, words)
        return (value + digits, end) if end > at + 1 else (Fraction(value), at)
    return _fraction(tokens, Fraction(value), at, words)


def _fraction(tokens: Sequence[str], whole: Fraction, at: int, words: NumberWords) -> tuple[Fraction, int]:
    """Two thirds, and two and a half."""
    if tokens[at : at + 1] and tokens[at] in words.parts:
        return whole * words.parts[tokens[at]], at + 1
    if tokens[at : at + 1] == [words.joint]:
        rest = tokens[at + 1 :]
        if rest[:1] and rest[0] in words.parts:
            return whole + words.parts[rest[0]], at + 2
        if len(rest) > 1 and (rest[0] in words.one or rest[0] in words.small) and rest[1] in words.parts:
            return whole + words.small.get(rest[0], 1) * words.parts[rest[1]], at + 3
    return whole, at


def _whole(tokens: Sequence[str], words: NumberWords) -> tuple[int, int]:
    """A whole number of words, and how many there are; 0 where there is none."""
    total, ceiling, at = 0, 0, 0
    while True:
        skip = at > 0 and tokens[at : at + 1] == [words.joint]
        group, end = _below_thousand(tokens, at + skip, words)
        if not end:
            return total, at
        scale = words.scales.get(tokens[end], 0) if end < len(tokens) else 0
        if ceiling and (scale or 1) >= ceiling:
            return total, at
        total, at, ceiling = total + group * (scale or 1), end + bool(scale), scale or 1
        if not scale:
            return total, at


def _below_thousand(tokens: Sequence[str], at: int, words: NumberWords) -> tuple[int, int]:
    """A number up to 999 (or so many hundreds) at a place, and where it ends; 0 where there is none."""
    value, end = _below_hundred(tokens, at, words)
    if not end or tokens[end : end + 1] != [words.hundred] or not value:
        return value, end
    value, end = value * 100, end + 1
    skip = tokens[end : end + 1] == [words.joint]
    rest, after = _below_hundred(tokens, end + skip, words)
    return (value + rest, after) if after and rest else (value, end)


def _below_hundred(tokens: Sequence[str], at: int, words: NumberWords) -> tuple[int, int]:
    word = tokens[at] if at < len(tokens) else ""
    if word in words.small:
        return words.small[word], at + 1
    if word not in words.tens:
        return 0, 0
    after = words.small.get(tokens[at + 1], 0) if at + 1 < len(tokens) else 0
    return (words.tens[word] + after, at + 2) if 0 < after < 10 else (words.tens[word], at + 1)  # noqa: PLR2004 (a digit)


def _decimals(tokens: Sequence[str], at: int, words: NumberWords) -> tuple[Fraction, int]:
    """The digits after a point, said one by one or all at once, and where they end."""
    digits = ""
    while at < len(tokens) and (words.small.get(tokens[at], 10) < 10 or tokens[at].isdecimal()):  # noqa: PLR2004 (a digit)
        digits += tokens[at] if tokens[at].isdecimal() else str(words.small[tokens[at]])
        at += 1
    return Fraction(int(digits or 0), 10 ** len(digits)), at


def spelled(value: Fraction, words: NumberWords = ENGLISH) -> tuple[str, bool]:
    """A number in digits to be told, and whether that is all of it: at most four decimals that say something."""
    if abs(value) >= 10**15:
        return _scientific(value, words), False
    places = 4 if abs(value) >= 1 or not value else 3 + _zeros(value)
    scaled = round(value * 10**places)
    whole, part = divmod(abs(scaled), 10**places)
    decimals = f"{part:0{places}d}".rstrip("0") if part else ""
    sign = "-" if scaled < 0 else ""
    grouped = f"{whole:,}".replace(",", words.group)
    return f"{sign}{grouped}{words.decimal if decimals else ''}{decimals}", Fraction(scaled, 10**places) == value


def _zeros(value: Fraction) -> int:
    """Zeros after the point, and one more."""
    count = 0
    while abs(value) * 10**count < 1 and count < 15:  # noqa: PLR2004 (what is smaller is told as zero)
        count += 1
    return count


def _scientific(value: Fraction, words: NumberWords) -> str:
    exponent = len(str(int(abs(value)))) - 1
    digits = round(value / Fraction(10) ** (exponent - 4))
    return words.powers.format(digits=f"{digits / 10**4:g}".replace(".", words.decimal), exponent=exponent)
