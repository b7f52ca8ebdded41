"""Text as it is written into text as it is spoken: pure.

Numbers, dates, units, signs and abbreviations become words, and what is there for the eye goes. Plain words stay as
they are. Numbers follow Unicode's rules (RBNF); what a language says for the rest is in `speakable_en`, `speakable_de`.
"""

import re
from functools import cache

from voiced.turn.markup import plain_lines
from voiced.turn.signs import Signs
from voiced.turn.speakable_de import GERMAN
from voiced.turn.speakable_en import ENGLISH

LANGUAGES = {"en": ENGLISH, "de": GERMAN}
"""In all other languages only markup goes: voices read numbers themselves."""
_SIGNS = frozenset(sign for words in LANGUAGES.values() for sign in [*words.signs, *words.units, *words.money])

PASSES = 5
"""Signs may hide behind each other; text that somebody writes needs one pass, and a second that finds nothing."""
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _signs(language: str) -> Signs:
    return Signs(LANGUAGES[language])


def speakable(text: str, language: str) -> str:
    """Writes a text as it is spoken.

    Args:
        text: a clause or more, with Markdown, emoji, numbers and whatever else a model writes.
        language: two letters.

    Returns:
        Plain words on one line; a text that has any letters has some left. Taken again, it stays as it is.
    """
    for _ in range(PASSES):
        before, text = text, _spoken(text, language)
        if text == before:
            break
    return text


def _spoken(text: str, language: str) -> str:
    spoken = _joined(plain_lines(text, _SIGNS), language)
    # A text of nothing but markup, such as a lonely tag.
    return spoken or _joined([" ".join(_WORD.findall(text))], language)


def _joined(lines: list[str], language: str) -> str:
    if language in LANGUAGES:
        lines = [_signs(language).spoken(line) for line in lines]
    return " ".join(line for line in lines if line)
