"""Arithmetic as people say it, exactly: a small grammar over fractions, read from left to right. Pure.

sum     = product (("+" | "-") product)*       "80 plus 10 percent" adds a tenth of 80
product = power (("*" | "/" | "of") power)*    "20 percent off 50" takes a fifth of 50 off it
power   = factor "^" power | factor
factor  = "-" factor | root factor | (number | "(" sum ")") ("%" | "squared" | "cubed")*
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from voiced.core.errors import SkillFailed
from voiced.core.numbers import NumberWords, leading

LARGEST_BITS = 4096
"""Bits of a result: whoever asks for more wants to see the box sweat."""
LONGEST = 60
"""Numbers and signs: nobody says more."""
DIGITS = 30
"""Digits of a root that is no whole number."""
_SYMBOLS = frozenset("+-*/^()%√∛²³") | {"of", "off"}


class Percent(Fraction):
    """A share of something that is said with it, or of one."""


def evaluate(said: str, words: NumberWords) -> tuple[Fraction, bool] | None:
    """Works out what was said.

    Args:
        said: words, digits or both.
        words: the language of numbers.

    Returns:
        The value, and whether it is exact (roots seldom are); None where that is no arithmetic.

    Raises:
        SkillFailed: it has no value, or one that nobody can listen to.
    """
    tokens = _tokens(said, words)
    if tokens is None or not 1 < len(tokens) <= LONGEST:
        return None
    reading = _Reading(tokens)
    try:
        value = reading.sum()
    except _Unreadable:
        return None
    return (Fraction(value), reading.exact) if reading.over else None


class _Unreadable(Exception):
    """The tokens are no arithmetic."""


Token = Fraction | str


def _tokens(said: str, words: NumberWords) -> list[Token] | None:
    """Numbers and signs; None where there is anything else."""
    text = said.casefold()
    for phrase, sign in words.signs.items():
        pattern = rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])"
        text = re.sub(pattern, f" {sign} ", text)
    parts = re.findall(rf"{words.digits}|[^\W\d_]+|\S", re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text))
    tokens: list[Token] = []
    at = 0
    while at < len(parts):
        if parts[at] in _SYMBOLS:
            tokens.append(parts[at])
            at += 1
            continue
        value, length = leading(parts[at:], words)
        if value is None:
            return None
        tokens.append(value)
        at += length
    return tokens


class _Reading:
    """One pass over tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.exact = True

    @property
    def over(self) -> bool:
        return self._at == len(self._tokens)

    def sum(self) -> Fraction:
        value = self._product()
        while sign := self._next("+", "-"):
            right = self._product()
            right = value * right if isinstance(right, Percent) and not isinstance(value, Percent) else right
            value = _bounded(value + right if sign == "+" else value - right)
        return value

    def _product(self) -> Fraction:
        value = self._power()
        while sign := self._next("*", "/", "of", "off"):
            right = self._power()
            if sign == "/" and not right:
                raise SkillFailed("Nothing can be divided by zero.")
            if sign == "off":
                value = right - right * value / 100
            else:
                value = _bounded(Fraction(value) / right if sign == "/" else Fraction(value) * right)
        return value

    def _power(self) -> Fraction:
        value = self._factor()
        return self._raised(value, self._power()) if self._next("^") else value

    def _factor(self) -> Fraction:
        if self._next("-"):
            return -self._power()
        if root := self._next("√", "∛"):
            return self._root(self._factor(), 2 if root == "√" else 3)
        value = self._base()
        while sign := self._next("%", "²", "³"):
            value = Percent(value / 100) if sign == "%" else self._raised(value, Fraction(2 if sign == "²" else 3))
        return value

    def _base(self) -> Fraction:
        if self._next("("):
            value = self.sum()
            if not self._next(")"):
                raise _Unreadable
            return value
        token = self._tokens[self._at] if not self.over else None
        if not isinstance(token, Fraction):
            raise _Unreadable
        self._at += 1
        return token

    def _next(self, *signs: str) -> str:
        """Takes the next token if it is one of these."""
        token = self._tokens[self._at] if not self.over else ""
        if isinstance(token, Fraction) or token not in signs:
            return ""
        self._at += 1
        return token

    def _raised(self, base: Fraction, exponent: Fraction) -> Fraction:
        if exponent == Fraction(1, 2):
            return self._root(base, 2)
        if exponent.denominator != 1:
            raise SkillFailed("I can raise only to whole powers.")
        if not base and exponent < 0:
            raise SkillFailed("Nothing can be divided by zero.")
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if abs(exponent) * (bits - 1) > LARGEST_BITS:
            raise SkillFailed("That is too large a number to tell.")
        return _bounded(Fraction(base ** int(exponent)))

    def _root(self, value: Fraction, degree: int) -> Fraction:
        if value < 0 and degree == 2:  # noqa: PLR2004 (a square root)
            raise SkillFailed("There is no real square root of a negative number.")
        sign, value = (-1, -value) if value < 0 else (1, value)
        above, below = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
        if above**degree == value.numerator and below**degree == value.denominator:
            return sign * Fraction(above, below)
        self.exact = False
        scale = 10**DIGITS
        return sign * Fraction(_whole_root(int(value * scale**degree), degree), scale)


def _whole_root(value: int, degree: int) -> int:
    """The largest whole number whose power is no larger."""
    if degree == 2:  # noqa: PLR2004 (a square root)
        return isqrt(value)
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > LARGEST_BITS:
        raise SkillFailed("That is too large a number to tell.")
    return value
