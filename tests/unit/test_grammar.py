"""The automaton says just what hassil says."""

import re
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest
from hassil.expression import Sentence
from hassil.intents import Intents
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_sentence
from hypothesis import given, settings
from hypothesis import strategies as st
from pocketsphinx import LogMath

from voiced.core.grammar import Grammar, compile_grammar, spoken
from voiced.core.intents import load_intents
from voiced.core.types import Completeness
from voiced.engines.grammar import build_fsg
from voiced.turn.rules import Rules

INTENTS = Path(__file__).parents[2] / "config" / "intents" / "en"
COFFEE = Path(__file__).parents[1] / "intents" / "coffee"
RULES = {folder: Rules(folder, "en") for folder in (INTENTS, COFFEE)}
GRAMMARS = {folder: compile_grammar(load_intents(folder, "en")) for folder in (INTENTS, COFFEE)}
LISTS = {
    "color": {"values": ["red", "light blue", {"in": "gr(e|a)y", "out": "grey"}]},
    "count": {"range": {"from": 18, "to": 23}},
}

words = st.sampled_from(["lamp", "lamps", "the", "turn", "on", "it's", "x-ray"])
templates = st.recursive(
    words | st.sampled_from(["{color}", "{count}", "<rule>", "lamp[s]", "{1..3:level}"]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(" ".join)
        | st.lists(inner, min_size=1, max_size=3).map("|".join).map("({})".format)
        | st.lists(inner, min_size=2, max_size=3).map(";".join).map("({})".format)
        | inner.map("[{}]".format)
    ),
    max_leaves=8,
)


def intents_of(template: str) -> Intents:
    return Intents.from_dict(
        {
            "language": "en",
            "lists": LISTS,
            "expansion_rules": {"rule": "(turn|switch) [it]"},
            "intents": {"Do": {"data": [{"sentences": [template]}]}},
        }
    )


def sampled(intents: Intents) -> set[str]:
    sentence: Sentence = intents.intents["Do"].data[0].sentences[0]
    # hassil cannot sample a range inside a sentence: as a list of alternatives it can.
    text = re.sub(r"\{1\.\.3:level\}", "(1|2|3)", sentence.text or "")
    found = sample_sentence(parse_sentence(text), intents.slot_lists, intents.expansion_rules, language="en")
    return {" ".join(spoken(text, "en")) for text in islice(found, 100)}


@given(templates)
@settings(max_examples=30)
def test_takes_every_sentence_and_its_beginnings(template: str) -> None:
    intents = intents_of(template)
    grammar = compile_grammar(intents)
    for sentence in sampled(intents) - {""}:
        row = sentence.split()
        assert grammar.completeness(row).whole
        assert all(grammar.completeness(row[:end]) is not Completeness.UNKNOWN for end in range(1, len(row)))
        assert grammar.completeness([*row, "nonsense"]) is Completeness.UNKNOWN


@given(templates, st.data())
@settings(max_examples=30)
def test_is_the_recognisers_grammar(template: str, data: st.DataObject) -> None:
    grammar = compile_grammar(intents_of(template))
    if not grammar.words:
        return
    fsg = build_fsg(grammar, [["please"]], LogMath(), "test")
    sentence = data.draw(st.lists(st.sampled_from(sorted(grammar.words)), min_size=1, max_size=4) | walks(grammar))
    whole = grammar.completeness(sentence).whole
    assert fsg.accept(" ".join(sentence)) == whole
    assert fsg.accept(" ".join(["please", *sentence, "please"])) == whole


@st.composite
def walks(draw: st.DrawFn, grammar: Grammar) -> list[str]:
    """A sentence of the grammar."""
    state, row = 0, []
    while grammar.arcs[state] and not (row and state in grammar.finals and draw(st.booleans())):
        word = draw(st.sampled_from(sorted(grammar.arcs[state])))
        state, row = grammar.arcs[state][word], [*row, word]
    return row


@pytest.mark.parametrize("folder", [INTENTS, COFFEE], ids=["bundled", "coffee"])
@given(st.data())
@settings(max_examples=100)
def test_what_can_be_heard_is_understood(folder: Path, data: st.DataObject) -> None:
    sentence = data.draw(walks(GRAMMARS[folder]))
    assert RULES[folder].understand(" ".join(sentence)) is not None
    assert RULES[folder].completeness(" ".join(sentence)).whole


@pytest.mark.parametrize("folder", [INTENTS, COFFEE], ids=["bundled", "coffee"])
@given(st.data())
@settings(max_examples=100)
def test_what_was_extended_is_so_once_more_at_most(folder: Path, data: st.DataObject) -> None:
    grammar = GRAMMARS[folder]
    sentence = data.draw(walks(grammar))
    known = [grammar.completeness(sentence[:end]) for end in range(1, len(sentence) + 1)]
    for at, completeness in enumerate(known):
        further = sum(each.whole for each in known[at + 1 :])
        assert further <= {Completeness.COMPLETE: 0, Completeness.SETTLED: 1}.get(completeness, further)


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert RULES[INTENTS].completeness(text) in Completeness
    RULES[INTENTS].understand(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twenty-five minutes.", "twenty five minutes"),
        ("25 minutes!", "twenty five minutes"),
        ("it’s 5 o'clock", "it's five o'clock"),
        ("50%", "fifty %"),
        pytest.param("set a timer for " + "9" * 5_000, "set a timer for " + "9" * 5_000, id="more than Python reads"),
        ("", ""),
    ],
)
def test_spoken(text: str, expected: str) -> None:
    assert " ".join(spoken(text, "en")) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("turn on", Completeness.COMPLETE),
        ("turn on [the lamp]", Completeness.EXTENSIBLE),
        ("turn [on] [the lamp]", Completeness.SETTLED),
        ("turn [on ([the lamp]|[it])]", Completeness.SETTLED),
        ("turn [on] [the lamp] [please]", Completeness.EXTENSIBLE),
        ("turn [on] [the lamp [here]]", Completeness.EXTENSIBLE),
        ("turn on (the lamp|it)", Completeness.UNFINISHED),
    ],
)
def test_what_may_follow_decides_how_complete_a_sentence_is(template: str, expected: Completeness) -> None:
    assert compile_grammar(intents_of(template)).completeness(["turn", "on"]) is expected


def test_unspeakable_sentences_are_left_out() -> None:
    assert compile_grammar(intents_of("50%|°|@home")).words == set()


def test_numbers_that_were_said_are_not_kept_for_ever():
    tracemalloc.start()
    try:
        for number in range(5_000):
            spoken(f"number {10**14 + number}", "en")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 2_000_000
