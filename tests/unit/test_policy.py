"""Whether a call may act, by nothing but the user's own words."""

from functools import cache

import pytest
from hassil.numbers import get_rbnf_engine
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.home.households import INTENTS
from voiced.core.errors import IntentsInvalid
from voiced.core.numbers import load_numbers
from voiced.core.ports.skill import Named, Wish
from voiced.core.types import Understanding
from voiced.turn.actwords import ActWords, load_acts
from voiced.turn.policy import judge

KITCHEN = Named(("Kitchen Light", "Big One"), ("Kitchen",))
BEDROOM = Named(("Bedroom Light",), ("Bedroom",))
DESK = Named(("Desk Lamp",), ("Office",))
DOOR = Named(("Front Door",), ("Hallway",))
LIGHT_DE = Named(("Küchenlicht",), ("Küche",))


@cache
def words(language: str) -> ActWords:
    return load_acts(INTENTS, language)


def decide(act, named, text, language="en"):
    return judge(Wish(Understanding("Anything"), act, tuple(named)), text, words(language)).decision


@pytest.mark.parametrize(
    ("act", "named", "text", "decision"),
    [
        # It orders just that, and names it.
        ("turn_on", [KITCHEN], "turn on the kitchen light", "allowed"),
        ("turn_on", [KITCHEN], "Turn the light in the kitchen on.", "allowed"),
        ("turn_on", [KITCHEN], "could you please turn the kitchen light on?", "allowed"),
        ("turn_on", [KITCHEN], "hey, I want you to switch on the big one now", "allowed"),
        ("turn_off", [BEDROOM, KITCHEN], "turn off the bedroom light and the kitchen light", "allowed"),
        ("turn_on", [KITCHEN], "turn off the bedroom light and turn on the kitchen light", "allowed"),
        ("unlock", [DOOR], "unlock the front door", "allowed"),
        # Somebody may mean it.
        ("turn_on", [KITCHEN], "it is dark in the kitchen", "asked"),
        ("turn_on", [KITCHEN], "I said something about how to turn on the kitchen light", "asked"),
        ("turn_on", [KITCHEN], "if it rains, turn on the kitchen light", "asked"),
        ("turn_on", [KITCHEN], "turn on the kitchen light?", "asked"),
        ("turn_on", [KITCHEN], "turn on the light and then go to the kitchen", "asked"),
        ("turn_on", [KITCHEN], "turn off the bedroom light and turn on the fan in the kitchen", "asked"),
        ("turn_on", [KITCHEN, BEDROOM], "turn on the kitchen light and close the door in the bedroom", "asked"),
        # Nobody asked for it.
        ("unlock", [DOOR], "what is on my list", "refused"),
        ("unlock", [DOOR], "is the front door locked", "refused"),
        ("unlock", [DOOR], "is the front door locked?", "refused"),
        ("unlock", [DOOR], "lock the front door", "refused"),
        ("turn_off", [KITCHEN], "turn on the kitchen light", "refused"),
        ("turn_on", [DESK], "turn off the light on the desk", "refused"),
        ("turn_on", [KITCHEN], "is it dark in the kitchen", "refused"),
        ("turn_on", [KITCHEN], "when did you turn on the kitchen light", "refused"),
        ("turn_on", [KITCHEN], "could you tell me how to turn on the kitchen light", "refused"),
        ("turn_on", [KITCHEN], "don't turn on the kitchen light", "refused"),
        ("turn_on", [KITCHEN], "never turn on the kitchen light", "refused"),
        ("turn_on", [KITCHEN], "turn on the bedroom light", "asked"),
        ("turn_on", [BEDROOM], "turn on everything", "refused"),
        ("cancel_timer", [], "I like trains", "refused"),
        ("clean_up", [KITCHEN], "clean up the kitchen light", "asked"),
        ("turn_on", [KITCHEN], "", "refused"),
        # Nothing is done, whatever is said.
        ("", [DOOR], "what is on my list", "allowed"),
    ],
)
def test_decisions(act, named, text, decision):
    assert decide(act, named, text) == decision


@pytest.mark.parametrize(
    ("numbers", "text", "decision"),
    [
        ([5], "set a timer for five minutes", "allowed"),
        ([5], "set a timer for 5 minutes", "allowed"),
        ([25], "set a timer for five minutes", "refused"),
        ([5], "set a timer for twenty five minutes", "refused"),
        ([5], "set a timer for twenty-five minutes", "refused"),
        ([30], "set a timer for half an hour", "allowed"),
        ([1], "set a timer for an hour", "allowed"),
        ([1], "set a timer", "refused"),
        ([7, 45], "set a timer until a quarter to eight", "asked"),
        ([7.5], "set a timer for 7.5 minutes", "allowed"),
        ([1], "set a timer for 10 minutes", "refused"),
        ([120], "set a timer for one hundred and twenty minutes", "allowed"),
        ([20], "set a timer for one hundred and twenty minutes", "refused"),
        ([100], "set a timer for one hundred and twenty minutes", "refused"),
        ([110], "set a timer for a hundred and ten seconds", "allowed"),
        ([1200], "set a timer for 1,200 seconds", "allowed"),
        ([1.2], "set a timer for 1,200 seconds", "refused"),
        ([2.5], "set a timer for two point five minutes", "allowed"),
        ([5], "set a timer for two point five minutes", "refused"),
        ([2, 30], "set a timer for two and a half hours", "allowed"),
        ([90], "set a timer for one and a half hours", "allowed"),
        ([1, 30], "set a timer for an hour and a half", "allowed"),
        ([45], "set a timer for three quarters of an hour", "allowed"),
        ([15], "set a timer for a quarter of an hour", "allowed"),
        ([3], "set a timer for three quarters of an hour", "refused"),
        ([20], "set a timer to twenty and a half degrees", "refused"),
        ([30], "set a timer to twenty and a half degrees", "refused"),
        ([20.5], "set a timer to twenty and a half degrees", "allowed"),
        ([5], "set a timer to minus five degrees", "refused"),
        ([7, 30], "set a timer to half past seven", "allowed"),
        ([7, 45], "set a timer to a quarter to eight", "allowed"),
        ([7, 50], "set a timer to ten to eight", "allowed"),
        ([0], "oh, set a timer", "refused"),
    ],
)
def test_numbers_are_said(numbers, text, decision):
    assert decide("start_timer", [Named((number,)) for number in numbers], text) == decision


@pytest.mark.parametrize(
    ("numbers", "text", "decision"),
    [
        ([250], "stell einen Timer auf zweihundertfünfzig Sekunden", "allowed"),
        ([50], "stell einen Timer auf zweihundertfünfzig Sekunden", "refused"),
        ([25], "stelle einen Timer auf fünfundzwanzig Minuten", "allowed"),
        ([30], "stell einen Timer auf dreißig Minuten", "allowed"),
        ([30], "stell einen Timer auf eine halbe Stunde", "allowed"),
        ([7.5], "stell einen Timer auf 7,5 Minuten", "allowed"),
        ([1200], "stell einen Timer auf 1.200 Sekunden", "allowed"),
        ([7, 45], "stell einen Timer auf viertel vor acht", "allowed"),
    ],
)
def test_german_numbers_are_said(numbers, text, decision):
    assert decide("start_timer", [Named((number,)) for number in numbers], text, "de") == decision


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_a_number_that_was_said_is_that_and_no_other(said, other):
    text = f"set a timer for {get_rbnf_engine('en').format_number(said).text} minutes"
    assert decide("start_timer", [Named((said,))], text) == "allowed"
    assert decide("start_timer", [Named((other,))], text) == ("allowed" if other == said else "refused")


@pytest.mark.parametrize(
    ("act", "text", "decision"),
    [
        ("close", "schließ bitte das Küchenlicht", "allowed"),
        ("turn_on", "mach das Küchenlicht an", "allowed"),
        ("turn_on", "kannst du bitte das Küchenlicht einschalten", "allowed"),
        ("turn_off", "schalte bitte das Küchenlicht aus", "allowed"),
        ("turn_on", "schalte bitte das Küchenlicht aus", "refused"),
        ("turn_on", "in der Küche ist es dunkel", "asked"),
        ("turn_on", "ist das Küchenlicht an", "refused"),
        ("turn_on", "wann hast du das Küchenlicht eingeschaltet", "refused"),
        ("turn_on", "wenn es regnet, schalte das Küchenlicht ein", "asked"),
        ("turn_on", "mach das Küchenlicht nicht an", "refused"),
        ("turn_on", "mach alle Lichter an außer dem Küchenlicht", "refused"),
        ("turn_on", "mach die Küchenlichter an", "allowed"),
    ],
)
def test_german(act, text, decision):
    assert decide(act, [LIGHT_DE], text, "de") == decision


def test_what_has_no_name_is_not_named():
    for names in ((), ("",), ("💡",), ("!?",)):
        assert decide("turn_on", [Named(names)], "please turn on the light for me") == "refused"


def test_without_words_of_a_language_every_act_is_asked_back():
    wish = Wish(Understanding("Anything"), "turn_on", (KITCHEN,))
    assert judge(wish, "turn on the kitchen light", ActWords()).decision == "asked"
    assert (
        judge(wish, "don't turn on the kitchen light", replace(words("en"), negations=frozenset())).decision == "asked"
    )


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "acts.yaml").write_text("acts: {wishes: {turn_on: 5}}")
    with pytest.raises(IntentsInvalid, match=r"acts\.yaml"):
        load_acts(tmp_path, "en")


def test_somebodys_own_folder_needs_no_words(tmp_path):
    assert load_acts(tmp_path, "en") == ActWords(counting=load_numbers(tmp_path, "en"))
