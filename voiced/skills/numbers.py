"""Numbers as they are told: pure."""

from fractions import Fraction

from voiced.core.numbers import NumberWords

TOLD = 4
"""Digits of a number that goes on."""


def spelled(value: Fraction, words: NumberWords) -> tuple[str, bool]:
    """A number in digits to be told, and whether that is all of it.

    One with at most four decimals is told whole. Of any other, four digits are enough to listen to.
    """
    if abs(value) >= 10**15:
        return _scientific(value, words), False
    places = 4 if abs(value) >= 1 or not value else 3 + _zeros(value)
    if round(value * 10**places) != value * 10**places and abs(value) >= 1:
        places = max(0, TOLD - len(str(int(abs(value)))))
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
