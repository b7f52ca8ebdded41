"""Playbooks for the ear; see `playbook.py` for the letters."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.unit.playbook import (
    LATE,
    LETTERS,
    WAKE,
    Eating,
    World,
    chunks,
    frame,
    hear,
    kinds,
    sent,
    utterances,
)
from voiced.core.attention import Attention
from voiced.core.config import EndpointConfig
from voiced.core.events import NearMiss, SpeechStarted, Woke
from voiced.core.types import FRAME_SAMPLES, RATE, Completeness, EndReason, Frame, Purpose
from voiced.ear.listen import new_turn
from voiced.turn.controls import EarControls


def test_a_command_after_a_pause() -> None:
    signals = hear(WAKE + "s" * 30 + "." * 60)
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    (utterance,) = utterances(signals)
    assert utterance.reason is EndReason.SILENCE
    assert utterance.speech_end == 70 * FRAME_SAMPLES
    assert utterance.end - utterance.speech_end == pytest.approx(EndpointConfig().unknown_s * RATE, abs=FRAME_SAMPLES)
    assert "s" * 30 in sent(signals)
    assert not set(sent(signals)) & set("wW")


def test_a_command_without_a_pause() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "s" * 30 + "." * 60)
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    # Sound of one loudness has no quietest moment: the expected end, the frame of the recognition, is taken.
    assert sent(signals).lstrip("w").startswith("s" * 30)


def test_the_quiet_moment_between_the_words_is_found() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + ".s" + "s" * 30 + "." * 60)
    assert sent(signals).lstrip(".").startswith("s" * 31)


def test_chunks_follow_each_other_without_a_gap() -> None:
    parts = chunks(hear(WAKE + "s" * 10 + "..." + "s" * 10 + "." * 60))
    for before, after in pairwise(parts):
        assert after.start == before.start + len(before.samples) // 2


@pytest.mark.parametrize(
    ("known", "silence", "reason"),
    [
        (Completeness.COMPLETE, 0.19, EndReason.COMPLETE),
        (Completeness.SETTLED, 0.22, EndReason.COMPLETE),
        (Completeness.EXTENSIBLE, 0.35, EndReason.COMPLETE),
        (Completeness.UNFINISHED, 0.7, EndReason.SILENCE),
        (Completeness.UNKNOWN, 0.6, EndReason.SILENCE),
    ],
)
def test_the_more_complete_the_sooner_it_ends(known: Completeness, silence: float, reason: EndReason) -> None:
    config = EndpointConfig(complete_s=0.19, settled_s=0.22, extensible_s=0.35, unknown_s=0.6, unfinished_s=0.7)
    world = World(known)
    (utterance,) = utterances(hear(WAKE + "s" * 20 + "." * 60, world, config))
    assert utterance.reason is reason
    assert 0 <= utterance.end - utterance.speech_end - silence * RATE < FRAME_SAMPLES
    assert all(utterance.speech_end <= until <= utterance.end for until in world.asked)


def test_a_pause_in_a_command_does_not_end_it() -> None:
    signals = hear(WAKE + "s" * 20 + "." * 12 + "s" * 20 + "." * 60)
    assert len(utterances(signals)) == 1
    assert "s" * 20 + "." * 12 + "s" * 20 in sent(signals)


def test_a_flicker_of_the_detector_does_not_prolong_a_silence() -> None:
    (plain,) = utterances(hear(WAKE + "s" * 20 + "." * 60))
    (flicker,) = utterances(hear(WAKE + "s" * 20 + "." * 10 + "s" + "." * 60))
    assert plain.end == flicker.end


def test_a_click_is_no_speech() -> None:
    signals = hear(WAKE + "..s...ss...s" + "." * 160)
    assert kinds(signals) == ["Woke", "Utterance"]
    assert utterances(signals)[0].reason is EndReason.NOTHING_SAID


def test_the_wake_words_own_end_is_no_speech() -> None:
    signals = hear("." * 20 + "wwwwwwwwwWwwww" + "." * 160)
    assert kinds(signals) == ["Woke", "Utterance"]
    assert utterances(signals)[0].reason is EndReason.NOTHING_SAID


def test_a_long_end_of_the_wake_word_is_told_to_nobody() -> None:
    signals = hear("." * 20 + "wwwwwwwwwWwwwwwwwww" + "." * 30 + "s" * 30 + "." * 30)
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    assert "w" not in sent(signals)


def test_a_very_long_end_of_the_wake_word_is_taken_back() -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "w" * 14 + "." * 30 + "s" * 30 + "." * 30)
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "SpeechStarted", "SpeechChunk", "Utterance"]
    again = [at for at, signal in enumerate(signals) if isinstance(signal, SpeechStarted)][1]
    assert "w" not in sent(signals[again:])


def test_the_wake_words_end_alone_is_nothing_said() -> None:
    signals = hear("." * 20 + "wwwwwwwwwWwwwwwwwww" + "." * 160)
    assert utterances(signals)[0].reason is EndReason.NOTHING_SAID


@pytest.mark.parametrize("known", [known for known in Completeness if known.whole])
def test_a_short_command_right_after_the_wake_word_counts(known: Completeness) -> None:
    signals = hear("." * 20 + "wwwwwwwwwW" + "s" * 13 + "." * 60, World(known=known))
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    (utterance,) = utterances(signals)
    assert utterance.reason is EndReason.COMPLETE
    # It comes at once, when a silence followed already: what of it is speech is told with it.
    first = chunks(signals)[0]
    assert first.start < first.speech_end == utterance.speech_end < first.start + len(first.samples) // 2


def test_the_recogniser_is_told_where_the_last_speech_ended_by_the_configured_threshold() -> None:
    config = EndpointConfig(speech_threshold=0.95)
    assert chunks(hear(WAKE + "s" * 20 + "." * 60, config=config)) == []
    signals = hear(WAKE + "s" * 20 + "." * 10 + "s" * 20 + "." * 60)
    ends = [part.speech_end // FRAME_SAMPLES for part in chunks(signals)]
    assert [*dict.fromkeys(ends)] == [*range(43, 61), *range(72, 91)]
    assert ends.count(60) == 12
    assert ends[-1] * FRAME_SAMPLES == utterances(signals)[0].speech_end


def test_nothing_said_takes_four_seconds() -> None:
    (utterance,) = utterances(hear(WAKE + "." * 160))
    assert utterance.end - utterance.start == pytest.approx(4.0 * RATE, abs=FRAME_SAMPLES)


def test_the_longest_utterance() -> None:
    signals = hear(WAKE + "s" * 100, config=EndpointConfig(maximum_s=2.0))
    (utterance,) = utterances(signals)
    assert utterance.reason is EndReason.MAXIMUM
    assert utterance.end - utterance.start == pytest.approx(2.0 * RATE, abs=FRAME_SAMPLES)


def test_a_second_wake_word_begins_anew() -> None:
    signals = hear(WAKE + "s" * 30 + "wwwwwW" + "." * 10 + "s" * 20 + "." * 60)
    assert [signal.turn for signal in signals if isinstance(signal, Woke)] == ["t1", "t2"]
    assert [utterance.turn for utterance in utterances(signals)] == ["t2"]


def test_two_words_in_one_sound_wake_once() -> None:
    signals = hear("." * 20 + "wwwwwwwwwWv" + "." * 10 + "s" * 20 + "." * 60)
    assert kinds(signals).count("Woke") == 1


def test_any_of_several_words_wakes() -> None:
    signals = hear("." * 20 + "wwwwv" + "." * 10 + "s" * 20 + "." * 60 + WAKE)
    assert [signal.word for signal in signals if isinstance(signal, Woke)] == ["other", "wake"]


def test_a_near_miss_is_told_and_wakes_nobody() -> None:
    signals = hear("." * 20 + "m" + "." * 60)
    assert kinds(signals) == ["NearMiss"]
    assert isinstance(signals[0], NearMiss)
    assert signals[0].word == "wake"
    assert signals[0].score == pytest.approx(0.4)
    assert signals[0].threshold == pytest.approx(0.5)


def test_silence_tells_nothing() -> None:
    assert hear("." * 300) == []


def test_speech_without_a_wake_word_tells_nothing() -> None:
    assert hear("." * 20 + "s" * 100 + "." * 60) == []


def test_listening_on_demand_needs_no_wake_word() -> None:
    signals = hear("." * 30 + "s" * 20 + "." * 60, World(listen_at=10))
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    assert isinstance(signals[0], Woke)
    assert signals[0].word == ""


def test_on_demand_it_listens_as_long_as_it_is_told_to() -> None:
    started, over = hear("." * 200, World(listen_at=10, listen_s=2.0))
    assert over.reason is EndReason.NOTHING_SAID
    assert over.end / RATE - started.at == pytest.approx(2.0, abs=0.04)


def test_it_does_not_listen_later_to_what_it_was_to_listen_to_while_there_was_no_sound() -> None:
    controls = EarControls()
    controls.listen(5.0)
    assert [signal for signal in hear("-" * 4 + "." * 20 + "s" * 20 + "." * 60, controls=controls) if signal] == []


def test_a_short_gap_takes_back_nothing() -> None:
    controls = EarControls()
    controls.listen(5.0)
    assert kinds([signal for signal in hear("-" * 3 + "." * 20, controls=controls) if signal])[0] == "Woke"


def test_a_wake_word_makes_one_turn_though_listening_was_asked_for_too() -> None:
    signals = hear(WAKE + "s" * 20 + "." * 60, World(listen_at=WAKE.index("W")))
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]


DEAF = Attention(wake_word=False)


@pytest.mark.parametrize("script", [WAKE + "s" * 30, "." * 20 + "v" + "s" * 30, "." * 20 + "r" + "s" * 30])
def test_a_wake_word_that_is_off_wakes_nobody(script: str) -> None:
    assert hear(script + "." * 60, World(attention=DEAF)) == []


def test_without_its_wake_word_it_listens_if_it_is_asked_to_and_hears_stop() -> None:
    asked = hear(WAKE + "s" * 30 + "." * 60, World(listen_at=len(WAKE) - 2, attention=DEAF))
    assert kinds(asked) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    (overheard,) = utterances(hear("." * 30 + "s" * 10 + "." * 60, World(speaking=(0, 100), attention=DEAF)))
    assert overheard.purpose is Purpose.INTERRUPTION


def test_a_wake_word_is_heard_again_as_soon_as_it_is_on() -> None:
    controls = EarControls()
    controls.attend(DEAF)

    class Later(World):
        def completeness(self, until: int) -> Completeness:
            controls.attend(Attention())
            return super().completeness(until)

    controls.listen()
    signals = hear("." * 20 + "s" * 20 + "." * 60 + WAKE + "s" * 20 + "." * 60, Later(), controls=controls)
    assert [signal.word for signal in signals if isinstance(signal, Woke)] == ["", "wake"]


def test_how_easily_a_wake_word_is_heard_changes_while_it_listens() -> None:
    script = "." * 20 + "m" + "." * 60
    assert kinds(hear(script)) == ["NearMiss"]
    assert kinds(hear(script, World(attention=Attention(sensitivity=100))))[0] == "Woke"


def test_an_earcon_is_no_speech_and_is_not_sent_on() -> None:
    script = WAKE[:-5] + "e" * 5 + "." * 3 + "s" * 20 + "." * 60
    begin = (len(WAKE) - 5) * FRAME_SAMPLES
    signals = hear(script, World(earcons=[(begin, begin + 5 * FRAME_SAMPLES)]))
    assert kinds(signals) == ["Woke", "SpeechStarted", "SpeechChunk", "Utterance"]
    started = next(signal for signal in signals if isinstance(signal, SpeechStarted))
    assert started.at == pytest.approx((len(WAKE) + 3) * FRAME_SAMPLES / RATE)
    assert "e" not in sent(signals)
    assert "s" * 20 in sent(signals)


def test_speech_over_an_earcon_is_left_whole() -> None:
    script = "." * 20 + "wwwwwwwwwW" + "." + "s" * 30 + "." * 60
    begin = 45 * FRAME_SAMPLES
    signals = hear(script, World(earcons=[(begin, begin + 5 * FRAME_SAMPLES)]))
    assert "s" * 30 in sent(signals)


def test_who_talks_on_after_the_wake_word_talks_through_the_earcon() -> None:
    script = "." * 20 + "wwwwwwwwwW" + "." + "s" * 30 + "." * 60
    begin = 36 * FRAME_SAMPLES
    signals = hear(script, World(earcons=[(begin, begin + 6 * FRAME_SAMPLES)]))
    assert "s" * 30 in sent(signals)


def test_an_earcon_brings_no_canceller_over_the_command() -> None:
    assert sent(hear(WAKE + "s" * 30 + "." * 60, Eating())).lstrip(".").startswith("s" * 30)


@pytest.mark.parametrize("world", [World(), World(speaking=(5, 60))])
def test_a_word_that_a_server_tells_of_late_loses_nothing_of_the_command(world: World) -> None:
    signals = hear("." * 20 + "w" * 10 + "s" * (LATE - 1) + "r" + "s" * 20 + "." * 60, world)
    assert [signal.word for signal in signals if isinstance(signal, Woke)] == ["remote"]
    assert [utterance.purpose for utterance in utterances(signals)][-1] is Purpose.COMMAND
    command = [part for part in chunks(signals) if part.purpose is Purpose.COMMAND]
    assert sent(command).lstrip("w").startswith("s" * (LATE - 1) + "r" + "s" * 20)


def test_a_vanished_microphone_ends_the_utterance() -> None:
    signals = hear(WAKE + "s" * 20 + "-" * 10)
    assert utterances(signals)[0].reason is EndReason.CLOSED
    assert signals.count(None) == 10


def test_a_moment_without_sound_changes_nothing() -> None:
    signals = hear(WAKE + "s" * 20 + "--" + "s" * 20 + "." * 60)
    assert [utterance.reason for utterance in utterances(signals)] == [EndReason.SILENCE]


@pytest.mark.parametrize("script", [WAKE, WAKE + "s" * 20, WAKE[:-9]])
def test_the_end_of_a_file_ends_the_utterance(script: str) -> None:
    (utterance,) = utterances(hear(script))
    assert utterance.reason is EndReason.CLOSED


def test_turn_ids_differ() -> None:
    assert len({new_turn() for _ in range(100)}) == 100


def test_the_scripts_letters_are_known() -> None:
    assert set(WAKE) <= set(LETTERS)


class Echoing(World):
    """From the 40th frame on voiced speaks, and is taken out."""

    def frames(self, script: str) -> Iterator[Frame | None]:
        for number, each in enumerate(super().frames(script)):
            assert each
            yield each if number < 40 else Frame(frame("s", 0).samples, each.start, each.samples)


def test_what_voiced_plays_is_not_for_the_recogniser_where_it_can_be_taken_out() -> None:
    script = WAKE + "s" * 30 + "." * 60
    echoing, plain = hear(script, Echoing(speaking=(40, 200))), hear(script, World(speaking=(40, 200)))
    assert kinds(echoing) == kinds(plain)
    assert sent(echoing) == sent(plain)
    assert utterances(echoing) == utterances(plain)
