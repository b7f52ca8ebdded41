"""What one language understands, others do: the same intents with the same slots, and the same tables of words."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from hassil.expression import Expression, Group, ListReference, RuleReference
from home_assistant_intents import get_intents

from voiced.core.answers import LANGUAGES
from voiced.core.intents import blocks, load_intents, scope
from voiced.core.words import load_words
from voiced.skills.skillwords import SkillWords
from voiced.turn.actwords import load_acts
from voiced.turn.decisive import load_decisive
from voiced.turn.dialoguewords import DialogueWords
from voiced.turn.fillers import FillerWords
from voiced.turn.home_sentences import INTENTS as THEIRS

INTENTS = Path(__file__).parents[2] / "config" / "intents"
OTHERS = pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"en"}))
GRAMMAR = {"before", "follows", "left", "of"}
"""Slots of how a language says times, sums and reminders: "half to eight" is German, "about" is English."""
NAMED = {"wishes", "lists", "things"}
"""Tables by names that are those of no language."""


def filled(folder: Path, language: str) -> dict[str, set[str]]:
    """The slots that the sentences of each intent can fill."""
    intents = load_intents(folder, language)
    found: dict[str, set[str]] = defaultdict(set)
    for name, data in blocks(intents):
        _, rules = scope(intents, data)
        found[name] |= data.slots.keys() - GRAMMAR
        for sentence in data.sentences:
            found[name] |= slots(sentence.expression, rules) - GRAMMAR
    return found


def slots(expression: Expression, rules: Mapping[str, Expression]) -> set[str]:
    match expression:
        case Group(items=items):
            return set[str]().union(*(slots(item, rules) for item in items))
        case RuleReference(rule_name=name):
            return slots(rules[name], rules)
        case ListReference(slot_name=name):
            return {name}
        case _:
            return set()


def at_home(language: str) -> set[str]:
    """The intents of the home that are understood, by our sentences or Home Assistant's."""
    theirs = get_intents(language) or {}
    own = filled(INTENTS / language / "home", language)
    return {*own} | {ours for name, ours in THEIRS.items() if name in theirs.get("intents", {})}


def tables(language: str) -> dict[str, object]:
    """Which tables of words a language has; of those by names, the names."""
    made = (
        load_acts(INTENTS, language),
        load_decisive(INTENTS, language),
        load_words(INTENTS, language, "dialogue", DialogueWords),
        load_words(INTENTS, language, "skills", SkillWords),
        load_words(INTENTS, language, "fillers", FillerWords),
    )
    fields = ((field, getattr(words, field)) for words in made for field in words.__struct_fields__)
    return {field: {*table} if field in NAMED else bool(table) for field, table in fields}


@OTHERS
@pytest.mark.parametrize("folder", ["", "open"])
def test_every_intent_has_sentences_that_fill_all_of_its_slots(language: str, folder: str):
    found, english = (filled(INTENTS / each / folder, each) for each in (language, "en"))
    assert found == english


@OTHERS
def test_the_home_is_understood_as_in_english(language: str):
    assert at_home(language) == at_home("en")


@OTHERS
def test_the_tables_of_words_are_those_of_english(language: str):
    assert tables(language) == tables("en")
