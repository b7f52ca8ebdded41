"""A text as it would be written, whether it was typed or said: pure.

In small letters, with digits for number words and single spaces, so that one rule finds both.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct

LONGEST_WORD = 60
"""Characters of a number in one word."""
LONGEST_PART = 3
"""Digits that a scale may follow: "12 thousand"."""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_TENS = re.compile("[2-9]0")


class Numbers(Struct, frozen=True):
    """How numbers are said in a language.

    Attributes:
        words: number words to their digits, 0 to 99.
        repeats: words that repeat the digit after them ("double"), to how often it is there then.
        scales: words for the powers of ten that a number is counted in ("thousand"), the largest first.
        joints: words between their parts ("and").
        separators: words that stand for a dash.
    """

    words: Mapping[str, str]
    repeats: Mapping[str, int]
    scales: Mapping[str, int]
    joints: frozenset[str]
    separators: frozenset[str]


class Reading(Struct, frozen=True):
    """A text as it would be written.

    Attributes:
        text: so.
        pieces: the words and signs of it.
        starts: where each of them begins in it.
        spans: where each of them was in the original.
    """

    text: str
    pieces: list[str]
    starts: list[int]
    spans: list[tuple[int, int]]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the reading was in the original, in whole words."""
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        return self.spans[first][0], self.spans[last][1]


def read(text: str, numbers: Numbers) -> Reading:
    """Reads a text as it would be written."""
    tokens = [(_plain(token[0]), token.start(), token.end()) for token in _TOKEN.finditer(text)]
    words = [word for word, _, _ in tokens]
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    at = length = 0
    while at < len(tokens):
        piece, count = _piece(words, at, numbers)
        pieces.append(piece)
        starts.append(length)
        spans.append((tokens[at][1], tokens[at + count - 1][2]))
        length += len(piece)
        at += count
    return Reading("".join(pieces), pieces, starts, spans)


def _plain(sign: str) -> str:
    return " " if sign.isspace() else "'" if sign == "’" else sign.lower()


def _piece(words: Sequence[str], at: int, numbers: Numbers) -> tuple[str, int]:
    """How a token is written, and how many tokens that takes: "double four" and "forty-seven" take three."""
    word = words[at]
    if word in numbers.separators:
        return "-", 1
    if word in numbers.repeats and (digits := _value(_next(words, at), numbers)):
        return digits * numbers.repeats[word], 3
    return _cardinal(words, at, numbers, max(numbers.scales.values(), default=0) + 1) or (word, 1)


def _cardinal(words: Sequence[str], at: int, numbers: Numbers, below: int) -> tuple[str, int] | None:
    """The number that begins at a token, counted in scales below one, and how many tokens it takes."""
    digits, count = _value(words[at], numbers), 1
    if not digits:
        return None
    unit = _value(_next(words, at), numbers)
    if _TENS.fullmatch(digits) and digits != words[at] and len(unit) == 1 and unit != "0":
        digits, count = digits[0] + unit, 3
    scale = numbers.scales.get(_next(words, at + count - 1), below)
    if scale >= below:
        return digits, count
    value, count = int(digits) * scale, count + 2
    after = count + 2 if _next(words, at + count - 1) in numbers.joints else count
    rest = _cardinal(words, at + after + 1, numbers, scale) if _next(words, at + after - 1) else None
    if rest and int(rest[0]) < scale:
        return str(value + int(rest[0])), after + 1 + rest[1]
    return str(value), count


def _next(words: Sequence[str], at: int) -> str:
    """The word after a token and a space or dash; empty where something else follows."""
    return words[at + 2] if at + 2 < len(words) and words[at + 1] in " -" else ""


def _value(word: str, numbers: Numbers) -> str:
    """The digits of a number in one word; empty for any other word."""
    if word in numbers.words:
        return numbers.words[word]
    if len(word) <= LONGEST_WORD:
        for name, scale in numbers.scales.items():
            left, found, right = word.partition(name)
            if found and word != name:
                return _compound(left, scale, right, numbers)
    return word if word.isdecimal() and len(word) <= LONGEST_PART else ""


def _compound(left: str, scale: int, right: str, numbers: Numbers) -> str:
    """A number like "siebenhundertelf"; empty where a part is none."""
    joint = next((joint for joint in numbers.joints if right.startswith(joint)), "")
    times, rest = _value(left, numbers) if left else "1", _value(right.removeprefix(joint), numbers) if right else "0"
    return str(int(times) * scale + int(rest)) if times and rest else ""
