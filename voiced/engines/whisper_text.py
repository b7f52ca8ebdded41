"""Whisper's written language, turned into the words that the rest understands."""

import re

_ANNOTATIONS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]+")
"""What is no word: [BLANK_AUDIO], (music), *sighs*."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
"""Letters with points between them: a.m."""
_PUNCTUATION = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)|[!?;…\"“”„«»¿¡()\[\]{}]|[-–—_]")
"""Points and colons between digits belong to a number or a time."""
_PERCENT = {"en": " percent"}
"""How the templates of a language want it spoken; elsewhere the sign stays."""


def normalise(text: str, language: str) -> str:
    """Turns what Whisper writes into what `Transcript.text` holds: lower case, no punctuation.

    Numbers stay as they are written ("5", "7:30", "2.5"): the rules know them in digits and in words.

    Args:
        text: as Whisper wrote it.
        language: two letters.
    """
    text = _ANNOTATIONS.sub(" ", text.replace("’", "'")).lower()
    text = _THOUSANDS.sub("", text)
    text = _INITIALS.sub(lambda letters: f"{letters[0].replace('.', '')} ", text)
    if language in _PERCENT:
        text = text.replace("%", _PERCENT[language])
    return " ".join(word.strip("'") for word in _PUNCTUATION.sub(" ", text).split() if word.strip("'"))
