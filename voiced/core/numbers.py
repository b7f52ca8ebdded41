"""Numbers as people say and write them, as exact values. All but the reading of the file is pure.

What the words are is data: `numbers.yaml` beside the sentence templates, and Unicode's words for zero to ninety-nine.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from voiced.core.grammar import spoken
from voiced.core.words import load_words

LONGEST = 60
"""Words and signs of a number: nobody says a longer one."""
LONGEST_WORD = 100
"""Letters of a word that is one."""
LONGEST_DIGITS = 1_000
"""Digits and signs of one that is written; Python reads no more than 4,300 at once."""
HUNDRED, DIGITS = 100, 10
Words = tuple[str, ...]


class NumberWords(Struct, frozen=True):
    """What numbers are made of in a language; without any words, of digits.

    Attributes:
        also: words for numbers below a hundred, and for scales without a count, besides the usual ones.
        hundred: its word.
        scales: thousand and up.
        parts: what comes after a count, or after "a": half, third, quarters; so many make one.
        mixed: words for a number with its part, or for a part that is more than one.
        one: "a", where it means one.
        joint: "and".
        point: what stands before decimals.
        decimals: words for digits after it, besides the usual ones.
        minus: what stands before negative numbers.
        group, decimal: the signs in what is written.
        powers: how a number with very many digits is told.
        signs: the words of operators, the longer ones first, and the sign of each; see `skills.arithmetic`.
        small: zero to ninety-nine, and `also`, in rows of words.
    """

    also: dict[str, int] = {}
    hundred: str = ""
    scales: dict[str, Annotated[int, Meta(ge=1000, le=10**15)]] = {}
    parts: dict[str, Annotated[int, Meta(ge=2, le=100)]] = {}
    mixed: dict[str, float] = {}
    one: tuple[str, ...] = ()
    joint: str = ""
    point: str = ""
    decimals: dict[str, Annotated[int, Meta(ge=0, le=9)]] = {}
    minus: tuple[str, ...] = ()
    group: str = ""
    decimal: str = "."
    powers: str = "{digits}e{exponent}"
    signs: dict[str, str] = {}
    small: dict[Words, int] = {}

    @property
    def digits(self) -> str:
        """A pattern of what is written in digits."""
        group, decimal = re.escape(self.group), re.escape(self.decimal)
        grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|" if group else ""
        return rf"(?:{grouped}\d+)(?:{decimal}\d+)?"


def load_numbers(folder: Path, language: str) -> NumberWords:
    """Reads the words of a language.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    words = load_words(folder, language, "numbers", NumberWords)
    usual = {_folded(spoken(str(value), language)): value for value in range(HUNDRED)}
    return replace(words, small=usual | {_folded([word]): value for word, value in words.also.items()})


def _folded(words: Sequence[str]) -> Words:
    return tuple(word.casefold() for word in words)


def number(text: str, words: NumberWords) -> Fraction | None:
    """A number, whole or not; None where the text is none, or is more than one."""
    tokens = text.casefold().replace("-", " - " if text.strip()[:1] == "-" else " ").split()
    negative = bool(tokens) and (tokens[0] in words.minus or tokens[0] == "-")
    value, end = leading(tokens[negative:], words)
    if value is None or end != len(tokens) - negative:
        return None
    return -value if negative else value


def leading(tokens: Sequence[str], words: NumberWords) -> tuple[Fraction | None, int]:
    """The number with which some words begin, and how many of them it takes; None and 0 where there is none.

    Args:
        tokens: casefolded, without hyphens.
        words: the language.
    """
    tokens = tuple(tokens[:LONGEST])
    if tokens and (written := _written(tokens[0], words)) is not None:
        scale = words.scales.get(tokens[1], 0) if tokens[1:] else 0
        return _fraction(tokens, written * (scale or 1), 1 + bool(scale), words)
    if tokens and tokens[0] in words.mixed:
        return Fraction(words.mixed[tokens[0]]), 1
    article = bool(tokens) and tokens[0] in words.one
    if tokens[article : article + 1] and tokens[article] in words.parts:
        return Fraction(1, words.parts[tokens[article]]), 1 + article
    value, at = _whole(tokens, words)
    if not at:
        return None, 0
    if words.point and tokens[at : at + 1] == (words.point,):
        digits, end = _decimals(tokens, at + 1, words)
        return (value + digits, end) if end > at + 1 else (Fraction(value), at)
    return _fraction(tokens, Fraction(value), at, words)


def _written(token: str, words: NumberWords) -> Fraction | None:
    """A number in digits, as the language writes it."""
    if len(token) > LONGEST_DIGITS or not re.fullmatch(words.digits, token):
        return None
    whole, _, part = token.partition(words.decimal)
    return Fraction(f"{whole.replace(words.group, '') if words.group else whole}.{part or 0}")


def _fraction(tokens: Words, whole: Fraction, at: int, words: NumberWords) -> tuple[Fraction, int]:
    """Two thirds, and two and a half."""
    if tokens[at : at + 1] and tokens[at] in words.parts:
        return whole / words.parts[tokens[at]], at + 1
    if words.joint and tokens[at : at + 1] == (words.joint,):
        article = tokens[at + 1 : at + 2] and tokens[at + 1] in words.one
        count, end = (1, at + 2) if article else _small(tokens, at + 1, words)
        if not end:
            count, end = 1, at + 1
        if tokens[end : end + 1] and tokens[end] in words.parts:
            return whole + Fraction(count, words.parts[tokens[end]]), end + 1
    return whole, at


def _whole(tokens: Words, words: NumberWords) -> tuple[int, int]:
    """A whole number of words, and how many there are; 0 where there is none."""
    total, ceiling, at = 0, 0, 0
    while True:
        skip = at > 0 and tokens[at : at + 1] == (words.joint,)
        group, end = _below_thousand(tokens, at + skip, words)
        if not end:
            return total, at
        scale = words.scales.get(tokens[end], 0) if end < len(tokens) else 0
        if ceiling and group * (scale or 1) >= ceiling:
            return total, at
        total, at, ceiling = total + group * (scale or 1), end + bool(scale), scale or 1
        if not scale:
            return total, at


def _below_thousand(tokens: Words, at: int, words: NumberWords) -> tuple[int, int]:
    """A number up to 999 (so many hundreds, any that is one word) at a place, and where it ends; 0 and 0 for none."""
    value, end = _small(tokens, at, words)
    if not end and not at and tokens[:1] and tokens[0] in words.one and _is_scale(tokens[1:2], words):
        value, end = 1, 1  # A hundred, a thousand.
    if not value or tokens[end : end + 1] != (words.hundred,):
        return value, end
    value, end = value * HUNDRED, end + 1
    skip = tokens[end : end + 1] == (words.joint,)
    rest, after = _small(tokens, end + skip, words)
    return (value + rest, after) if 0 < rest < HUNDRED else (value, end)


def _is_scale(token: Words, words: NumberWords) -> bool:
    return bool(token) and (token[0] == words.hundred or token[0] in words.scales)


def _small(tokens: Words, at: int, words: NumberWords) -> tuple[int, int]:
    """The longest row of words that is a number below a hundred, or one word that is any number, and where it ends."""
    for end in range(min(at + 4, len(tokens)), at, -1):
        if tokens[at:end] in words.small:
            return words.small[tokens[at:end]], end
    alone = at < len(tokens) and tokens[at] not in words.one
    value = _compound(tokens[at], words) if alone else None
    return (0, 0) if value is None else (value, at + 1)


def _compound(word: str, words: NumberWords) -> int | None:
    """A number like "siebenhundertelf"; None where it is none."""
    if (word,) in words.small or word in words.one:
        return words.small.get((word,), 1)
    if len(word) > LONGEST_WORD:
        return None
    for name, scale in sorted({**words.scales, words.hundred: HUNDRED}.items(), key=lambda each: -each[1]):
        left, found, right = word.partition(name) if name else ("", "", "")
        if found and word != name:
            times = _compound(left, words) if left else 1
            rest = _compound(right.removeprefix(words.joint), words) if right else 0
            return None if times is None or rest is None or rest >= scale else times * scale + rest
    return None


def _decimals(tokens: Words, at: int, words: NumberWords) -> tuple[Fraction, int]:
    """The digits after a point, said one by one or all at once, and where they end."""
    digits = ""
    while at < len(tokens):
        said = words.decimals.get(tokens[at], words.small.get(tokens[at : at + 1], DIGITS))
        if said >= DIGITS and not (tokens[at].isdecimal() and len(digits) + len(tokens[at]) <= LONGEST_DIGITS):
            break
        digits += str(said) if said < DIGITS else tokens[at]
        at += 1
    return Fraction(f"0.{digits or 0}"), at
