"""What people say besides what they mean is left out, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.home.households import INTENTS
from tests.sentences import rules
from tests.unit.test_utterances import understanding
from voiced.core.words import load_words
from voiced.turn.dialogue import ANSWERS
from voiced.turn.fillers import Fillers, FillerWords

FILLERS = Fillers(load_words(INTENTS, "en", "fillers", FillerWords))
WORDS = ["um", "please", "set", "a", "timer", "could you", "like", "thanks", "so", "now", "tea"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("um could you like set a timer please", "set a timer"),
        ("okay so just stop", "stop"),
        ("what's it like outside", "what's it outside"),
        ("thank you", "thank you"),
        ("", ""),
    ],
)
def test_what_changes_nothing_is_left_out(said: str, meant: str):
    assert FILLERS.without(said) == meant


def test_hesitations_are_left_out_and_courtesies_at_the_end_alone():
    assert FILLERS.plain("feed the cat please") == "feed the cat"
    assert FILLERS.plain("please feed the cat") == "please feed the cat"
    assert FILLERS.plain("please") == "please"
    assert FILLERS.plain("milk and uh eggs") == "milk and eggs"


def test_what_a_sentence_begins_with_is_left_out():
    assert FILLERS.from_its_point("okay so remember i like tea") == "remember i like tea"
    assert FILLERS.from_its_point("so") == "so"


@given(st.lists(st.sampled_from(WORDS)))
def test_nothing_is_added_and_what_is_left_stays_in_order(words: list[str]):
    said = " ".join(words).split()
    for leave_out in (FILLERS.without, FILLERS.plain, FILLERS.from_its_point):
        left = leave_out(" ".join(said))
        rest = iter(said)
        assert all(word in rest for word in left.split())


def test_a_language_without_any_leaves_all_as_it_is():
    assert Fillers(FillerWords()).without("um so please set it") == "um so please set it"


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("Um, could you please set like a timer for ten minutes?", {"minutes": 10}),
        ("set a marinade timer for ten minutes", {"name": "marinade", "minutes": 10}),
    ],
)
def test_a_timer_is_not_called_by_what_was_said_before_it(said: str, slots: dict[str, object]):
    understood = understanding("en").understand(said)
    assert understood
    assert (understood.intent, understood.slots) == ("HassStartTimer", slots)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("remind me at noon to feed the cat, please", "feed the cat"),
        ("hey, remind me at six to ask what they would like", "ask what they would like"),
        ("um, remember that Anna doesn't like fish", "Anna doesn't like fish"),
        ("remember to say thank you", "to say thank you"),
        ("remind me tomorrow at nine to tell Anna thank you", "tell Anna thank you"),
        ("remember that dad asked will you turn off the alarm", "dad asked will you turn off the alarm"),
        ("please remember that dinner is at eight", "dinner is at eight"),
    ],
)
def test_what_is_to_be_remembered_keeps_all_words_but_a_courtesy(said: str, text: str):
    understood = rules().understand(said)
    assert understood
    assert understood.slots["text"] == text


@pytest.mark.parametrize("said", ["okay thanks", "why would you do that", "no could you do that", "and yes thank you"])
def test_what_leaves_words_out_is_no_answer(said: str):
    understood = rules().understand(said)
    assert understood is None or understood.intent not in ANSWERS
