"""Turns as their events tell them, and the stages that they went through."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import asks, play, says_nothing, speaks, wakes
from voiced.core.events import AnyEvent, SpeechStarted, StateChanged
from voiced.core.stages import STAGES, stages
from voiced.core.stories import MOST, Stories, Story
from voiced.core.types import Timeline

MARKS = Timeline.__struct_fields__


def stories(events: list[AnyEvent]) -> list[Story]:
    told: list[Story] = []
    follow = Stories(told.append)
    for event in events:
        follow.take(event)
    return told


def test_an_answer_of_a_rule_goes_through_all_stages_in_order():
    (story,) = stories(play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("say it is noon")))
    assert (story.word, story.route, story.outcome, story.barged_in) == ("hey_jarvis", "rules", "answered", False)
    gone = list(stages(story.end.timeline))
    assert [stage.name for stage in gone] == list(STAGES)
    assert [stage.start for stage in gone] == sorted(stage.start for stage in gone)
    assert story.end.since == pytest.approx(1.8)


def test_what_language_models_took_is_told_with_their_turn():
    (story,) = stories(play(asks(0.5, "why is the sky blue"), llm=ScriptedLlm("because of the air")))
    assert (story.route, story.outcome, story.word) == ("model", "answered", "")
    (used,) = story.models
    assert used.model
    assert used.tokens_out > 0


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ((wakes(0.5), says_nothing(4.5)), "nothing_said"),
        ((wakes(0.5), speaks(0.8, 1.8)), "not_understood"),
        ((wakes(0.5), speaks(0.8, 1.8), wakes(2.2, "next")), "interrupted"),
        ((asks(0.5, "crash"),), "failed"),
    ],
)
def test_a_turn_ends_in_one_of_few_ways(script, outcome):
    stt = ScriptedStt("say one two three four five six seven" if outcome == "interrupted" else "")
    assert stories(play(*script, stt=stt))[0].outcome == outcome


def test_an_answer_that_is_cut_short_while_it_is_spoken_was_barged_in_on():
    said = "say " + "one two three four " * 10
    first, _ = stories(play(wakes(0.5), speaks(0.8, 1.8), wakes(3.0, "b"), says_nothing(7, "b"), stt=ScriptedStt(said)))
    assert first.barged_in
    assert not stories(play(asks(0.5, "why"), llm=ScriptedLlm(ScriptedLlm.FAIL)))[0].barged_in


def test_turns_that_never_end_are_forgotten():
    told: list[Story] = []
    follow = Stories(told.append)
    for number in range(10 * MOST):
        follow.take(StateChanged("listening", at=0.0, turn=f"turn {number}"))
    follow.take(SpeechStarted(at=0.0))
    assert len(follow._open) == MOST


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(Timeline, **{name: st.none() | st.floats(-60, 60) for name in MARKS}))
def test_no_stage_ends_before_it_begins(timeline):
    gone = list(stages(timeline))
    assert all(stage.seconds >= 0 for stage in gone)
    assert [stage.name for stage in gone] == [name for name in STAGES if name in {stage.name for stage in gone}]
