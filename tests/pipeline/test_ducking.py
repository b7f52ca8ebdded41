"""Somebody talks over what is said: it gets quiet at once, and as loud as before where that was no order."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from tests.fakes.engines import CountingTts, ScriptedStt
from tests.pipeline.playbook import Line, Play, asks, does, speaks
from voiced.core.commands import Ring, Say, Stop
from voiced.core.events import Spoken, TalkedOver
from voiced.core.types import Clip, Purpose
from voiced.engines.files import OUTPUT_RATE
from voiced.turn.ducking import DUCKED_S, TIMES
from voiced.turn.manner import Manner

LONG = "word " * 60


class Loud(CountingTts):
    """Speaks a tone that is always as loud."""

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        async for clip in super().synthesize(text, speed):
            yield Clip(b"\0\x20" * (len(clip.samples) // 2), clip.rate)


def talks(*at: float) -> list[Line]:
    return [Line(moment, TalkedOver(at=moment)) for moment in at]


def played(*script: list[Line], heard: str = "", until: float = 24.0) -> Play:
    async def run() -> Play:
        play = Play(ScriptedStt(heard), length=until)
        play.use(tts=Loud())
        await play.run(script, until)
        return play

    return asyncio.run(run())


def loudness(play: Play, at: float) -> float:
    """How loud it is around a second, to how loud it was before anybody talked."""
    sound = np.abs(play.audio.result().astype(float))
    before = sound[OUTPUT_RATE : OUTPUT_RATE + 1000].max()
    return float(sound[round((at - 0.02) * OUTPUT_RATE) : round((at + 0.02) * OUTPUT_RATE)].max() / before)


def test_it_falls_silent_at_once_and_is_as_loud_as_before():
    play = played(asks(0.1, f"say {LONG}"), talks(3.0))
    assert loudness(play, 2.9) == pytest.approx(1)
    assert loudness(play, 3.1) == 0
    assert loudness(play, 2.9 + DUCKED_S) == 0
    assert loudness(play, 3.1 + DUCKED_S) == pytest.approx(1)
    (spoken,) = [event for event in play.events if isinstance(event, Spoken)]
    assert spoken.complete


def test_an_order_that_is_heard_then_ends_it():
    order = speaks(3.0, 3.4, "x", Purpose.INTERRUPTION)
    play = played(asks(0.1, f"say {LONG}"), talks(3.1), order, does(6.0, Say("loud")), heard="stop")
    first, second = [event for event in play.events if isinstance(event, Spoken)]
    assert not first.complete
    assert second.complete
    assert loudness(play, second.at - 0.1) == pytest.approx(1), "what comes next is as loud as ever"


def test_the_clock_of_one_turn_does_not_reach_into_the_next():
    play = played(asks(0.1, f"say {LONG}"), talks(3.0), does(3.2, Stop("test")), asks(3.3, f"say {LONG}"), talks(4.2))
    assert loudness(play, 4.0) == pytest.approx(1)
    assert loudness(play, 3.1 + DUCKED_S) == 0, "the second one's time is not over"


def test_a_television_makes_it_quiet_a_few_times_and_no_more():
    every = [2.0 + 2 * number for number in range(TIMES + 2)]
    play = played(asks(0.1, f"say {LONG}"), talks(*every))
    assert len([event for event in play.events if isinstance(event, TalkedOver)]) == TIMES
    assert [loudness(play, at + 0.5) < 0.1 for at in every] == [True] * TIMES + [False] * 2


def test_what_rings_stays_loud():
    ring = Ring("Your tea is done.", Clip(b"\0\x20" * 22_050, 22_050), seconds=8.0)
    play = played(does(0.2, ring), talks(3.0), until=8.0)
    assert not [event for event in play.events if isinstance(event, TalkedOver)]
    assert {volume for _, _, volume in play.audio._played} == {100}


def test_talk_where_nothing_is_said_is_nothing():
    assert not played(talks(1.0), until=3.0).events


def test_a_volume_set_meanwhile_is_kept():
    async def run() -> Play:
        play = Play(ScriptedStt(), length=8.0)
        play.use(tts=Loud())
        manner: Manner = play.parts.manner
        hearing = asyncio.create_task(play.run([asks(0.1, f"say {LONG}"), talks(3.0)], 8.0))
        await play.audio.sleep(3.5)
        manner.set_volume(50)
        await hearing
        return play

    play = asyncio.run(run())
    assert loudness(play, 3.2) == 0
    assert loudness(play, 4.2) == 0
    assert loudness(play, 5.2) == pytest.approx(1 / 4, abs=0.02)
