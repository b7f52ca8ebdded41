"""What people say besides what they mean ("um, could you like … please"): pure."""

import re
from collections.abc import Sequence

from msgspec import Struct


class FillerWords(Struct, frozen=True):
    """Phrases that change nothing, in one language: data, in `fillers.yaml` beside the sentence templates.

    Attributes:
        before: those that begin a sentence.
        after: those that end one.
        among: those that stand anywhere.
        courtesies: those that end one, and are no part of what is to be remembered or written down.
        hesitations: sounds that are no words.
        abbreviations: what is written for a word right behind a number.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    courtesies: tuple[str, ...] = ()
    hesitations: tuple[str, ...] = ()
    abbreviations: dict[str, str] = {}


class Fillers:
    """Leaves out what changes nothing.

    Args:
        words: what that is.
    """

    def __init__(self, words: FillerWords) -> None:
        ends, among = (*words.after, *words.courtesies), (*words.among, *words.hesitations)
        self._abbreviations = words.abbreviations
        self._short = _compiled(rf"(?<=\d)\s*({_any(tuple(words.abbreviations))})(?!\S)")
        self._never = _compiled(rf"(?<!\S){_any(words.hesitations)}(?!\S)|(?<=\S)(?:\s+{_any(words.courtesies)})+$")
        self._among = _compiled(rf"(?<!\S){_any(among)}(?!\S)")
        self._first = _compiled(rf"^(?:{_any(words.before)}\s+)+(?=\S)")
        self._last = _compiled(rf"(?<=\S)(?:\s+{_any(ends)})+$")

    def plain(self, sentence: str) -> str:
        """A sentence spelled out, without hesitations and without courtesies at its end: what nobody ever means."""
        return " ".join(self._never.sub(" ", self._short.sub(self._spelled, sentence)).split())

    def _spelled(self, found: re.Match[str]) -> str:
        return f" {self._abbreviations[found[1].casefold()]}"

    def from_its_point(self, sentence: str) -> str:
        """A sentence without what it begins with."""
        return self._first.sub("", sentence)

    def without(self, sentence: str) -> str:
        """A sentence without any of them: no reading of an open text, for words of somebody's own may be among them."""
        return self._last.sub("", self._first.sub("", " ".join(self._among.sub(" ", self.plain(sentence)).split())))


def _any(phrases: Sequence[str]) -> str:
    """Any of some phrases, the longest first; nothing where there are none."""
    return f"(?:{'|'.join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))})" if phrases else r"(?!)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
