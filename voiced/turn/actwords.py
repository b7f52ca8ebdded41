"""The words of a language that ask for an act: data, in `acts.yaml` beside the sentence templates."""

from pathlib import Path

from msgspec import Struct

from voiced.core.numbers import NumberWords, load_numbers
from voiced.core.words import load_words
from voiced.turn.decisive import load_decisive

Words = tuple[str, ...]


class ActWords(Struct, frozen=True):
    """Rows of words, casefolded.

    Attributes:
        wishes: for each act what a wish for it begins with; "*" is a gap.
        openers: what may stand before it.
        requests: what begins a question that is an order.
        conditions: what makes it none, or not yet.
        negations: what is said with one of these is not done.
        joints: where one order ends and the next may begin.
        around: what may stand between the words of a name.
        plurals: what several of a thing have behind the word for one.
        numbers: what they are called besides their own words.
        counting: their own words.
        lengths: hours and minutes: with them a half is thirty.
        past: what stands between the minutes after an hour, and the hour.
        to: what stands between the minutes before an hour, and the hour.
    """

    wishes: dict[str, tuple[Words, ...]] = {}
    openers: tuple[Words, ...] = ()
    requests: tuple[Words, ...] = ()
    conditions: tuple[Words, ...] = ()
    negations: frozenset[str] = frozenset()
    joints: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    plurals: tuple[str, ...] = ()
    numbers: dict[Words, float] = {}
    counting: NumberWords = NumberWords()
    lengths: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    to: frozenset[str] = frozenset()


class _Acts(Struct):
    wishes: dict[str, list[str]] = {}
    openers: list[str] = []
    requests: list[str] = []
    conditions: list[str] = []
    joints: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    plurals: list[str] = []
    numbers: dict[str, float] = {}
    lengths: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    to: frozenset[str] = frozenset()


def load_acts(folder: Path, language: str) -> ActWords:
    """Reads them. Where there are none, because the templates are somebody's own, every act is asked back.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    acts = load_words(folder, language, "acts", _Acts)
    return ActWords(
        {act: _rows(each) for act, each in acts.wishes.items()},
        _rows(acts.openers),
        _rows(acts.requests),
        _rows(acts.conditions),
        load_decisive(folder, language).negations,
        _folded(acts.joints),
        _folded(acts.around),
        tuple(acts.plurals),
        {_row(words): value for words, value in acts.numbers.items()},
        load_numbers(folder, language),
        _folded(acts.lengths),
        _folded(acts.past),
        _folded(acts.to),
    )


def _row(text: str) -> Words:
    return tuple(text.casefold().split())


def _rows(texts: list[str]) -> tuple[Words, ...]:
    """As rows of words, the longest first."""
    return tuple(sorted(map(_row, texts), key=len, reverse=True))


def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
