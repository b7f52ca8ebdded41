"""Texts that skills say back: the user's own, and others' that are too long to listen to."""

import re

from voiced.core.types import Understanding

LONGEST = 300
"""Characters of a text that are told."""
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[^\W_a-z])")
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<!\.\w)\.$")
"""The point after a sentence, not that of "5 p.m."."""


def capital(text: str) -> str:
    """The beginning of a sentence."""
    return text[:1].upper() + text[1:]


def short(text: str) -> str:
    """The first sentences, as many as can be listened to."""
    told = ""
    for sentence in _SENTENCES.split(" ".join(text.split())):
        if told and len(told) + len(sentence) > LONGEST:
            break
        told = f"{told} {sentence}".strip()
    told = told if len(told) <= LONGEST else f"{told[:LONGEST].rsplit(' ', 1)[0]} …"
    return told if told[-1:] in (".", "!", "?", "…") else f"{told}."


def own_words(understood: Understanding, slot: str) -> str:
    """An open text as it was said or typed: what the templates were compared with has lost its signs and capitals.

    Args:
        understood: the sentence.
        slot: whose text.

    Returns:
        The words of the sentence that the slot is made of, with their signs; the slot itself where they are not found.
    """
    place = place_of(understood, slot)
    found = understood.text[place].strip() if place else ""
    return _SENTENCE_END.sub("", found) or str(understood.slots.get(slot, ""))


def place_of(understood: Understanding, slot: str) -> slice | None:
    """Where in the sentence an open text stands, with the signs behind it; None if it is not made of whole words."""
    wanted = _letters(str(understood.slots.get(slot, "")))
    words = list(_WORD.finditer(understood.text))
    for first, word in enumerate(words):
        found = ""
        for last, each in enumerate(words[first:], first):
            found += each[0].casefold()
            if found == wanted:
                return slice(word.start(), each.end() if last + 1 < len(words) else len(understood.text))
            if not wanted.startswith(found):
                break
    return None


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
