"""A filter before hassil: of many sentence templates, those that could say a text.

hassil tries one template after the other, which takes 20 ms where there are 500 of them and a home full of names. This
leaves out what cannot match, and nothing else: what is understood stays the same. For each word there is a set of the
templates that can say it, one bit a template; what all words of a text have in common is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from hassil import RecognizeResult, recognize_best
from hassil.expression import TextChunk
from hassil.intents import Intent, IntentData, Intents, RangeSlotList, TextSlotList, TextSlotValue
from hassil.numbers import get_rbnf_engine
from hassil.util import check_required_context

from voiced.core.intents import blocks, scope
from voiced.turn.sayable import Speaker, words_of

LONGEST_WORD = 60
"""Letters of a word that may be several: looking for them takes time by the square of it."""


class Index:
    """What the templates can say: found out once, whatever the names are.

    Args:
        intents: the templates, without skip words: those are left out before.
        late: lists whose values come later.

    Attributes:
        templates: the intent of each, and a block with nothing but it.
        words: the templates that can say a word, likewise for all that follows.
        affixes: those that can say a word around the value of a list, by its beginning and end.
        lists: those that can say a value of a list.
        needed: those that say nothing without a value of it.
        musts: those whose every sentence has one of some pieces of words, by these.
        contexts: those that take values with some context only.
        anything: those that can say any word.
    """

    def __init__(self, intents: Intents, late: Iterable[str] = ()) -> None:
        self.intents = intents
        self.late = frozenset(late)
        self.templates: list[tuple[str, IntentData]] = []
        self.words: dict[str, int] = defaultdict(int)
        self.affixes: dict[tuple[str, str], int] = defaultdict(int)
        self.lists: dict[str, int] = defaultdict(int)
        self.needed: dict[str, int] = defaultdict(int)
        self.musts: dict[frozenset[str], int] = defaultdict(int)
        self.anything = 0
        contexts: dict[str, tuple[dict[str, Any], int]] = {}
        for name, data in blocks(intents):
            users = self._add_block(name, data)
            written = repr(data.requires_context)
            contexts[written] = (data.requires_context, users | contexts.get(written, ({}, 0))[1])
        self.contexts = list(contexts.values())
        self._add_numbers(intents.slot_lists)

    def _add_block(self, name: str, data: IntentData) -> int:
        lists, rules = scope(self.intents, data)
        speaker = Speaker({key: value for key, value in lists.items() if key not in self.late}, rules)
        users = 0
        for sentence in data.sentences:
            bit = 1 << len(self.templates)
            users |= bit
            alone = replace(data, sentence_texts=[sentence.text or ""])
            alone.__dict__["sentences"] = [sentence]  # As `cached_property` keeps it: parsing takes longest of all.
            self.templates.append((name, alone))
            sayable = speaker.of(sentence.expression)
            _add(self.words, sayable.words, bit)
            _add(self.affixes, sayable.affixes, bit)
            _add(self.lists, sayable.lists, bit)
            _add(self.needed, sayable.needed, bit)
            _add(self.musts, sayable.musts, bit)
            self.anything |= bit if sayable.anything else 0
        self._add_numbers(data.slot_lists)
        return users

    def _add_numbers(self, lists: Mapping[str, object]) -> None:
        for name, values in lists.items():
            if isinstance(values, RangeSlotList):
                _add(self.words, _number_words(values, self.intents.language), self.lists[name])


class Narrowed:
    """Templates that are matched quickly.

    Args:
        index: what they can say.
        lists: the values that come late.
    """

    def __init__(self, index: Index, lists: Mapping[str, TextSlotList] | None = None) -> None:
        lists = lists or {}
        self._index = index
        self._values = {name: [(_words_of(value), value) for value in values.values] for name, values in lists.items()}
        self._words = index.words.copy()
        for name, said in self._values.items():
            _add(self._words, {word for words, _ in said for word in words}, index.lists[name])
        self.intents = replace(index.intents, slot_lists={**index.intents.slot_lists, **lists})

    @property
    def words(self) -> Iterable[str]:
        """All words that can be said."""
        return self._words

    def recognize(
        self, text: str, best_slot: str | None = None, context: Mapping[str, str] | None = None
    ) -> RecognizeResult | None:
        """What hassil's `recognize_best` makes of a text; what fills the best slot longest comes first."""
        intents = self._narrowed(text)
        if intents is None:
            return None
        return recognize_best(
            text, intents, intent_context=dict(context or {}), language=intents.language, best_slot_name=best_slot
        )

    def _narrowed(self, text: str) -> Intents | None:
        """The templates that could say a text, in their order, with the values that could be in it."""
        folded = text.casefold()
        left = (1 << len(self._index.templates)) - 1
        for word in set(words_of(text)):
            left &= self._sayers(word)
            if not left:
                return None
        for pieces, users in self._index.musts.items():
            if left & users and not any(piece in folded for piece in pieces):
                left &= ~users
        found = {
            name: [value for words, value in said if all(word in folded for word in words)]
            for name, said in self._values.items()
        }
        left &= ~self._lacking(found)
        return self._chosen(left, found) if left else None

    def _sayers(self, word: str) -> int:
        """The templates that can say a word, or words that it is made of: hassil understands "kitchenlight", too."""
        made = self._made(word) if len(word) <= LONGEST_WORD else self._words.get(word, 0) | self._index.anything
        around = (
            users
            for (before, after), users in self._index.affixes.items()
            if word.startswith(before) and word.endswith(after)
        )
        return reduce(or_, around, made)

    def _made(self, word: str) -> int:
        """The templates that can say all words of one way to part a word."""
        ends = [0] * len(word) + [-1]
        for start in reversed(range(len(word))):
            for end in range(start + 1, len(word) + 1):
                if ends[end] and (sayers := self._words.get(word[start:end], 0) | self._index.anything):
                    ends[start] |= sayers & ends[end]
        return ends[0]

    def _lacking(self, found: Mapping[str, list[TextSlotValue]]) -> int:
        """The templates that need a value which is not there: none of the list, or none of the right kind."""
        lacking = 0
        for required, users in self._index.contexts:
            for name in self._index.late:
                if not any(check_required_context(required, each.context, True) for each in found.get(name, ())):
                    lacking |= users & self._index.needed[name]
        return lacking

    def _chosen(self, left: int, found: Mapping[str, list[TextSlotValue]]) -> Intents:
        intents: dict[str, Intent] = {}
        for index in _bits(left):
            name, data = self._index.templates[index]
            intents.setdefault(name, Intent(name)).data.append(data)
        lists = {name: TextSlotList(name, values) for name, values in found.items()}
        return replace(self.intents, intents=intents, slot_lists={**self.intents.slot_lists, **lists})


def _add(known: dict[Any, int], keys: Iterable[Any], bits: int) -> None:
    for key in keys:
        known[key] = known.get(key, 0) | bits


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _words_of(value: TextSlotValue) -> list[str]:
    if not isinstance(value.text_in, TextChunk):
        raise TypeError("a list that is filled late holds no templates")
    return words_of(value.text_in.text)


def _number_words(values: RangeSlotList, language: str) -> set[str]:
    """All words in which hassil understands the numbers of a range; none where it takes figures alone."""
    if not values.words:
        return set()
    engine = get_rbnf_engine(values.words_language or language)
    spelled = (engine.format_number(number).text_by_ruleset.values() for number in values.get_numbers())
    return {word for texts in spelled for text in texts for word in words_of(text)}
