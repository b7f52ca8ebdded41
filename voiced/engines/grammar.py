"""The automaton of the sentence templates as a finite state grammar that PocketSphinx searches.

State for state and arc for arc. JSGF could say the same, but the library unfolds its rules into a graph full of empty
transitions, which costs many times as much to search as the minimal automaton does.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

import pocketsphinx

from voiced.core.grammar import Grammar


class Arc(NamedTuple):
    """A word that leads from a state to a state."""

    source: int
    word: str
    target: int


def build_fsg(
    grammar: Grammar, skips: Sequence[Sequence[str]], math: pocketsphinx.LogMath, name: str
) -> pocketsphinx.FsgModel:
    """Writes an automaton down as PocketSphinx's grammar.

    Arcs carry no weights: how many sentences a word begins says nothing about how likely it is said.

    Args:
        grammar: the sentences.
        skips: phrases that mean nothing; one may stand before a sentence and one after it.
        math: the decoder's.
        name: of the grammar.
    """
    start, end = len(grammar.arcs), len(grammar.arcs) + 1
    arcs = list(_arcs(grammar, skips, start, end))
    fsg = pocketsphinx.FsgModel(name, math, 1.0, 1 + max(end, *(max(arc.source, arc.target) for arc in arcs)))
    fsg.set_start_state(start)
    fsg.set_final_state(end)
    for arc in arcs:
        fsg.trans_add(arc.source, arc.target, 0, fsg.word_add(arc.word))
    return fsg


def _arcs(grammar: Grammar, skips: Sequence[Sequence[str]], start: int, end: int) -> Iterator[Arc]:
    """All arcs; there is one final state and no empty transition, because that is what the library does best."""
    states = count(end + 1)
    tail = next(states)
    for state, following in enumerate(grammar.arcs):
        for word, target in following.items():
            for source in (state,) if state else (state, start):
                yield Arc(source, word, target)
                if target in grammar.finals:
                    yield Arc(source, word, end)
                    yield Arc(source, word, tail)
    for phrase in skips:
        yield from _chain(start, phrase, 0, states)
        yield from _chain(tail, phrase, end, states)


def _chain(source: int, words: Sequence[str], target: int, states: Iterator[int]) -> Iterator[Arc]:
    for word in words[:-1]:
        following = next(states)
        yield Arc(source, word, following)
        source = following
    yield Arc(source, words[-1], target)
