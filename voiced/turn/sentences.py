"""Text into clauses: pure. A clause is what is spoken in one breath, and what the first sound has to wait for."""

import re

_BREAK = re.compile(r"(?<=[.!?;:])\s+|(?<=,)\s+(?=\w+\s+\w+)|\n+")
SHORTEST = 12
"""A clause of fewer characters is joined to the next: engines stumble over single words."""


def clauses(text: str) -> list[str]:
    """Splits a text after sentence ends, colons and commas.

    Joined with a space, the clauses give the words of the text again.
    """
    found: list[str] = []
    for piece in _BREAK.split(text.strip()):
        if found and len(found[-1]) < SHORTEST:
            found[-1] = f"{found[-1]} {piece.strip()}"
        elif piece.strip():
            found.append(piece.strip())
    return found


def spoken_part(text: str, share: float) -> str:
    """Tells which words of a text had been spoken when a share of its sound was played.

    Args:
        text: the whole text.
        share: 0 to 1. Words are taken to last as long as they are written.
    """
    if share >= 1:
        return text
    limit = share * len(text)
    said: list[str] = []
    end = 0
    for word in text.split():
        end += len(word) + 1
        if end > limit + 1:
            break
        said.append(word)
    return " ".join(said)
