"""Playbooks for the ear while voiced speaks; see `playbook.py` for the letters."""

from collections.abc import Iterator

import pytest

from tests.unit.playbook import (
    Eating,
    World,
    chunks,
    frame,
    hear,
    kinds,
    letters_of,
    sent,
    utterances,
)
from voiced.core.types import FRAME_SAMPLES, RATE, EndReason, Frame, Purpose


def test_while_voiced_speaks_and_a_moment_longer_its_echo_is_not_listened_to() -> None:
    assert hear("." * 20 + "s" * 50 + "." * 60, Eating(speaking=(5, 65))) == []


def test_stop_is_heard_while_voiced_speaks() -> None:
    signals = hear("." * 20 + "s" * 12 + "." * 60, World(speaking=(5, 60)))
    assert kinds(signals) == ["SpeechStarted", "SpeechChunk", "Utterance"]
    assert {part.purpose for part in chunks(signals)} == {Purpose.INTERRUPTION}
    (utterance,) = utterances(signals)
    assert utterance.purpose is Purpose.INTERRUPTION
    assert utterance.end - utterance.speech_end <= 0.35 * RATE


class TalkedOver(World):
    """The canceller tells of a talker from the third frame of speech on, until it pauses."""

    def frames(self, script: str) -> Iterator[Frame | None]:
        for number, each in enumerate(super().frames(script)):
            talker = script[max(0, number - 2) : number + 1] == "sss"
            yield each and Frame(each.samples, each.start, each.samples, talker=talker)


def test_who_talks_over_voiced_is_told_of_at_once_and_heard_from_the_first_word_on() -> None:
    signals = hear("." * 20 + "s" * 12 + "." * 30 + "s" * 12 + "." * 30, TalkedOver(speaking=(5, 110)))
    assert kinds(signals) == ["TalkedOver", "SpeechStarted", "SpeechChunk", "Utterance"] * 2
    assert [signal.at for signal in signals if signal and type(signal).__name__ == "TalkedOver"] == [
        pytest.approx(23 * FRAME_SAMPLES / RATE),
        pytest.approx(65 * FRAME_SAMPLES / RATE),
    ]
    first = utterances(signals)[0].turn
    parts = [part for part in chunks(signals) if part.turn == first]
    assert letters_of(b"".join(part.samples for part in parts), parts[0].start).count("s") == 12


def test_where_the_canceller_knows_of_no_talker_nobody_is_listened_to() -> None:
    script = "." * 20 + "s." * 20 + "." * 20
    assert hear(script, TalkedOver(speaking=(5, 80))) == []


class Left(World):
    """What is left of the echo sounds like speech all the time; somebody talks in some frames of it."""

    def __init__(self, *talks: int) -> None:
        super().__init__(speaking=(5, 110))
        self._talks = talks

    def frames(self, script: str) -> Iterator[Frame | None]:
        for number, each in enumerate(super().frames(script)):
            yield each and Frame(each.samples, each.start, each.samples, talker=number in self._talks)


def test_who_talks_over_voiced_is_heard_though_the_rest_of_the_echo_sounds_like_speech_before() -> None:
    signals = hear("." * 10 + "s" * 40 + "." * 30, Left(*range(40, 50)))
    assert kinds(signals) == ["TalkedOver", "SpeechStarted", "SpeechChunk", "Utterance"]
    assert 10 < sent(signals).count("s") < 22, "hardly more than what was said"


def test_a_word_that_the_canceller_tells_of_twice_is_heard_from_its_beginning() -> None:
    signals = hear("." * 28 + "s." + "s" * 10 + "." * 30, Left(28, *range(34, 40)))
    assert sent(signals).lstrip(".").startswith("s.ssssssssss")


def test_after_the_wake_word_nobody_talks_over_voiced() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "s" * 20 + "." * 60, TalkedOver(speaking=(5, 32)))
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]


def test_voiced_speaking_with_nobody_else_tells_nothing() -> None:
    assert hear("." * 100, World(speaking=(5, 60))) == []


def test_endless_talk_over_voiced_is_one_utterance() -> None:
    signals = hear("." * 20 + "s" * 200, World(speaking=(5, 220)))
    (utterance,) = utterances(signals)
    assert utterance.reason is EndReason.MAXIMUM


def test_a_wake_word_ends_an_interruption() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "." * 10 + "s" * 20 + "." * 60, World(speaking=(5, 32)))
    assert [utterance.purpose for utterance in utterances(signals)] == [Purpose.COMMAND]


class Cancelled(TalkedOver):
    """The canceller leaves nothing at all."""

    def frames(self, script: str) -> Iterator[Frame | None]:
        for each in super().frames(script):
            nothing = each and frame(".", each.start).samples
            yield each and Frame(each.samples, each.start, each.linear, nothing, talker=each.talker)


def test_stop_is_heard_though_the_canceller_takes_it_with_the_echo() -> None:
    signals = hear("." * 20 + "s" * 12 + "." * 40, Cancelled(speaking=(5, 60)))
    assert kinds(signals) == ["TalkedOver", "SpeechStarted", "SpeechChunk", "Utterance"]
    assert sent(signals).count("s") == 12


class Replaced(World):
    """What the canceller leaves is known from what it was given."""

    def frames(self, script: str) -> Iterator[Frame | None]:
        for letter, each in zip(script, super().frames(script), strict=True):
            left = each and frame("e" if letter == "s" else letter, each.start).samples
            yield each and Frame(each.samples, each.start, each.samples, left)


@pytest.mark.parametrize("pause", [0, 1, 4, 12])
def test_a_command_is_heard_through_the_canceller_from_the_wake_word_on(pause: int) -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "." * pause + "s" * 30 + "." * 160, Replaced(speaking=(5, 90)))
    assert "e" * 30 in sent(signals)
    assert "s" not in sent(signals)


def test_what_the_canceller_takes_belongs_to_no_command() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "s" * 20 + "." * 160, Cancelled(speaking=(5, 60)))
    assert utterances(signals)[0].reason is EndReason.NOTHING_SAID
