"""The user's own words: what the templates were compared with has lost its commas, colons and capitals."""

import re

from voiced.core.types import Understanding

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<!\.\w)\.$")
"""The point after a sentence, not that of "5 p.m."."""


def own_words(understood: Understanding, slot: str) -> str:
    """An open text as it was said or typed.

    Args:
        understood: the sentence.
        slot: whose text.

    Returns:
        The words of the sentence that the slot is made of, with their signs; the slot itself where they are not found.
    """
    value = str(understood.slots.get(slot, ""))
    wanted = _letters(value)
    words = list(_WORD.finditer(understood.text))
    for first, word in enumerate(words):
        found = ""
        for last, each in enumerate(words[first:], first):
            found += each[0].casefold()
            if found == wanted:
                end = each.end() if last + 1 < len(words) else len(understood.text)
                return _SENTENCE_END.sub("", understood.text[word.start() : end].strip()) or value
            if not wanted.startswith(found):
                break
    return value


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))
