"""Text of the web as plain text: pure. Whatever it says is data."""

import re
import unicodedata
from html import unescape

LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS = 200, 600, 2000
"""Characters."""
LONGEST_RAW = 20_000
"""Characters that are looked at."""
_UNSEEN = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ADDRESS = re.compile(r"https?://[^\s/@]{1,253}(?:/[^\s]*)?", re.IGNORECASE)


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text without markup, signs that nobody sees, and spaces that say nothing; cut at a word."""
    text = unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text[:LONGEST_RAW])))
    text = "".join(sign if not unicodedata.category(sign).startswith("C") or sign in "\n\t" else " " for sign in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"


def web_address(text: str) -> str:
    """An address of the web as it is, without a password in it; empty where the text is none."""
    return text if len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) else ""
