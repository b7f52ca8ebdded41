"""Written sentences become the words of a transcript."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.wording import transcript_words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Turn on the light.", "turn on the light"),
        (" “Stop!” ", "stop"),
        ("It’s 7:05, isn't it?", "it's 7:05 isn't it"),
        ("Set it to 20%, or 2.5 °C.", "set it to 20% or 2.5 °c"),
        ("Twenty-five minutes… please", "twenty-five minutes please"),
        ("Make it -5 degrees", "make it -5 degrees"),
        ("Wake me at 7 a.m.", "wake me at 7 a.m"),
        ("[BLANK_AUDIO]", ""),
        ("(music) ♪ *laughs* Hello", "hello"),
        ("...", ""),
        ("Être à l'heure", "être à l'heure"),
    ],
)
def test_a_sentence_becomes_its_words(written, words):
    assert transcript_words(written) == words


@given(st.text())
def test_words_stay_what_they_are(text):
    words = transcript_words(text)
    assert words == words.strip() == words.lower()
    assert "  " not in words
    assert transcript_words(words) == words or any(sign in text for sign in "[]()*")
