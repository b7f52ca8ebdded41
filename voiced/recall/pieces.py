"""A text in pieces that can be found and quoted one by one: pure."""

import re
from collections.abc import Iterator

SIZE = 1_000
"""Characters of a piece: a few paragraphs, which a model of sentences still looks at most of."""
OVERLAP = 150
"""Characters that a piece has in common with the one before, so that no thought is cut in two."""
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SENTENCE = re.compile(r"[.!?…][\"”'’)\]]*\s+|\n")
_WORD = re.compile(r"\s+")


def spans(text: str, size: int = SIZE, overlap: int = OVERLAP) -> Iterator[tuple[int, int]]:
    """Where the pieces of a text begin and end: together they are all of it, and none is longer than `size`.

    A piece ends with a paragraph, else with a sentence, else with a word, wherever that leaves it at least half full.

    Args:
        text: any text.
        size: characters, at least two.
        overlap: characters, fewer than half of the size.
    """
    begin = 0
    while len(text) - begin > size:
        end = _last(text, begin + size // 2, begin + size) or begin + size
        yield begin, end
        begin = _first(text, end - overlap, end)
    if begin < len(text):
        yield begin, len(text)


def _last(text: str, after: int, until: int) -> int | None:
    """The last good place to end a piece."""
    for gap in (_PARAGRAPH, _SENTENCE, _WORD):
        ends = [found.end() for found in gap.finditer(text, after, until)]
        if ends:
            return ends[-1]
    return None


def _first(text: str, after: int, until: int) -> int:
    """The first good place to begin the next one, at its very end at the latest."""
    for gap in (_SENTENCE, _WORD):
        if found := gap.search(text, after, until):
            return found.end()
    return until
