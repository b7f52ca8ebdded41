"""Turns, from what the ear hears to what is said, on a clock that jumps."""

import asyncio

import pytest

from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import Play, asks, does, names, play, says_nothing, speaks, wakes
from voiced.core.commands import Answered, Ask, Ring, Say, Stop
from voiced.core.errors import AudioFailed, VoicedError
from voiced.core.events import Failed, Heard, Interrupted, NotUnderstood, Speaking, Spoken, StateChanged, TurnEnded
from voiced.core.types import Clip, EndReason, Purpose

WHOLE_TURN = ["woke", "speech_started", "heard", "routed", "speaking", "spoken", "turn_ended"]


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_spoken_question_gets_a_spoken_answer():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"))
    assert names(events) == WHOLE_TURN
    assert only(events, Spoken)[0].text == "it is noon"
    assert only(events, Spoken)[0].complete
    assert only(events, Heard)[0].ended_by is EndReason.COMPLETE


def test_the_timeline_counts_from_the_end_of_speech():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"))
    marks = only(events, TurnEnded)[0].timeline
    assert marks.woke == pytest.approx(-1.3)
    assert marks.speech_started == pytest.approx(-1.0)
    assert marks.endpoint == pytest.approx(0.2)
    assert marks.endpoint <= marks.transcribed <= marks.routed <= marks.answered <= marks.first_audio
    assert marks.spoken == pytest.approx(marks.first_audio + 0.05 * len("it is noon"), abs=0.05)


def test_the_states_are_those_of_home_assistant():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"))
    assert [event.state for event in only(events, StateChanged)] == ["listening", "processing", "responding", "idle"]


def test_nothing_said_ends_the_turn():
    events = play(wakes(0.5), says_nothing(4.5))
    assert names(events) == ["woke", "not_understood", "turn_ended"]


def test_what_is_no_command_is_not_understood():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt(""))
    assert names(events) == ["woke", "speech_started", "not_understood", "turn_ended"]


def test_a_sentence_nobody_answers_is_not_understood():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("open the pod bay doors"))
    assert names(events) == ["woke", "speech_started", "heard", "not_understood", "turn_ended"]


def test_the_wake_word_interrupts_the_answer():
    long = "say " + "word " * 20
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        wakes(3.0, "b"),
        speaks(3.3, 4.0, "b"),
        stt=ScriptedStt(long, "say yes"),
    )
    assert names(events) == [
        *WHOLE_TURN[:5],
        "spoken",
        "interrupted",
        "turn_ended",
        *WHOLE_TURN,
    ]
    cut = only(events, Spoken)[0]
    assert not cut.complete
    assert 0 < len(cut.text.split()) < 20
    assert only(events, Interrupted)[0].by == "hey_jarvis"


def test_the_speaker_is_silent_before_the_next_turn_begins():
    async def run():
        playing = Play(ScriptedStt("say " + "word " * 20, "say yes"), length=10)
        await playing.run([wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(3.0, "b"), says_nothing(3.5, "b")], 10)
        return playing

    playing = asyncio.run(run())
    spoken = [event.at for event in playing.events if isinstance(event, Spoken)]
    assert spoken[0] == pytest.approx(3.0, abs=0.04)
    assert playing.tts.open == 0, "a synthesis was left running"


def test_a_bare_stop_interrupts_the_answer():
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        speaks(3.0, 3.4, "x", Purpose.INTERRUPTION),
        stt=ScriptedStt("say " + "word " * 20, "stop"),
    )
    assert names(events)[-3:] == ["spoken", "interrupted", "turn_ended"]
    assert only(events, Interrupted)[0].by == "stop"


def test_other_speech_does_not_interrupt():
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        speaks(3.0, 3.4, "x", Purpose.INTERRUPTION),
        stt=ScriptedStt("say " + "word " * 20, ""),
    )
    assert names(events) == WHOLE_TURN


def test_its_own_words_do_not_interrupt():
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        speaks(2.5, 2.9, "x", Purpose.INTERRUPTION),
        stt=ScriptedStt("say you can stop me at any time by saying stop", "stop"),
    )
    assert names(events) == WHOLE_TURN


def test_a_second_wake_word_starts_over():
    events = play(
        wakes(0.5, "a"),
        wakes(1.5, "b"),
        speaks(2.0, 3.0, "b"),
        stt=ScriptedStt("say yes"),
    )
    assert names(events) == ["woke", "interrupted", "turn_ended", *WHOLE_TURN]


def test_speech_of_a_turn_that_is_over_is_dropped():
    events = play(wakes(0.5, "a"), says_nothing(1.0, "a"), speaks(2.0, 3.0, "a"), stt=ScriptedStt("say yes"))
    assert names(events) == ["woke", "not_understood", "turn_ended"]


@pytest.mark.parametrize(("script", "code"), [(ScriptedStt.FAIL, "stt-failed"), ("say unspeakable", "tts-failed")])
def test_an_engine_error_is_told_and_the_next_turn_works(script, code):
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        wakes(8.0, "b"),
        speaks(8.3, 9.3, "b"),
        stt=ScriptedStt(script, "say fine"),
    )
    assert [event.code for event in only(events, Failed)] == [code]
    assert any(event.text.startswith("Sorry") for event in only(events, Speaking))
    assert names(events)[-len(WHOLE_TURN) :] == WHOLE_TURN


def test_a_fault_in_a_skill_ends_its_turn_alone(caplog):
    events = play(
        wakes(0.5, "a"),
        speaks(0.8, 1.8, "a"),
        wakes(8.0, "b"),
        speaks(8.3, 9.3, "b"),
        stt=ScriptedStt("crash", "say fine"),
    )
    assert [event.code for event in only(events, Failed)] == ["internal"]
    assert names(events)[-len(WHOLE_TURN) :] == WHOLE_TURN
    assert "ZeroDivisionError" in caplog.text


def test_speech_that_starts_again_takes_back_what_was_taken_for_speech():
    tail = speaks(0.6, 0.9)[:2]
    stt = ScriptedStt("", "say it is noon")
    events = play(wakes(0.5), tail, speaks(1.5, 2.5), stt=stt)
    assert names(events) == ["woke", "speech_started", *WHOLE_TURN[1:]]
    assert [samples for _, samples in stt.heard] == [4_800, 16_000]
    assert only(events, TurnEnded)[0].timeline.speech_started == pytest.approx(-1.0)


def test_long_speech_reaches_the_recogniser_whole():
    stt = ScriptedStt("say fine")
    play(wakes(0.5), speaks(1.0, 16.0, reason=EndReason.MAXIMUM), stt=stt)
    assert stt.heard == [(Purpose.COMMAND, 15 * 16_000)]


def ask_and_wait(script, *wishes, texts=()):
    """Plays a script with futures, and returns the events and what the futures got."""

    async def run():
        loop = asyncio.get_running_loop()
        made = [(at, kind, text, loop.create_future()) for at, kind, text in wishes]
        playing = Play(ScriptedStt(*texts), length=12)
        lines = [does(at, kind(text, done=future)) for at, kind, text, future in made]
        events = await playing.run([*script, *lines], 12)
        await asyncio.gather(*(future for *_, future in made), return_exceptions=True)
        told = [future.exception() or future.result() for *_, future in made]
        return events, [each.text if isinstance(each, Answered) else each for each in told]

    return asyncio.run(run())


def test_a_question_in_writing_is_answered():
    events, answers = ask_and_wait([], (0.5, Ask, "say it is noon"))
    assert answers == ["it is noon"]
    assert names(events) == ["routed", "speaking", "spoken", "turn_ended"]


def test_a_silent_question_makes_no_sound():
    events = play(asks(0.5, "say it is noon", aloud=False))
    assert names(events) == ["routed", "turn_ended"]


def test_questions_wait_for_the_turn_in_progress():
    events, answers = ask_and_wait([], (0.5, Ask, "say one two three"), (0.6, Ask, "say four"), (0.7, Say, "five"))
    assert answers == ["one two three", "four", "five"]
    assert [event.text for event in only(events, Spoken)] == ["one two three", "four", "five"]


def test_stop_ends_one_ring_and_not_the_next():
    sound = Clip(b"\0\0" * 2_205, 22_050)
    events = play(
        does(0.5, Ring("Your egg timer is done.", sound)),
        does(0.6, Ring("Your tea timer is done.", sound)),
        does(3.0, Stop("control")),
        until=8,
    )
    spoken = [event.text for event in only(events, Speaking)]
    assert spoken[0] == "Your egg timer is done."
    assert spoken[-1] == "Your tea timer is done."


def test_no_ring_is_lost_among_many_questions():
    sound = Clip(b"\0\0" * 2_205, 22_050)
    asked = [asks(0.5, f"say {number}", aloud=False) for number in range(40)]
    events = play(*asked, does(0.5, Ring("Your egg timer is done.", sound)), until=5)
    assert "Your egg timer is done." in [event.text for event in only(events, Speaking)]


def test_a_ring_gives_way_to_a_question_in_writing():
    events, answers = ask_and_wait([does(0.2, Ring("Done.", Clip(b"\0\0" * 22_050, 22_050)))], (3.0, Ask, "say it"))
    assert answers == ["it"]
    assert only(events, Interrupted)[0].by == "a question"
    assert [event.text for event in only(events, Speaking)][-1] == "Done.", "and it rings on"


def test_a_silent_question_is_answered_beside_a_ring():
    events = play(does(0.2, Ring("Done.", Clip(b"\0\0" * 22_050, 22_050))), asks(3.0, "say it", aloud=False), until=6)
    assert "routed" in names(events)
    assert not [event for event in only(events, Interrupted) if event.at < 5.9]


def test_a_speaker_that_fails_does_not_end_the_turn(caplog):
    async def run():
        playing = Play(ScriptedStt(""), length=4)
        playing.audio.play = refuse
        return await playing.run([wakes(0.5), speaks(1.0, 2.0)], 4)

    async def refuse(*_):
        raise AudioFailed("there is no speaker")

    events = asyncio.run(run())
    assert names(events)[:3] == ["woke", "speech_started", "not_understood"]
    assert names(events)[-1] == "turn_ended"
    assert "never retrieved" not in caplog.text


def test_stop_drops_what_waits():
    _, answers = ask_and_wait(
        [does(0.8, Stop("control"))], (0.5, Ask, "say one two three four five six"), (0.6, Ask, "say four")
    )
    assert [answer.code for answer in answers if isinstance(answer, VoicedError)] == ["stopped", "stopped"]


def test_too_many_questions_are_refused():
    _, answers = ask_and_wait([], *[(0.5, Ask, "say one")] * 20)
    codes = [answer.code for answer in answers if isinstance(answer, VoicedError)]
    assert codes == ["busy"] * 3


def test_the_wake_word_stops_a_ring():
    events = play(
        does(0.5, Ring("Your timer is done.", Clip(b"\0\0" * 22_050, 22_050))), wakes(5.0), says_nothing(6.0), until=9
    )
    assert names(events).count("interrupted") == 1
    assert not [event for event in only(events, Speaking) if event.at > 6]


def test_a_bare_stop_can_be_said_at_any_moment_of_a_ring():
    async def run():
        playing = Play(ScriptedStt(), length=8)
        heard = []
        ask = playing.controls.speaking
        steps = playing.audio.frames

        def frames():
            for frame in steps():
                heard.append((frame.start / 16_000, ask()))
                yield frame

        playing.audio.frames = frames
        await playing.run([does(0.5, Ring("Your timer is done.", Clip(b"\0\0" * 22_050, 22_050)))], 8)
        return heard

    heard = asyncio.run(run())
    assert all(speaking for at, speaking in heard if 0.6 < at < 7.9)
    assert not any(speaking for at, speaking in heard if at < 0.4)


def test_a_ring_goes_on_until_it_is_stopped():
    events = play(does(0.5, Ring("Your timer is done.", Clip(b"\0\0" * 22_050, 22_050))), until=15)
    assert len(only(events, Speaking)) >= 3


def test_not_understood_says_why():
    events = play(wakes(0.5), says_nothing(4.5))
    assert only(events, NotUnderstood)[0].reason == "nothing was said"


def kept(*script, stt=None, full=False, until=12):
    """The messages that a script leaves, and its events."""

    async def run():
        playing = Play(stt or ScriptedStt(), length=until)
        playing.heap.full = full
        events = await playing.run(script, until)
        await playing.parts.record.settled()
        return playing.heap.messages, events

    return asyncio.run(run())


def sides(messages):
    return [(message.role, message.content, message.channel) for message in messages]


def test_both_sides_of_a_spoken_turn_are_kept():
    messages, events = kept(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"))
    assert sides(messages) == [("user", "say it is noon", "voice"), ("assistant", "it is noon", "voice")]
    question, answer = messages
    assert question.turn == answer.turn == "turn"
    assert answer.tier == "rules"
    assert answer.metadata["intent"] == "answer"
    assert answer.metadata["slots"] == {"text": "it is noon"}
    assert answer.metadata["confidence"] == 0.9
    assert [each["tier"] for each in answer.metadata["considered"]] == ["rules"]
    assert answer.metadata["timeline"]["first_audio"] == only(events, TurnEnded)[0].timeline.first_audio
    assert answer.spoken is None
    assert answer.latency_ms == pytest.approx(only(events, TurnEnded)[0].timeline.first_audio * 1000, abs=1)


def test_of_an_answer_that_was_cut_short_what_was_really_spoken_is_kept():
    long = "word " * 20
    messages, events = kept(
        wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(3.0, "b"), says_nothing(3.5, "b"), stt=ScriptedStt(f"say {long}")
    )
    assert [message.role for message in messages] == ["user", "assistant"]
    assert messages[1].content == long.strip()
    assert messages[1].spoken == only(events, Spoken)[0].text


def test_both_sides_are_kept_before_a_question_in_writing_is_answered():
    async def run():
        loop = asyncio.get_running_loop()
        playing, done, held = Play(ScriptedStt(), length=5), loop.create_future(), []
        done.add_done_callback(lambda _: held.extend(playing.heap.messages))
        await playing.run([does(0.5, Ask("say yes", done=done, aloud=False))], 5)
        return held

    assert sides(asyncio.run(run())) == [("user", "say yes", "text"), ("assistant", "yes", "text")]


def test_what_nobody_could_answer_is_kept_with_an_empty_answer():
    messages, _ = kept(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("open the pod bay doors"))
    assert sides(messages) == [("user", "open the pod bay doors", "voice"), ("assistant", "", "voice")]
    assert messages[1].tier == "none"


def test_a_turn_in_which_nobody_says_anything_leaves_no_trace():
    assert kept(wakes(0.5), says_nothing(4.5))[0] == []


def test_an_apology_is_kept_as_the_answer(caplog):
    messages, _ = kept(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("crash"))
    assert sides(messages) == [("user", "crash", "voice"), ("assistant", "Sorry, something went wrong.", "voice")]
    assert "ZeroDivisionError" in caplog.text


def test_announcements_are_kept_without_a_question():
    messages, _ = kept(does(0.5, Say("dinner is ready")))
    assert sides(messages) == [("assistant", "dinner is ready", "text")]
    assert messages[0].mode == "announcement"


def test_turns_go_on_while_nothing_can_be_kept():
    messages, events = kept(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon"), full=True)
    assert messages == []
    assert names(events) == WHOLE_TURN
