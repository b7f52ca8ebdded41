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
        (" 'Stop'", "stop"),
        ("It’s 7:05, isn't it?", "it's 7:05 isn't it"),
        (" Wake me up at 7 o'clock…", "wake me up at 7 o'clock"),
        (" Set the volume to 50%.", "set the volume to 50 percent"),
        ("Set it to 20 %, or 2.5 °C.", "set it to 20 percent or 2.5 °c"),
        (" 2.5 hours; or 1,000 seconds", "2.5 hours or 1000 seconds"),
        ("Twenty-five minutes… please", "twenty five minutes please"),
        ("…five minutes--please", "five minutes please"),
        ("five minutes--5, please", "five minutes 5 please"),
        (" Set a 10-minute timer, please!", "set a 10 minute timer please"),
        ("Set a timer for 5-minutes.", "set a timer for 5 minutes"),
        ("Wake me at half-past seven.", "wake me at half past seven"),
        ("10-20", "10 20"),
        ("Make it -5 degrees", "make it -5 degrees"),
        ("“-5 degrees”", "-5 degrees"),
        ("\N{MINUS SIGN}5 - 3", "-5 3"),
        (" Set an alarm for 7:30 a.m.", "set an alarm for 7:30 am"),
        ("[BLANK_AUDIO]", ""),
        (" (upbeat music)", ""),
        ("(music) ♪ *laughs* Hello", "hello"),
        (">> Hello", "hello"),
        ("...", ""),
        ("+ /", ""),
        ("Être à l'heure", "être à l'heure"),
    ],
)
def test_a_sentence_becomes_its_words(written, words):
    assert transcript_words(written, "en") == words


def test_in_another_language_the_percent_sign_stays():
    assert transcript_words("Lautstärke auf 50 %.", "de") == "lautstärke auf 50 %"


@given(st.text() | st.text("ab1 -'.,:%[(*\"\N{MINUS SIGN}"), st.sampled_from(["en", "de"]))
def test_words_stay_what_they_are(text, language):
    words = transcript_words(text, language)
    assert words == words.strip() == words.lower()
    assert "  " not in words
    assert not set(words) & set('!?;"“”[]()')
    assert transcript_words(words, language) == words
