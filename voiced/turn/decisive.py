"""The words of a language that decide: what forbids a wish or makes another of it. Data, in `decisive.yaml`."""

from pathlib import Path

from msgspec import Struct

from voiced.core.words import load_words


class Decisive(Struct, frozen=True):
    """Casefolded words.

    Attributes:
        negations: what is said with one of these is not done, and not guessed at.
        turning: what turns a wish into another one: no other word is ever taken for one of these.
    """

    negations: frozenset[str] = frozenset()
    turning: frozenset[str] = frozenset()


def load_decisive(folder: Path, language: str) -> Decisive:
    """Reads them. Where there are none, because the templates are somebody's own, nothing is guessed.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    words = load_words(folder, language, "decisive", Decisive)
    return Decisive(_folded(words.negations), _folded(words.turning))


def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
