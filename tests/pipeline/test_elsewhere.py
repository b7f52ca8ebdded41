"""What is spoken is answered by somebody else while they are there, and by voiced itself without them."""

import asyncio

from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import Line, Play, speaks, wakes
from voiced.core.commands import Say
from voiced.core.errors import HomeFailed
from voiced.core.events import Failed, Heard, Interrupted, NotUnderstood, Routed, Spoken
from voiced.core.types import Clip, Transcript

CLIP = Clip(b"\1\0" * 22_050, 22_050)
QUESTION = speaks(1.0, 2.0)


class Other:
    """Implements `Elsewhere`: answers by a script."""

    def __init__(self, *answer, ready=True):
        self.answer, self.ready = answer, ready
        self.heard = 0
        self.closed = self.was_played = False

    async def converse(self, speech):
        try:
            async for chunk in speech:
                self.heard += len(chunk.samples)
            for each in self.answer:
                if isinstance(each, Exception):
                    raise each
                yield each
        finally:
            self.closed = True

    async def played(self):
        self.was_played = True


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
