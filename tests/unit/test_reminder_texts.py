"""What a reminder is of, where it stands beside a time: nothing is cut in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit import test_german, test_skills
from tests.unit.test_german import GERMAN, SPEECH
from tests.unit.test_skills import NOW, Kept
from voiced.core.speech import number_words
from voiced.skills.reminders import RemindersSkill
from voiced.turn.rules import Rules

IN_ENGLISH = RemindersSkill(Kept(), lambda: NOW)
IN_GERMAN = RemindersSkill(Kept(), lambda: NOW, SPEECH, GERMAN)


def text_of(sentence: str, rules: Rules, reminders: RemindersSkill) -> str | None:
    """What the skill is to remind of; None if the sentence is not for it."""
    understood = rules.understand(sentence)
    meant = understood is not None and understood.intent == "VoicedRemind" and reminders.takes(understood)
    return str(understood.slots["text"]) if meant else None


def german(said: str) -> str | None:
    return text_of(f"erinnere mich {said}", test_german.RULES, IN_GERMAN)


@pytest.mark.parametrize(
    "said",
    [
        "um 25 Uhr an Tee",
        "um 100 an Tee",
        "um 110 an Tee",
        "um 110 Uhr an Tee",
        "um dreißig an Tee",
        "um 18:75 an Tee",
        "um fünf Uhr 75 an Tee",
        "um sieben hundert an Tee",
        "um siebenan den Tee",
        "um sieben zwei Tabletten zu nehmen",
        "daran um sieben sechs Tabletten zu nehmen",
        "morgen um zehnmal Tee",
    ],
)
def test_a_time_that_is_none_is_not_cut_in_two(said):
    assert german(said) is None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("um sieben dreimal zu gießen", "dreimal zu gießen"),
        ("um sieben daran, 3 Eier zu kochen", "3 Eier zu kochen"),
        ("daran 3 Eier zu kochen um sieben", "3 Eier zu kochen"),
        ("um sieben, eine Flasche Milch zu kaufen", "eine Flasche Milch zu kaufen"),
    ],
)
def test_a_number_that_is_not_of_the_time_belongs_to_the_text(said, text):
    assert german(said) == text


def numbers(language: str) -> st.SearchStrategy[str]:
    """As they are said, and as they are written; more than there are hours or minutes."""
    return st.integers(0, 130).flatmap(lambda value: st.sampled_from([str(value), number_words(value, language)]))


def times(language: str, word: str) -> st.SearchStrategy[str]:
    """Times of day, and what is none."""
    between = st.sampled_from(["", " ", ":", ".", f" {word} "])
    return st.builds("{}{}{}".format, numbers(language), between, st.just("") | numbers(language))


@given(times("de", "Uhr"), st.booleans())
def test_a_german_text_never_begins_within_a_word_or_a_time(time, first):
    said = german(f"um {time} an den Tee" if first else f"an den Tee um {time}")
    assert said in (None, "an den Tee")


@given(times("en", "o'clock"), st.sampled_from(["", " "]), st.booleans())
def test_an_english_text_never_begins_within_a_word_or_a_time(time, space, first):
    said = f"remind me at {time}{space}to buy milk" if first else f"remind me to buy milk{space}at {time}"
    assert text_of(said, test_skills.RULES, IN_ENGLISH) in (None, "buy milk")
