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
        addresses: those with which somebody who thought aloud turns to us.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    courtesies: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Fillers:
    """Leaves out what changes nothing.

    Args:
        words: what that is.
    """

    def __init__(self, words: FillerWords) -> None:
        self._courtesies = _compiled(rf"(?<=\S)(?:\s+{_any(words.courtesies)})+$")
        self._among = _compiled(rf"(?<!\S){_any(words.among)}(?!\S)")
        ends = (*words.after, *words.courtesies)
        self._before_us = _compiled(rf"^.*(?<!\S){_any(words.addresses)}\s+(?=\S)")
        self._around = _compiled(rf"^(?:{_any(words.before)}\s+)+(?=\S)|(?<=\S)(?:\s+{_any(ends)})+$")

    def without_courtesies(self, sentence: str) -> str:
        """A sentence without those at its end."""
        return self._courtesies.sub("", sentence)

    def without(self, sentence: str) -> str:
        """A sentence without anything that changes nothing: it may mean something else then, and is tried last."""
        return self._around.sub("", " ".join(self._among.sub(" ", sentence).split()))

    def to_us(self, sentence: str) -> str:
        """What of a sentence is said to us, where somebody thought aloud before that."""
        return self._before_us.sub("", sentence)


def _any(phrases: Sequence[str]) -> str:
    """Any of some phrases, the longest first; nothing where there are none."""
    return f"(?:{'|'.join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))})" if phrases else r"(?!)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
