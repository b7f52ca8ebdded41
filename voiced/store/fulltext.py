"""Any text as a full-text query for what it is about."""

import re
import unicodedata

from voiced.core.commonwords import COMMON

MOST_WORDS = 32
"""Of a longer text, the first ones that say something."""
LONG = 4
"""Letters of a word that is also found where another one begins with it; of a shorter one only its plural is."""
WORD = re.compile(r"[^\W_]+")


def query(text: str) -> str:
    """The full-text query for texts with any of the words that say something; empty: there are no words.

    Where no word says anything, all are taken. Source of the form: FTS5's query syntax.
    """
    words = list(dict.fromkeys(WORD.findall(unicodedata.normalize("NFC", text).lower())))
    telling = [word for word in words if word not in COMMON and (len(word) > 1 or not word.isascii() or word.isdigit())]
    return " OR ".join(_term(word) for word in (telling or words)[:MOST_WORDS])


def _term(word: str) -> str:
    """A word and what begins with it, such as its plural; of a plural, also the singular."""
    if len(word) < LONG:
        return f'"{word}" OR "{word}s"'
    stem = word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    return f'"{stem}" *'
