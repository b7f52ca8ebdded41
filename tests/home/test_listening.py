"""What a recogniser with a grammar listens for in a home."""

import random

import pytest

from tests.fakes.home import FakeHome
from tests.fakes.hosted import KeptLink
from tests.home.households import INTENTS, big_household, household
from tests.unit.test_pocketsphinx import hear, synthetic
from voiced.core.grammar import Grammar, compile_grammar, spoken
from voiced.core.home import Entity
from voiced.core.home_names import HomeNames, names_of, with_home
from voiced.core.intents import load_intents
from voiced.core.ports.skill import Asks
from voiced.core.types import Completeness, Understanding
from voiced.core.wire import Message
from voiced.core.words import load_words
from voiced.engines.pocketsphinx import PocketSphinx, Recogniser
from voiced.turn.dialogue import Dialogue
from voiced.turn.dialoguewords import DialogueWords
from voiced.turn.home_sentences import HomeSentences
from voiced.turn.rules import Rules

BASE = load_intents(INTENTS, "en")
HOME = load_intents(INTENTS / "en" / "home" / "spoken", "en")
EMPTY = load_intents(INTENTS / "en" / "home" / "spoken", "en")
EMPTY.intents.clear()
WHOLE = load_intents(INTENTS / "en" / "home" / "spoken", "en")
"""Without what only answers or changes something."""
WHOLE.intents.pop("VoicedFollowUp")
BEDROOM = Understanding("HassTurnOn", {"name": "Reading Lamp", "area": "Bedroom"}, "turn on the reading lamp")


def _walk(grammar: Grammar, seed: int) -> str:
    chance, state, row = random.Random(seed), 0, list[str]()
    while grammar.arcs[state] and not (state in grammar.finals and chance.random() < 0.3):
        word = chance.choice(sorted(grammar.arcs[state]))
        row.append(word)
        state = grammar.arcs[state][word]
    return " ".join(row)


def test_names() -> None:
    things = (
        Entity("light.a", "Lamp", area="Den", aliases=("Star", "")),
        Entity("lock.b", "Door", area="Hall"),
        Entity("light.c", "Beam", area="Den"),
        Entity("sensor.d", "Power", area="Cellar"),
        Entity("light.e", "x" * 100, area="y" * 100),
    )
    assert names_of(things) == HomeNames({"light": ["Beam", "Lamp", "Star"], "lock": ["Door"]}, ["Den", "Hall"])


def test_there_are_not_too_many_names() -> None:
    assert sum(map(len, names_of([Entity(f"light.{n}", f"Lamp {n}") for n in range(2000)]).things.values())) == 500


def test_all_that_is_listened_for_is_understood() -> None:
    entities = household()
    sentences = HomeSentences(INTENTS, "en", FakeHome(*entities), "Kitchen")
    grammar = compile_grammar(with_home(EMPTY, WHOLE, names_of(entities)))
    for seed in range(400):
        text = _walk(grammar, seed)
        assert sentences.understand(text) is not None, text


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("turn on the kitchen light", True),
        ("lock the front door", True),
        ("open the garage door", True),
        ("set the floor lamp to fifty percent", True),
        ("turn off the lights in the living room", True),
        ("set a timer for five minutes", True),
        ("lock the kitchen light", False),
        ("open the front door", False),
        ("turn on the front door", False),
        ("activate the kitchen light", False),
    ],
)
def test_each_thing_is_spoken_of_as_what_it_is(text: str, *, known: bool) -> None:
    grammar = compile_grammar(with_home(BASE, HOME, names_of(household())))
    assert (grammar.completeness(spoken(text, "en")) is not Completeness.UNKNOWN) is known


LAMPS = [
    Entity("light.a", "Reading Lamp", area="Living Room"),
    Entity("light.b", "Reading Lamp", area="Bedroom"),
    Entity("light.c", "Floor Lamp", area="Living Room"),
    Entity("light.d", "Floor Fan", area="Bedroom"),
]


WORDS = load_words(INTENTS, "en", "dialogue", DialogueWords)
ANSWERS = ["bedroom", "the bedroom", "the living room one", "in the bedroom", "the floor lamp"]


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_asked_back_can_be_answered_aloud(answer: str) -> None:
    dialogue = Dialogue(HomeSentences(INTENTS, "en", FakeHome(*LAMPS)).understand, WORDS)
    choices = {"bedroom": BEDROOM, "living room": BEDROOM, "floor lamp": BEDROOM}
    dialogue.ask(Asks(choices), "voice")
    dialogue.said("voice", 0.0)
    assert dialogue.mean(answer, "voice", 1.0).understood == BEDROOM
    grammar = compile_grammar(with_home(BASE, HOME, names_of(LAMPS)))
    assert grammar.completeness(spoken(answer, "en")).whole


@pytest.mark.parametrize("change", ["and in the bedroom", "what about the bedroom", "and the bedroom"])
def test_what_changes_the_last_sentence_can_be_said(change: str) -> None:
    dialogue = Dialogue(HomeSentences(INTENTS, "en", FakeHome(*LAMPS)).understand, WORDS)
    first = dialogue.mean("turn on the lights in the living room", "voice", 0.0).understood
    assert first
    dialogue.acted(first, "voice", 0.0)
    changed = dialogue.mean(change, "voice", 1.0).understood
    assert changed
    assert changed.slots["area"] == "Bedroom"
    grammar = compile_grammar(with_home(BASE, HOME, names_of(LAMPS)))
    assert grammar.completeness(spoken(change, "en")) is Completeness.COMPLETE


def test_it_costs_little() -> None:
    bare, full = compile_grammar(BASE), compile_grammar(with_home(BASE, HOME, names_of(big_household(200))))
    assert len(full.arcs) < 1.25 * len(bare.arcs), "docs/decisions/0019 tells how much"


def test_no_home_no_words() -> None:
    assert with_home(BASE, HOME, HomeNames()) is BASE


def test_rules_know_when_a_sentence_about_the_home_is_whole() -> None:
    rules = Rules(INTENTS, "en")
    assert rules.completeness("turn on the kitchen light") is Completeness.UNKNOWN
    rules.hear(names_of(household()))
    assert rules.completeness("turn on the kitchen light") is Completeness.COMPLETE
    assert rules.completeness("turn on the kitchen") is Completeness.UNFINISHED
    assert rules.completeness("what time is it") is Completeness.COMPLETE


def test_is_heard() -> None:
    recogniser = Recogniser(BASE)
    sound = synthetic("turn on the kitchen light")
    assert hear(recogniser, sound) != "turn on the kitchen light"
    recogniser.renew(with_home(BASE, HOME, names_of(household())))
    assert hear(recogniser, sound) == "turn on the kitchen light"
    assert hear(recogniser, synthetic("the bedroom")) == "the bedroom"
    recogniser.renew(with_home(BASE, HOME, HomeNames({"light": ["Reading Light"]})))
    assert hear(recogniser, synthetic("turn off the reading light")) == "turn off the reading light"
    assert hear(recogniser, sound) != "turn on the kitchen light"


def test_names_come_over_the_wire() -> None:
    engine = PocketSphinx({"intents": str(INTENTS), "language": "en", "home": {"things": {"light": ["Reading Light"]}}})
    link = KeptLink()

    def heard(text: str) -> str:
        engine.handle(Message("audio-start"), link)
        engine.handle(Message("audio-chunk", {"start": 0}, synthetic(text)), link)
        engine.handle(Message("audio-stop"), link)
        return str(link.messages[-1].data["text"])

    assert heard("turn on the reading light") == "turn on the reading light"
    engine.handle(Message("home", {"things": {"lock": ["Front Door"], "light": ["☃", "Bedroom Light"]}}), link)
    assert heard("lock the front door") == "lock the front door"
    assert heard("turn on the bedroom light") == "turn on the bedroom light"
    # Whoever speaks meanwhile is heard to the end.
    engine.handle(Message("audio-start"), link)
    engine.handle(Message("home", {"things": {"light": ["Reading Light"]}}), link)
    engine.handle(Message("audio-chunk", {"start": 0}, synthetic("lock the front door")), link)
    engine.handle(Message("audio-stop"), link)
    assert link.messages[-1].data["text"] == "lock the front door"
    assert heard("turn on the reading light") == "turn on the reading light"
