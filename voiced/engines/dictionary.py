"""How the words of a grammar sound: from CMU's dictionary, and by ear for names that it does not hold."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from voiced.core.errors import IntentsInvalid
from voiced.engines.phonemes import pronounce

BRITISH = {"stop": ("stop~british", "S T AO P")}
"""Words that have to be understood by themselves, and an entry with the rounded short "o" of most who are no Americans,
as CMU's dictionary has it for "top". Commands go without: see decision 21."""


def word_of(entry: str) -> str:
    """The word of an entry: other ways to say it have a number in brackets, or a name after a tilde."""
    return entry.partition("(")[0].partition("~")[0]


def pronunciations(words: Iterable[str], dictionary: Path) -> Iterator[tuple[str, str]]:
    """Looks up words; only what is asked for is kept, because the whole dictionary would take 30 MB.

    Args:
        words: lower case.
        dictionary: in CMU's format: a line an entry, a word and its phones, other ways to say it named `word(2)`.

    Yields:
        The entry's name and its phones, separated by spaces.

    Raises:
        IntentsInvalid: a word has no sound.
        SttFailed: espeak-ng is needed and does not run.
    """
    wanted, known = set(words), set[str]()
    for entry, phones in _sounds(wanted, dictionary):
        known.add(entry.partition("(")[0])
        yield entry, phones
    if silent := wanted - known:
        raise IntentsInvalid(f"nobody can pronounce “{min(silent)}”", hint="Write it in the templates as it is spoken.")


def sounding(words: Iterable[str], dictionary: Path) -> set[str]:
    """Those of some words that have a sound. See `pronunciations`."""
    return {entry.partition("(")[0] for entry, _ in _sounds(set(words), dictionary)}


def _sounds(wanted: set[str], dictionary: Path) -> Iterator[tuple[str, str]]:
    known = set[str]()
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.rstrip().partition(" ")
            word = entry.partition("(")[0]
            if word in wanted:
                known.add(word)
                yield entry, phones
    yield from pronounce(sorted(wanted - known)).items()
