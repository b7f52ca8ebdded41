"""The words of a language that ask for an act: data, in `acts.yaml` beside the sentence templates."""

from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from voiced.core.errors import IntentsInvalid
from voiced.core.grammar import spoken

LARGEST = 100
"""The largest number that is known by its words; larger ones are known in digits."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Words = tuple[str, ...]


class ActWords(Struct, frozen=True):
    """Rows of words, in lower case.

    Attributes:
        wishes: for each act what a wish for it begins with; "*" is a gap.
        openers: what may stand before it.
        requests: what begins a question that is an order.
        conditions: what makes it none, or not yet.
        joints: where one order ends and the next may begin.
        around: what may stand between the words of a name.
        numbers: words for numbers.
        to: what stands between the minutes before an hour, and the hour.
    """

    wishes: dict[str, tuple[Words, ...]] = {}
    openers: tuple[Words, ...] = ()
    requests: tuple[Words, ...] = ()
    conditions: tuple[Words, ...] = ()
    joints: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    numbers: dict[Words, float] = {}
    to: frozenset[str] = frozenset()


class _Acts(Struct):
    wishes: dict[str, list[str]] = {}
    openers: list[str] = []
    requests: list[str] = []
    conditions: list[str] = []
    joints: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    numbers: dict[str, float] = {}
    to: frozenset[str] = frozenset()


class _File(Struct):
    acts: _Acts = msgspec.field(default_factory=_Acts)


def load_acts(folder: Path, language: str) -> ActWords:
    """Reads them. Where there are none, because the templates are somebody's own, every act is asked back.

    Args:
        folder: see `core.intents.load_intents`.
        language: two letters.

    Raises:
        IntentsInvalid: the file cannot be used.
    """
    path = (folder / language if (folder / language).is_dir() else folder) / "acts.yaml"
    if not path.is_file():
        return ActWords()
    try:
        acts = msgspec.convert(yaml.load(path.read_text("utf-8"), _Loader), _File).acts  # noqa: S506 (the safe one in C)
    except (yaml.YAMLError, UnicodeDecodeError, OSError, msgspec.ValidationError) as error:
        raise IntentsInvalid(f"{path}: {error}", hint="Compare it with config/intents/en/acts.yaml.") from error
    numbers = {tuple(spoken(str(value), language)): float(value) for value in range(LARGEST + 1)}
    return ActWords(
        {act: _rows(each) for act, each in acts.wishes.items()},
        _rows(acts.openers),
        _rows(acts.requests),
        _rows(acts.conditions),
        acts.joints,
        acts.around,
        numbers | {tuple(words.split()): value for words, value in acts.numbers.items()},
        acts.to,
    )


def _rows(texts: list[str]) -> tuple[Words, ...]:
    """As rows of words, the longest first."""
    return tuple(sorted((tuple(text.split()) for text in texts), key=len, reverse=True))
