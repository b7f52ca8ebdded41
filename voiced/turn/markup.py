"""Markdown, HTML and pictures out of a text that is to be spoken: pure, and the same in every language.

A text may come clause by clause, so marks may stand without their other half.
"""

import html
import re
import unicodedata
from itertools import takewhile

_SPACES = re.compile(r"\s{2,}")
_LINES = (
    (re.compile(r"^\s*(```|~~~)[\w+-]*\s*$"), ""),  # The edges of a block of code.
    (re.compile(r"^\s*([-*_=]\s*){3,}$"), ""),  # Rulers.
    (re.compile(r"^(?=[^-]*-[^|]*\|)[\s:|-]+$"), ""),  # The ruler of a table.
    (re.compile(r"^\s*(>\s*)+"), ""),
    (re.compile(r"^\s*#{1,6}\s+|\s+#+\s*$"), ""),
    (re.compile(r"^\s*[-*+•‣▪]\s+(\[[ xX]\]\s+)?"), ""),
    (re.compile(r"^\s*\|\s*|\s*\|\s*$"), ""),
)
_SPANS = (
    (re.compile(r"(?<=\d)[\u00a0\u202f\u2009](?=\d{3})"), ""),  # Digits in groups.
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    # The end of a link whose beginning is in another clause.
    (re.compile(r"\]\([^\s\]]*\)|\]\[\w*\]|\[\^\w+\]:?"), ""),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (re.compile(r"<br\s*/?>|</?(?:p|div|li|tr|h\d)(?:\s[^<>]*)?>", re.IGNORECASE), " "),
    (re.compile(r"</?[A-Za-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'))*\s*/?>"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|-])"), r"\1"),
    (re.compile(r"`+|~~|\*{2,}|(?<!\w)_{2,}|(?<!_)_{2,}+(?!\w)"), ""),
    (re.compile(r"(?<![\w*])\*(?=[^\W_])|(?<=[\w.,!?)\"'”])\*(?![\w*])"), ""),
    (re.compile(r"(?<!\w)_(?=\w)|(?<=[\w.,!?)])_(?!\w)"), ""),
    (re.compile(r"(?<=[^\W_])_(?=[^\W_])"), " "),
    (re.compile(r"(?<!\s)\s+\|\s+"), ", "),
    (re.compile(r"(?<!\w)[:;]-?[)(DPp](?!\w)"), ""),  # Faces.
)
_PICTURES = {"So", "Sk", "Cf", "Cs", "Co", "Cn", "Cc"}
"""Unicode's categories of what has no sound; what has one is in `spoken`."""
_ENDS = frozenset(".!?:;,…")


def plain_lines(text: str, spoken: frozenset[str]) -> list[str]:
    """Takes out what is there for the eye.

    Args:
        text: any text.
        spoken: signs that a language has words for.

    Returns:
        The lines that are left, each with some end, if another follows.
    """
    lines = [line for part in html.unescape(text).splitlines() if (line := _plain(part, spoken))]
    return [line if _ended(line) else f"{line}." for line in lines[:-1]] + lines[-1:]


def _ended(line: str) -> bool:
    """Tells whether there is an end behind the last word."""
    return any(sign in _ENDS for sign in takewhile(lambda sign: not (sign.isalnum() or sign == "_"), reversed(line)))


def _plain(line: str, spoken: frozenset[str]) -> str:
    line = _SPACES.sub(" ", line)
    for pattern, instead in (*_LINES, *_SPANS):
        line = pattern.sub(instead, line)
    kept = (letter if letter in spoken or unicodedata.category(letter) not in _PICTURES else " " for letter in line)
    return " ".join("".join(kept).replace("\ufe0f", "").split())
