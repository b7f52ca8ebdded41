"""The words that are likely to be said, as a text that Whisper is told went before: it then hears them more readily."""

import re
from collections.abc import Iterator

from hassil.expression import Expression, Group, TextChunk
from hassil.intents import Intents, TextSlotList

from voiced.core.home_names import HomeNames
from voiced.core.intents import blocks, scope

MOST_WORDS = 40
"""Each costs a token or two in every run: a hundred make one of base.en nearly half as long again."""
HOME_WORDS = 25
"""Of them, those of a home."""
NOBODY = HomeNames()
_WORD = re.compile(r"[^\W\d_]{3,}")


def prompt(intents: Intents, names: HomeNames = NOBODY) -> str:
    """Chooses words: those of the names in a home first, for nobody else knows them, then those of templates.

    Of these, the names in their lists come first, taken from each list in turn, then the sentences'.

    Args:
        intents: what can be said.
        names: of things and rooms.

    Returns:
        At most `MOST_WORDS` words, none of them twice.
    """
    words: dict[str, None] = {}
    for text in _in_turn([names.areas, *names.things.values()]):
        words |= dict.fromkeys(_WORD.findall(text.lower())[: HOME_WORDS - len(words)])
    for text in _in_turn(list(_lists(intents))):
        words |= dict.fromkeys(_WORD.findall(text.lower()))
    for _, data in blocks(intents):
        for sentence in data.sentences:
            words |= dict.fromkeys(_WORD.findall(" ".join(_texts(sentence.expression)).lower()))
    return ", ".join(list(words)[:MOST_WORDS])


def _lists(intents: Intents) -> Iterator[list[str]]:
    """The texts of each list of values."""
    seen: set[int] = set()
    for _, data in blocks(intents):
        for values in scope(intents, data)[0].values():
            if isinstance(values, TextSlotList) and id(values) not in seen:
                seen.add(id(values))
                yield [" ".join(_texts(value.text_in)) for value in values.values]


def _in_turn(lists: list[list[str]]) -> Iterator[str]:
    for place in range(max(map(len, lists), default=0)):
        yield from (texts[place] for texts in lists if place < len(texts))


def _texts(expression: Expression) -> Iterator[str]:
    match expression:
        case TextChunk(text=text):
            yield text
        case Group(items=items):
            for item in items:
                yield from _texts(item)
        case _:
            pass
