"""Text into clauses: pure. A clause is what is spoken in one breath, and what the first sound has to wait for."""

import re

_BREAK = re.compile(r"(?<=[.!?;:])\s+|(?<=,)\s+(?=\w+\s+\w+)|\n+")
_UNDECIDED = re.compile(r",\s+\w*\s*$")
"""A comma after which too little has come to tell."""
_HELD = re.compile(
    r"(?:^|[\s(\"'*_])(?:\d{1,2}|[^\W\d]|[Dd]r|Mrs?|Ms|Prof|St|Hr|Fr|ca|vs|bzw|(?:[^\W\d]\.)+[^\W\d])\.$"
)
"""What ends with a point and is no sentence's end: "Dr.", "e.g.", "3." (a list's number, or a German date)."""
_NUMBER = re.compile(r"(?:^|\s)N[or]\.$")
"""The same before a number only: "No. 5"."""
SHORTEST = 12
"""A clause of fewer characters is joined to the next: engines stumble over single words."""
SHORTEST_FIRST = 8
"""The first clause may be shorter: everybody waits for it."""


class Clauses:
    """Splits a text that comes in parts: after sentence ends, colons and commas.

    Joined with a space, the clauses give the words of the text again. They do not depend on how it came in parts.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._clause = ""
        self._shortest = SHORTEST_FIRST

    def feed(self, text: str) -> list[str]:
        """Takes in the next part; returns the clauses that are sure to be whole now."""
        self._rest = (self._rest + text).lstrip()
        return self._split()

    def finish(self) -> list[str]:
        """Ends the text; returns the clauses that are left."""
        self._rest = self._rest.rstrip()
        found = self._split()
        self._add(self._rest)
        return [*found, self._clause] if self._clause else found

    def _split(self) -> list[str]:
        found: list[str] = []
        at = 0
        while (match := _BREAK.search(self._rest, at)) and self._sure(match):
            if self._held(match):
                at = match.end()
                continue
            self._add(self._rest[: match.start()])
            self._rest, at = self._rest[match.end() :].lstrip(), 0
            if len(self._clause) >= self._shortest:
                found.append(self._clause)
                self._clause, self._shortest = "", SHORTEST
        return found

    def _sure(self, match: re.Match[str]) -> bool:
        """Tells whether a break stays one, whatever comes next."""
        after = self._rest[match.end() :]
        return bool(after.strip()) or not (self._held(match) or _UNDECIDED.search(self._rest))

    def _held(self, match: re.Match[str]) -> bool:
        """Tells whether a point ends a word and no sentence."""
        if "\n" in match[0]:
            return False
        before, after = self._rest[: match.start()], self._rest[match.end() : match.end() + 1]
        return bool(_HELD.search(before) or (_NUMBER.search(before) and (after.isdigit() or not after)))

    def _add(self, piece: str) -> None:
        self._clause = f"{self._clause} {piece.strip()}".strip()


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
