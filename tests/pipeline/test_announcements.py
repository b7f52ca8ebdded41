"""Announcements: in which order, when they wait, and how loud anything is in quiet hours."""

import asyncio
from datetime import timedelta
from math import inf

import pytest

from tests.fakes.engines import ScriptedStt
from tests.pipeline.playbook import NOON, Line, Play, asks, does, speaks, wakes
from voiced.core.commands import Announce, Answered, Ask, Ring, Say, Stop
from voiced.core.config_mind import QuietConfig
from voiced.core.events import Interrupted, Spoken
from voiced.core.ports.skill import Reply
from voiced.core.types import Clip, Understanding
from voiced.turn.conversation import HELD_LIMIT

LONG = "say " + "word " * 20
RING = Ring("Your timer is done.", Clip(b"\1\0" * 2205, 22_050), seconds=6)


def spoken(events) -> list[str]:
    return [event.text for event in events if isinstance(event, Spoken)]


def plays(*script: list[Line], said: str = LONG, until: float = 30.0, **options):
    """Plays a script; the volumes are those at which something began to be heard."""

    async def run():
        played = Play(ScriptedStt(said), length=until, **options)
        played.volumes = []
        set_volume = played.parts.manner._play_at

        def noted(percent: int) -> None:
            played.volumes.append(percent)
            set_volume(percent)

        played.parts.manner._play_at = noted
        played.events = await played.run(script, until)
        await played.parts.record.settled()
        return played

    return asyncio.run(run())


async def disturb(play: Play, until: float | None) -> None:
    """As somebody says so, whether anything else happens or not."""
    await play.parts.manner.quiet.set(until)
    play.inbox.poke()


class Changes:
    """A skill that sets when voiced may disturb again, in seconds from now: "say 5"."""

    intents = ("answer",)

    def __init__(self) -> None:
        self.play: Play | None = None

    async def answer(self, understood: Understanding) -> Reply:
        assert self.play
        await disturb(self.play, self.play.audio.wall() + float(understood.slots["text"]))
        return Reply("")


def test_what_is_announced_comes_after_the_turn_in_progress_the_urgent_first():
    said = [Announce("low", "low"), Announce("one"), Announce("two"), Announce("urgent", "high"), Ask("say four")]
    played = plays(wakes(0.5), speaks(0.8, 1.8), *(does(2.5, each) for each in said))
    assert spoken(played.events)[1:] == ["urgent", "one", "two", "four", "low"]


def test_it_is_told_at_once_whether_it_waits():
    async def run():
        loop = asyncio.get_running_loop()
        queued, held, urgent = (loop.create_future() for _ in range(3))
        played = Play(ScriptedStt(), length=3.0)
        await disturb(played, None)
        script = [does(0.5, Announce("one", done=queued))]
        await played.run(script, 1.0)
        again = Play(ScriptedStt(), length=3.0)
        await disturb(again, inf)
        script = [does(0.5, Announce("two", done=held)), does(0.5, Announce("three", "high", urgent))]
        events = await again.run(script, 3.0)
        waiting = [each.text for each in again.inbox.postponed]
        return queued.result(), held.result(), urgent.result(), spoken(events), waiting

    assert asyncio.run(run()) == ("queued", "held", "queued", ["three"], ["two"])


def test_a_ring_gives_way_to_an_announcement_and_goes_on():
    played = plays(does(0.5, RING), does(1.0, Announce("dinner")), until=15.0)
    assert spoken(played.events)[1] == "dinner"
    assert spoken(played.events)[2:], "it rings on"


def test_a_ring_does_not_give_way_to_what_is_not_urgent():
    played = plays(does(0.5, RING), does(1.0, Announce("news", "low")), until=15.0)
    assert spoken(played.events)[-1] == "news"
    assert not [event for event in played.events if isinstance(event, Interrupted)]


def test_an_announcement_has_a_chime_and_is_kept_as_one():
    played = plays(does(0.5, Announce("dinner is ready")), until=5.0)
    (message,) = played.heap.messages
    assert (message.content, message.mode, message.channel) == ("dinner is ready", "announcement", "announcement")
    assert played.sounds == 1
    assert plays(does(0.5, Say("dinner is ready")), until=5.0).sounds == 0


def test_what_is_held_is_spoken_when_its_time_comes_in_its_order():
    async def run():
        played = Play(ScriptedStt(), length=20.0)
        await disturb(played, played.audio.wall() + 5)
        script = [does(0.5, Announce("one")), does(1.0, Announce("two", "low")), does(1.5, Ask("say three"))]
        events = await played.run(script, 20.0)
        return [(event.text, event.at) for event in events if isinstance(event, Spoken)]

    told = asyncio.run(run())
    assert [text for text, _ in told] == ["three", "one", "two"]
    assert told[0][1] < 5 < told[1][1] < 6.5


def test_what_is_held_is_spoken_as_soon_as_somebody_says_so():
    async def run():
        played = Play(ScriptedStt(), length=20.0)
        await disturb(played, inf)
        events = played.events

        class Releases:
            intents = ("answer",)

            async def answer(self, understood: Understanding) -> Reply:
                await disturb(played, None)
                return Reply(str(understood.slots["text"]))

        played.use(skills={"answer": Releases()})
        await played.run([does(0.5, Announce("one")), does(3.0, Ask("say now"))], 10.0)
        return spoken(events)

    assert asyncio.run(run()) == ["now", "one"]


@pytest.mark.parametrize(("first", "then"), [(100, 5), (5, 12)])
def test_what_is_held_is_spoken_when_its_time_comes_also_where_that_is_changed(first, then):
    async def run():
        skill = Changes()
        skill.play = played = Play(ScriptedStt(), skill, length=30.0)
        await disturb(played, played.audio.wall() + first)
        script = [does(0.5, Announce("one")), does(1.0, Ask(f"say {then}", aloud=False))]
        events = await played.run(script, 25.0)
        return [event.at for event in events if isinstance(event, Spoken)]

    (at,) = asyncio.run(run())
    assert then + 1 < at < then + 3


def test_what_is_held_keeps_nobody_from_being_answered():
    async def run():
        played = Play(ScriptedStt(), length=40.0)
        await disturb(played, inf)
        loop = asyncio.get_running_loop()
        done = [loop.create_future() for _ in range(HELD_LIMIT + 1)]
        script = [does(0.5, Announce(f"{each}", done=future)) for each, future in enumerate(done)]
        answered: asyncio.Future[Answered] = loop.create_future()
        await played.run([*script, asks(3.0, "say four", done=answered)], 8.0)
        assert [future.result() for future in done[:-1]] == ["held"] * HELD_LIMIT
        assert done[-1].exception().code == "busy"
        return answered.result().text

    assert asyncio.run(run()) == "four"


def test_stop_ends_what_is_spoken_and_queued_but_not_what_is_held():
    async def run():
        played = Play(ScriptedStt(), length=20.0)
        await disturb(played, played.audio.wall() + 5)
        said = [Announce("held"), Announce("word " * 20, "high"), Announce("next", "high")]
        script = [*(does(0.5, each) for each in said), does(1.5, Stop("control"))]
        events = await played.run(script, 20.0)
        return spoken(events)

    told = asyncio.run(run())
    assert told[-1] == "held"
    assert "next" not in told


def at(hours: int) -> str:
    return f"{NOON + timedelta(hours=hours):%H:%M}"


def test_in_quiet_hours_all_is_softer_and_what_rings_is_heard():
    config = QuietConfig(hours=f"{at(-1)}-{at(2)}", volume=0, ring_volume=60)
    played = plays(does(0.5, Ask("say one")), does(5.0, RING), until=12.0, quiet=config)
    assert played.volumes == [0, 60]


def test_outside_of_them_all_is_as_loud_as_usual():
    played = plays(does(0.5, Ask("say one")), does(5.0, RING), until=12.0, quiet=QuietConfig(hours=f"{at(3)}-{at(5)}"))
    assert played.volumes == [100, 100]
