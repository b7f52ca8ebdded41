"""Written sentences, as recognisers with punctuation write them, in the words that a transcript is made of."""

import re

_SOUNDS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]")
"""What is no speech: "[BLANK_AUDIO]", "(music)", "*laughs*"."""
_QUOTES = str.maketrans("’\N{LEFT SINGLE QUOTATION MARK}", "''")
_PUNCTUATION = re.compile(r"(?<!\w)[^\w\s°$€£+-]+|[^\w\s%°'$€£]+(?!\w)|[\"“”„«»¿¡;!?…]+")
"""Signs at the edge of a word; within one ("7:05", "2.5", "it's") they belong to it."""


def transcript_words(text: str) -> str:
    """Writes a sentence as `Transcript.text` has it: lower case, one space between words, no punctuation."""
    bare = _PUNCTUATION.sub(" ", _SOUNDS.sub(" ", text.translate(_QUOTES)))
    return " ".join(word for word in bare.lower().split() if any(sign.isalnum() for sign in word))
