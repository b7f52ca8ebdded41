"""Which words a sentence template can say: pure.

Words are runs of letters, in lower case. A template puts words together from pieces ("fan[s]", "{area}licht"), so each
part of one is told with what of it reaches its ends. What cannot be told is told as "anything": whoever filters by this
keeps too much then, never too little.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import permutations, product
from operator import add, and_, or_
from typing import NamedTuple

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import RangeSlotList, SlotList, TextSlotList
from msgspec import Struct

_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[\W\d_]+")
_HOLE = "\0"
"""Where the value of a list goes that is not known yet."""
_MANY = 1000
"""Ways to put a word together that are told one by one."""
_MUSTS = 3
"""Sets of pieces that are told of a template: the ones with the fewest."""
_CHOICES = 50
"""Pieces of which one must be said, at most: more tell nothing."""
_TELLING = 2
"""Letters of a piece, at least; but a sign or a letter that is all there is tells something, too."""
_SHUFFLED = 4
"""Items in any order whose orders are told one by one."""


class Sayable(NamedTuple):
    """What a template can say.

    Attributes:
        words: those that it writes out.
        affixes: what stands before and after the value of a list within a word.
        lists: whose values it can say.
        needed: those of them that every sentence of it has a value of.
        musts: sets of pieces of words; every sentence of it has one of each.
        anything: it can say any word.
    """

    words: frozenset[str]
    affixes: frozenset[tuple[str, str]]
    lists: frozenset[str]
    needed: frozenset[str]
    musts: Sequence[frozenset[str]] = ()
    anything: bool = False


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return _WORD.findall(text.casefold())


class Speaker:
    """Tells what templates can say that share lists and rules.

    Args:
        lists: by name; one that is missing here is known later.
        rules: expressions by name.
    """

    def __init__(self, lists: Mapping[str, SlotList], rules: Mapping[str, Expression]) -> None:
        self._lists = lists
        self._rules = rules
        self._known: dict[str, _Part] = {}
        self._musts_of_rules: dict[str, frozenset[frozenset[str]]] = {}

    def of(self, expression: Expression) -> Sayable:
        """What an expression can say."""
        lists, needed = self._references(expression), self._needed(expression)
        musts = sorted(self._musts(expression), key=_choices)[:_MUSTS]
        try:
            part = self._part(expression)
        except _Untold:
            return Sayable(frozenset(), frozenset(), lists, needed, musts, anything=True)
        said = part.whole | part.first | part.last | part.within
        holes = [word for word in said if _HOLE in word]
        affixes = {(word[: word.index(_HOLE)], word[word.rindex(_HOLE) + 1 :]) for word in holes}
        touching = any(word.count(_HOLE) > 1 for word in holes)
        words = said - frozenset(holes) - {""}
        return Sayable(words, frozenset(affixes) - {("", "")}, lists, needed, musts, touching)

    def _part(self, expression: Expression) -> "_Part":
        match expression:
            case TextChunk(text=text):
                return _written(text)
            case Permutation(items=items) if len(items) > _SHUFFLED:
                raise _Untold
            case Permutation(items=items):
                parts = [self._part(item) for item in items]
                return reduce(or_, (reduce(add, order, _NOTHING) for order in permutations(parts)))
            case Alternative(items=items):
                return reduce(or_, map(self._part, items), _Part())
            case Group(items=items):
                return reduce(add, map(self._part, items), _NOTHING)
            case RuleReference(rule_name=name):
                if name not in self._known:
                    self._known[name] = self._part(self._rules[name])
                return self._known[name]
            case ListReference():
                return self._value(expression)
            case _:
                raise _Untold

    def _value(self, reference: ListReference) -> "_Part":
        values = self._lists.get(reference.list_name)
        match values:
            case TextSlotList(values=items):
                return reduce(or_, (self._part(item.text_in) for item in items), _Part())
            case None | RangeSlotList():
                return _Part(whole=frozenset([_HOLE]))
            case _:
                raise _Untold

    def _references(self, expression: Expression) -> frozenset[str]:
        match expression:
            case Group(items=items):
                return _union(map(self._references, items))
            case RuleReference(rule_name=name):
                return self._references(self._rules[name])
            case ListReference(list_name=name):
                values = self._lists.get(name)
                inner = (self._references(each.text_in) for each in getattr(values, "values", ()))
                return _union(inner) | {name}
            case _:
                return frozenset()

    def _needed(self, expression: Expression) -> frozenset[str]:
        match expression:
            case Alternative(items=items):
                return reduce(and_, map(self._needed, items)) if items else frozenset()
            case Group(items=items):
                return _union(map(self._needed, items))
            case RuleReference(rule_name=name):
                return self._needed(self._rules[name])
            case ListReference(list_name=name):
                return frozenset([name])
            case _:
                return frozenset()

    def _musts(self, expression: Expression) -> frozenset[frozenset[str]]:
        match expression:
            case TextChunk(text=text):
                telling = [word for word in words_of(text) if len(word) >= _TELLING]
                return frozenset(frozenset([piece]) for piece in telling or [text.casefold().strip()] if piece)
            case Alternative(items=items):
                return _either([self._musts(item) for item in items])
            case Group(items=items):
                return frozenset().union(*map(self._musts, items))
            case RuleReference(rule_name=name):
                if name not in self._musts_of_rules:
                    self._musts_of_rules[name] = self._musts(self._rules[name])
                return self._musts_of_rules[name]
            case ListReference(list_name=name):
                values = self._lists.get(name)
                return _either([self._musts(each.text_in) for each in getattr(values, "values", ())])
            case _:
                return frozenset()


def _choices(pieces: frozenset[str]) -> tuple[int, list[str]]:
    return len(pieces), sorted(pieces)


def _either(ways: Sequence[frozenset[frozenset[str]]]) -> frozenset[frozenset[str]]:
    """What one of some ways must say: a piece of each of them, the one with the fewest choices."""
    if not (ways and all(ways)):
        return frozenset()
    pieces = frozenset[str]().union(*(min(musts, key=_choices) for musts in ways))
    return frozenset([pieces]) if len(pieces) <= _CHOICES else frozenset()


class _Part(Struct, frozen=True):
    """The letters that a part of a template can say.

    Attributes:
        whole: from its beginning to its end without a break; "" for none.
        first: up to its first break.
        last: after its last break.
        within: words between breaks.
    """

    whole: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    def __add__(self, after: "_Part") -> "_Part":
        """One after the other."""
        return _Part(
            _glued(self.whole, after.whole),
            self.first | _glued(self.whole, after.first),
            after.last | _glued(self.last, after.whole),
            self.within | after.within | _glued(self.last, after.first),
        )

    def __or__(self, other: "_Part") -> "_Part":
        """One or the other."""
        return _Part(
            self.whole | other.whole, self.first | other.first, self.last | other.last, self.within | other.within
        )


class _Untold(Exception):
    """It can say anything, or in too many ways."""


def _glued(before: frozenset[str], after: frozenset[str]) -> frozenset[str]:
    if len(before) * len(after) > _MANY:
        raise _Untold
    return frozenset(first + second for first, second in product(before, after))


def _written(text: str) -> _Part:
    first, *rest = _BREAK.split(text.casefold())
    if not rest:
        return _Part(whole=frozenset([first]))
    return _Part(first=frozenset([first]), last=frozenset([rest[-1]]), within=frozenset(rest[:-1]))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


_NOTHING = _Part(whole=frozenset([""]))
