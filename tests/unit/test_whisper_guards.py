"""What Whisper is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from voiced.core.home_names import HomeNames
from voiced.core.intents import load_intents
from voiced.engines.whisper_guards import audio_context, believable, confidence, most_tokens, repeats
from voiced.engines.whisper_prompt import HOME_WORDS, MOST_WORDS, prompt


@given(st.integers(0, 40 * 16_000))
def test_the_window_holds_the_sound(samples: int) -> None:
    window = audio_context(samples, 1500)
    assert 256 <= window <= 1500
    assert window == 1500 or (window % 64 == 0 and window >= samples / 320)


@pytest.mark.parametrize(("seconds", "window"), [(0.5, 256), (4.0, 256), (5.0, 320), (10.0, 576), (29.0, 1500)])
def test_the_window_grows_with_the_sound(seconds: float, window: int) -> None:
    assert audio_context(round(seconds * 16_000), 1500) == window


def test_more_sound_holds_more_tokens() -> None:
    assert most_tokens(0.3) < most_tokens(3) < most_tokens(300) == 200


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("no no no", False),
        ("no no no no", True),
        ("so it is so it is so it is so it is", True),
        ("turn on the light in the kitchen and turn off the light in the hall", False),
        ("my number is five five five one two three four", False),
        ("thank you for watching " * 9, True),
    ],
)
def test_repetition_is_noticed(text: str, again: bool) -> None:  # noqa: FBT001 (an expectation)
    assert repeats(text) is again


def test_confidence_is_the_mean_of_what_the_tokens_are_worth() -> None:
    assert confidence([]) == confidence([0.5, 0.0]) == 0.0
    assert confidence([0.25, 1.0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "sure", "speech_s", "said"),
    [
        ("stop", 0.9, 0.2, True),
        ("set a timer for five minutes", 0.8, 1.4, True),
        ("", 0.9, 1.0, False),
        ("thank you", 0.3, 1.0, False),
        ("thanks for watching and do not forget to subscribe", 0.9, 0.3, False),
        ("pizza tea coffee eggs pasta rice bread", 0.9, 3.0, False),
        ("coffee eggs pasta rice bread cake", 0.9, 3.0, False),
        ("pizza", 0.9, 0.5, True),
    ],
)
def test_what_is_believed(text: str, sure: float, speech_s: float, said: bool) -> None:  # noqa: FBT001 (the same)
    told = "pizza, tea, coffee, eggs, pasta, rice, bread, cake"
    assert believable(text, sure, speech_s, told) is said


def test_the_words_of_the_prompt_are_the_templates_own_and_few() -> None:
    words = prompt(load_intents(ROOT / "tests" / "intents" / "coffee", "en")).split(", ")
    assert len(words) == len(set(words)) == MOST_WORDS
    assert {"cappuccino", "espresso", "americano"} <= set(words)


def test_the_names_of_the_home_come_first_and_leave_room_for_others() -> None:
    names = HomeNames({"light": ["Schnitzelmann", "Lamp"], "cover": ["Roborock"]}, ["Conservatory"])
    intents = load_intents(ROOT / "tests" / "intents" / "coffee", "en")
    words = prompt(intents, names).split(", ")
    assert words[:4] == ["conservatory", "schnitzelmann", "roborock", "lamp"]
    assert "espresso" in words
    many = HomeNames({"light": [f"{letter}{other}lamp" for letter in "abcdefgh" for other in "abcdefgh"]})
    words = prompt(intents, many).split(", ")
    assert len([word for word in words if word.endswith("lamp")]) == HOME_WORDS
    assert len(words) == MOST_WORDS
