"""What of all that was found belongs to a question, and which part of it is quoted: pure.

A search always finds something. What a language model is told must have to do with the question: it believes it.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from voiced.core.commonwords import content_words
from voiced.core.memories import Memory, Recalled
from voiced.core.questions import asked

MOST = 5
"""Memories that are quoted."""
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")


def chosen(found: Sequence[Recalled], question: str, likeness: float, characters: int) -> list[Recalled]:
    """Those that belong to a question, the best first, their texts cut to what is quoted.

    Args:
        found: the best first.
        question: what was asked.
        likeness: from this similarity upwards a memory belongs to it, whatever its words.
        characters: all texts together are no longer.
    """
    wanted, asked = content_words(question), _plain(question)
    kept: list[Recalled] = []
    told: list[Memory] = []
    for hit in found:
        if len(kept) == MOST or characters <= 0:
            break
        memory = hit.memory
        if _plain(memory.text) != asked and belongs(hit, wanted, likeness) and not _again(memory, told):
            # The best one leaves room for another: two sources are better than one long one.
            room = characters if kept else characters * 2 // 3
            text = excerpt(memory.text, wanted, room)
            characters -= len(text)
            told.append(memory)
            kept.append(replace(hit, memory=replace(memory, text=text)))
    return kept


def belongs(hit: Recalled, wanted: frozenset[str], likeness: float) -> bool:
    """Tells whether a memory has to do with what is asked, and more to say than that: not so an earlier question."""
    if asked(hit.memory) or content_words(hit.memory.text) <= wanted:
        return False
    # It is like it, or has half of its words.
    if hit.similarity is not None and hit.similarity >= likeness:
        return True
    shared = wanted & content_words(f"{hit.memory.title} {hit.memory.text}")
    return bool(wanted) and 2 * len(shared) >= len(wanted)


def excerpt(text: str, wanted: frozenset[str], length: int) -> str:
    """A text on one line, or the part of it that has the most of some words: from the beginning of a sentence on."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    begins = [0, *(gap.end() for gap in _SENTENCE.finditer(text))]
    room = max(0, length - 2)

    def worth(at: int) -> tuple[int, int]:
        found = len(wanted & content_words(text[at : at + room]))
        return found, at if found else -at  # What matters comes first, and where nothing does, the beginning.

    begin = max(begins, key=worth)
    part = text[begin : begin + room]
    if begin + room < len(text):
        part = f"{part.rsplit(' ', 1)[0]}…"
    return (f"…{part}" if begin else part)[:length]


def _again(memory: Memory, told: Sequence[Memory]) -> bool:
    """Tells whether a memory only says again what is told already.

    "Remember that …", the note that was made of it, and every answer that told it are kept; one of them is enough.
    """
    plain, words = _plain(memory.text), content_words(memory.text)
    return any(_plain(each.text) in plain or words <= content_words(each.text) for each in told)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
