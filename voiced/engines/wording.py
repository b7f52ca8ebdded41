"""Written sentences, as Whisper and its like write them, in the words that a transcript is made of."""

import re

_SIGNS = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MINUS SIGN}", "''-")
_SOUNDS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\*[^*]*\*|[♪♫]")
"""What is no speech: "[BLANK_AUDIO]", "(music)", "*laughs*"."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
"""Letters with points between them: "a.m."."""
_PUNCTUATION = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)|(?<=[^\s'\"“„«])-|-(?!\d)|[–—_!?;…\"“”„«»¿¡()\[\]{}<>*]")
"""Points and colons between digits belong to a number or a time, and a minus before one."""
_PERCENT = {"en": " percent"}
"""How the templates of a language want it spoken; elsewhere the sign stays."""
_WORD = re.compile(r"[\w%°€$£]")


def transcript_words(text: str, language: str) -> str:
    """Writes a sentence as `Transcript.text` has it: lower case, one space between words, no punctuation.

    Numbers stay as they are written ("5", "7:30", "2.5"): the rules know them in digits and in words.

    Args:
        text: as a recogniser wrote it.
        language: two letters.
    """
    text = _SOUNDS.sub(" ", text.translate(_SIGNS)).lower()
    text = _THOUSANDS.sub("", text)
    text = _INITIALS.sub(lambda letters: f"{letters[0].replace('.', '')} ", text)
    text = text.replace("%", _PERCENT.get(language, "%"))
    words = (word.strip("'") for word in _PUNCTUATION.sub(" ", text).split())
    return " ".join(word for word in words if _WORD.search(word))
