"""Sentence templates as a minimal deterministic automaton over words.

The recogniser searches it, and the endpointer asks it whether a sentence is whole. Templates become an automaton
structure by structure; no sentence is ever written out. Method: Thompson's construction over pieces of words, the
subset construction over whole words, then merging equal states from the end (the language is finite, because rules
cannot refer to themselves).
"""

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import Intents, RangeSlotList, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine

from voiced.core.intents import blocks, scope
from voiced.core.types import Completeness

_SPACE = " "
_Row = tuple[str, ...]
_PIECES = re.compile(r"\s+|\S+")
_BREAKS = re.compile(r"[-_/\s]+")
_PUNCTUATION = re.compile(r"[.,!?;:…\"“”()]+(?=\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*['.]?")
_DIGITS = re.compile(r"(?<!\d)\d{1,15}(?!\d)")
"""A number that somebody would say; one with more digits stays as it is written."""


class Grammar(NamedTuple):
    """The sentences of a set of templates.

    Attributes:
        arcs: for each state the words that may come next, with the state that they lead to; state 0 is the start.
        finals: the states in which a sentence is whole.
        once: those of them to which one thing more may be added, and then no other.
    """

    arcs: tuple[dict[str, int], ...]
    finals: frozenset[int]
    once: frozenset[int]

    @property
    def words(self) -> set[str]:
        """All words."""
        return {word for arcs in self.arcs for word in arcs}

    def completeness(self, words: Iterable[str]) -> Completeness:
        """Tells what a row of words is: no sentence, a part of one, or a whole one."""
        state, extended = 0, False
        for word in words:
            extended = extended or state in self.finals
            following = self.arcs[state].get(word)
            if following is None:
                return Completeness.UNKNOWN
            state = following
        if state == 0:
            return Completeness.UNKNOWN
        if state not in self.finals:
            return Completeness.UNFINISHED
        if not self.arcs[state]:
            return Completeness.COMPLETE
        return Completeness.SETTLED if extended and state in self.once else Completeness.EXTENSIBLE


def spoken(text: str, language: str) -> list[str]:
    """The words of a text as one would say them: lower case, numbers spelled out, no punctuation."""
    text = _PUNCTUATION.sub(" ", text.replace("’", "'").lower())
    text = _DIGITS.sub(lambda digits: f" {_SPACE.join(_spell(int(digits[0]), language))} ", text)
    return [word for word in _BREAKS.split(text) if word]


def compile_grammar(intents: Intents, names: Iterable[str] | None = None) -> Grammar:
    """Makes the automaton of all that can be spoken.

    Wildcards cannot be spoken to a grammar: sentences with one are left out, and so are blocks whose metadata say
    `spoken: false`, because each sentence more is one for which another can be taken.

    Args:
        intents: the templates.
        names: of the intents to take; None for all.
    """
    written = msgspec.msgpack.encode(_build(intents, names))
    # What is built lies scattered over the memory that building it took, and would hold on to all of it. Read again,
    # it lies in one place: 4 MB stay, not 11.
    gc.collect()
    return msgspec.msgpack.decode(written, type=Grammar)


def _build(intents: Intents, names: Iterable[str] | None) -> Grammar:
    chosen = None if names is None else set(names)
    templates = _Templates(intents.language)
    for name, data in blocks(intents):
        spoken_too = (data.metadata or {}).get("spoken", True)
        if spoken_too and (chosen is None or name in chosen):
            templates.lists, templates.rules = scope(intents, data)
            for sentence in data.sentences:
                templates.add_sentence(sentence.expression)
    return _minimise(*_determinise(templates))


class _Templates:
    """A nondeterministic automaton over pieces of words, spaces and nothing (None)."""

    def __init__(self, language: str) -> None:
        self.lists: dict[str, SlotList] = {}
        self.rules: dict[str, Expression] = {}
        self.arcs: list[list[tuple[str | None, int]]] = [[], []]
        self.start, self.end = 0, 1
        self._language = language
        self._words: dict[int, tuple[list[tuple[str, int]], bool]] = {}

    def add_sentence(self, expression: Expression) -> None:
        self._connect(self._add(expression, self.start), self.end)

    def words_from(self, state: int) -> tuple[list[tuple[str, int]], bool]:
        """The whole words that may follow a state with where they lead, and whether the sentence may end there."""
        if state not in self._words:
            self._words[state] = self._find_words(state)
        return self._words[state]

    def _find_words(self, state: int) -> tuple[list[tuple[str, int]], bool]:
        words: set[tuple[str, int]] = set()
        final = False
        waiting, seen = [(state, "")], {(state, "")}
        while waiting:
            here, word = waiting.pop()
            if here == self.end:
                final = final or not word
                words |= {(word, here)} if word else set()
            for piece, there in self.arcs[here]:
                if piece == _SPACE and word:
                    words.add((word, there))
                elif (step := (there, word if piece in (None, _SPACE) else word + str(piece))) not in seen:
                    seen.add(step)
                    waiting.append(step)
        return [(word, there) for word, there in words if _WORD.fullmatch(word)], final

    def _new(self) -> int:
        self.arcs.append([])
        return len(self.arcs) - 1

    def _connect(self, source: int, target: int, piece: str | None = None) -> int:
        self.arcs[source].append((piece, target))
        return target

    def _add(self, expression: Expression, state: int) -> int:
        """Adds an expression after a state; returns the state after it."""
        match expression:
            case TextChunk(text=text):
                return self._add_text(text, state)
            case Permutation(items=items):
                return self._add_permutation(items, state)
            case Alternative(items=items):
                return self._add_alternatives(items, state)
            case Group(items=items):
                for item in items:
                    state = self._add(item, state)
                return state
            case RuleReference(rule_name=name):
                return self._add(self.rules[name], state)
            case ListReference():
                return self._add_list(expression, state)
            case _:
                raise TypeError(expression)

    def _add_text(self, text: str, state: int) -> int:
        # Digits and hyphens become words of their own; the spaces at the ends decide what a word is.
        body = _SPACE.join(spoken(text, self._language))
        before = _SPACE if text[:1].isspace() else ""
        after = _SPACE if body and text[-1:].isspace() else ""
        for piece in _PIECES.findall(before + body + after):
            state = self._connect(state, self._new(), piece)
        return state

    def _add_alternatives(self, items: Iterable[Expression], state: int) -> int:
        end = self._new()
        for item in items:
            self._connect(self._add(item, state), end)
        return end

    def _add_permutation(self, items: Sequence[Expression], state: int) -> int:
        """One state for each set of items that have been said, so that orders share what is left to say."""
        states = {frozenset[int](): state}
        for said in _subsets(len(items)):
            for index in set(range(len(items))) - said:
                after = states.setdefault(said | {index}, -1)
                if after < 0:
                    after = states[said | {index}] = self._new()
                self._connect(self._add(items[index], states[said]), after)
        return states[frozenset(range(len(items)))]

    def _add_list(self, reference: ListReference, state: int) -> int:
        inline = reference.get_inline_range()
        values = RangeSlotList(reference.list_name, *inline) if inline else self.lists[reference.list_name]
        if isinstance(values, TextSlotList):
            return self._add_alternatives((value.text_in for value in values.values), state)
        end = self._new()
        if isinstance(values, RangeSlotList) and values.words:
            language = values.words_language or self._language
            rows = frozenset(_spell(number, language) for number in values.get_numbers())
            self._connect(state, self._add_rows(rows, end, {}))
        return end

    def _add_rows(self, rows: frozenset[_Row], end: int, known: dict[frozenset[_Row], int]) -> int:
        """The state from which just these rows of words lead to the end; beginnings and endings are shared."""
        if rows in known:
            return known[rows]
        state = known[rows] = self._new()
        for word in {row[0] for row in rows}:
            after = self._connect(state, self._new(), word)
            rest = {row[1:] for row in rows if row[0] == word}
            if () in rest:
                self._connect(after, end)
            if longer := frozenset(rest - {()}):
                self._connect(after, self._add_rows(longer, end, known), _SPACE)
        return state


def _subsets(count: int) -> Iterator[frozenset[int]]:
    for bits in range(2**count):
        yield frozenset(index for index in range(count) if bits & 1 << index)


@lru_cache(maxsize=2_000)  # Any number can be said; those of the templates are far fewer.
def _spell(number: float, language: str) -> tuple[str, ...]:
    return tuple(_BREAKS.split(get_rbnf_engine(language).format_number(number).text))


def _determinise(templates: _Templates) -> tuple[list[dict[str, int]], list[bool]]:
    start = frozenset({templates.start})
    index, waiting = {start: 0}, [start]
    arcs: list[dict[str, int]] = []
    finals: list[bool] = []
    for states in waiting:
        targets: dict[str, set[int]] = {}
        found = [templates.words_from(state) for state in states]
        for word, there in (arc for words, _ in found for arc in words):
            targets.setdefault(word, set()).add(there)
        arcs.append({})
        finals.append(any(final for _, final in found))
        for word, there in targets.items():
            key = frozenset(there)
            if key not in index:
                index[key] = len(index)
                waiting.append(key)
            arcs[-1][word] = index[key]
    return arcs, finals


def _minimise(arcs: list[dict[str, int]], finals: list[bool]) -> Grammar:
    merged: dict[int, int | None] = {}
    known: dict[tuple[bool, frozenset[tuple[str, int]]], int] = {}

    def merge(state: int) -> int | None:
        """The number of a state among the merged ones; None if no sentence ends after it."""
        if state not in merged:
            targets = ((word, merge(there)) for word, there in arcs[state].items())
            following = frozenset((word, there) for word, there in targets if there is not None)
            alive = finals[state] or bool(following)
            merged[state] = known.setdefault((finals[state], following), len(known)) if alive else None
        return merged[state]

    if merge(0) is None:
        return Grammar(({},), frozenset(), frozenset())
    # The start was merged last; number it first.
    last = len(known) - 1
    ordered = sorted(known.items(), key=lambda item: -item[1])
    numbered = tuple({word: last - there for word, there in following} for (_, following), _ in ordered)
    whole = frozenset(last - state for (final, _), state in known.items() if final)
    return Grammar(numbered, whole, _extensible_once(numbered, whole))


def _extensible_once(arcs: Sequence[dict[str, int]], finals: frozenset[int]) -> frozenset[int]:
    """Whole sentences on the way from which on there is at most one more; words lead to states with higher numbers."""
    more = [0] * len(arcs)
    for state in reversed(range(len(arcs))):
        more[state] = max((more[there] + (there in finals) for there in arcs[state].values()), default=0)
    return frozenset(state for state in finals if more[state] == 1)
