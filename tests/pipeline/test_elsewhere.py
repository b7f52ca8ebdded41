"""What is spoken is answered by somebody else while they are there, and by voiced itself without them."""

import asyncio

import pytest

from tests.fakes.elsewhere import Other
from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import Line, Play, speaks, wakes
from voiced.core.commands import Say
from voiced.core.errors import HomeFailed
from voiced.core.events import Failed, Heard, Interrupted, NotUnderstood, Routed, Spoken, TurnEnded
from voiced.core.types import Clip, Transcript

CLIP = Clip(b"\1\0" * 22_050, 22_050)
QUESTION = speaks(1.0, 2.0)


def plays(other, *script, until=8.0):
    async def run():
        played = Play(ScriptedStt("say hello"), length=until)
        played.use(elsewhere=lambda: other)
        played.events = await played.run(script or [wakes(0.5), QUESTION], until)
        await played.parts.record.settled()
        return played

    return asyncio.run(run())


def happened(played, kind):
    return [event for event in played.events if isinstance(event, kind)]


def test_somebody_else_hears_and_answers():
    other = Other(Transcript("what time is it"), "It is ten. Sleep well!", CLIP)
    played = plays(other)
    assert other.heard
    assert (other.closed, other.was_played) == (True, True)
    assert [event.text for event in happened(played, Heard)] == ["what time is it"]
    assert [event.tier for event in happened(played, Routed)] == ["elsewhere"]
    assert [(event.text, event.complete) for event in happened(played, Spoken)] == [("It is ten. Sleep well!", True)]
    kept = [(message.role, message.content) for message in played.heap.messages]
    assert kept == [("user", "what time is it"), ("assistant", "It is ten. Sleep well!")]


def test_who_is_not_there_is_not_asked():
    other = Other("no", ready=False)
    played = plays(other)
    assert [event.text for event in happened(played, Spoken)] == ["hello"]
    assert not other.heard


def test_no_answer_is_not_understood():
    played = plays(Other(Transcript("hm")))
    assert len(happened(played, NotUnderstood)) == 1


def test_neither_is_one_without_words_and_sound():
    other = Other(Transcript("hm"), "")
    played = plays(other)
    assert len(happened(played, NotUnderstood)) == 1
    assert not other.was_played


@pytest.mark.parametrize("answer", [("", CLIP), (CLIP,), (CLIP, ""), ("", CLIP, CLIP)])
def test_a_sound_without_words_is_played(answer):
    other = Other(Transcript("on"), *answer)
    played = plays(other)
    (spoken,) = happened(played, Spoken)
    assert (spoken.text, spoken.complete) == ("", True)
    timeline = happened(played, TurnEnded)[0].timeline
    assert timeline.spoken - timeline.first_audio > 0.9 * CLIP.seconds * answer.count(CLIP)
    assert other.was_played


def test_a_sound_that_comes_before_its_words_is_played():
    (spoken,) = happened(plays(Other(Transcript("on"), CLIP, "It is on.", CLIP)), Spoken)
    assert (spoken.text, spoken.complete) == ("It is on.", True)


def test_what_fails_there_is_apologised_for():
    played = plays(Other(HomeFailed("Home Assistant has gone")))
    assert [event.code for event in happened(played, Failed)] == ["home-failed"]
    assert happened(played, Spoken)


def test_the_wake_word_cuts_its_answer_short():
    other = Other(Transcript("a story"), "Once upon a time", *[CLIP] * 9)
    played = plays(other, wakes(0.5), QUESTION, wakes(4.0, "again"), until=9.0)
    assert happened(played, Interrupted)
    assert other.closed


def test_a_sound_that_was_made_elsewhere_is_played_in_its_turn():
    played = plays(None, [Line(0.5, Say("", sound=CLIP))])
    assert not happened(played, Failed)
    assert not happened(played, Spoken)
    assert played.heap.messages == []


def test_a_sound_is_resolved_when_it_was_heard():
    async def run():
        played = Play(ScriptedStt(), length=3.0)
        done = asyncio.get_running_loop().create_future()
        await played.run([[Line(0.5, Say("", done, CLIP))]], 3.0)
        return done.result()

    assert asyncio.run(run()) == ""
