"""Voiced as a satellite, with the `wyoming` package's own client in Home Assistant's place."""

import asyncio
import gc
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

pytest.importorskip("wyoming", reason="the client is made with the wyoming package (group dev)")
from tests.rigs.awaiting import until
from tests.rigs.others import (
    AudioChunk,
    AudioStart,
    AudioStop,
    Describe,
    Detection,
    Error,
    Info,
    PauseSatellite,
    Ping,
    PipelineStage,
    RunPipeline,
    RunSatellite,
    Synthesize,
    TimerCancelled,
    TimerFinished,
    TimerStarted,
    VoiceStopped,
    client,
)
from tests.rigs.others import Transcript as Understood
from voiced.control.listening import Listener
from voiced.control.wyoming import answer as module
from voiced.control.wyoming import connection
from voiced.control.wyoming.satellite import MOST_TIMERS, Satellite, SatelliteSession
from voiced.control.wyoming.server import Server
from voiced.core.addresses import Address
from voiced.core.errors import HomeFailed, VoicedError
from voiced.core.tasks import ended
from voiced.core.types import Clip, SpeechChunk, Transcript

ANSWER = [AudioStart(22_050, 2, 1), AudioChunk(22_050, 2, 1, b"\1\2" * 1024), AudioStop()]
CLIP = Clip(b"\1\2" * 1024, 22_050)
INFO = {"satellite": {"name": "kitchen", "attribution": {"name": "v", "url": ""}, "installed": True, "has_vad": True}}


class Room:
    """What was done for the server. Playing takes until `heard` is set."""

    def __init__(self):
        self.done, self.stops = [], False
        self.heard = asyncio.Event()
        self.heard.set()

    async def play(self, sound):
        if self.stops:
            raise VoicedError("stopped by stop", code="stopped")
        await self.heard.wait()
        self.done.append(sound)

    async def ring(self, timer, name):
        self.done.append(f"ring {timer} {name}")

    async def hush(self, timer):
        self.done.append(f"hush {timer}")


class Rig:
    """A satellite, and the one that it serves."""

    def __init__(self):
        self.room = Room()
        self.satellite = Satellite(lambda: INFO, self.room, lambda: "hey_jarvis")

    @asynccontextmanager
    async def serving(self):
        server = Server(lambda connection: SatelliteSession(connection, self.satellite))
        listener = Listener("satellite", Address("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(listener))
        await until(lambda: listener.port, "it listens")
        self.port = listener.port
        try:
            async with asyncio.timeout(60), self.attached() as self.home:
                yield self
        finally:
            await ended([task])
            await self.satellite.close()

    @asynccontextmanager
    async def attached(self):
        with suppress(ConnectionError):  # It was cut off, and its own end says so.
            async with client(self.port) as home:
                before = self.satellite._server
                await self.tell(RunSatellite(), home=home)
                await until(lambda: self.satellite._server not in {before, None}, "it serves")
                yield home

    async def tell(self, *events, home=None):
        for event in events:
            await (home or self.home).write_event(event.event())

    async def told(self, kind):
        """The next event of a kind."""
        while (event := await self.home.read_event()) and event.type != kind:
            pass
        assert event
        return event


async def speech(turn="t"):
    for at in range(3):
        yield SpeechChunk(turn, b"\3\4" * 512, at * 512)


async def conversed(rig):
    async with aclosing(rig.satellite.converse(speech())) as told:
        return [item async for item in told]


def run(work):
    async def bounded():
        async with Rig().serving() as rig:
            return await work(rig)

    return asyncio.run(bounded())


def test_it_tells_what_it_is_and_that_it_is_there():
    async def work(rig):
        await rig.tell(Describe(), Ping("there"))
        info = Info.from_event(await rig.told("info"))
        assert (await rig.told("pong")).data == {"text": "there"}
        assert (info.satellite.name, info.satellite.has_vad) == ("kitchen", True)

    run(work)


def test_what_is_said_goes_there_and_the_answer_comes_from_there():
    async def work(rig):
        answer = asyncio.create_task(conversed(rig))
        assert Detection.from_event(await rig.told("detection")).name == "hey_jarvis"
        wanted = RunPipeline.from_event(await rig.told("run-pipeline"))
        assert (wanted.start_stage, wanted.end_stage) == (PipelineStage.ASR, PipelineStage.TTS)
        chunks = [await rig.home.read_event() for _ in range(5)]
        assert [event.type for event in chunks] == ["audio-start", *["audio-chunk"] * 3, "audio-stop"]
        assert AudioChunk.from_event(chunks[1]) == AudioChunk(16_000, 2, 1, b"\3\4" * 512)
        await rig.tell(VoiceStopped(), Understood("what time is it"), Synthesize("It is ten."), *ANSWER)
        assert await answer == [Transcript("what time is it"), "It is ten.", CLIP]
        await rig.satellite.played()
        assert await rig.told("played")

    run(work)


def test_an_announcement_is_played_and_told_when_it_was_heard():
    async def work(rig):
        rig.room.heard.clear()
        await rig.tell(*ANSWER, Ping())
        assert (await rig.home.read_event()).type == "pong", "it answers meanwhile"
        rig.room.heard.set()
        await rig.told("played")
        assert rig.room.done == [CLIP]

    run(work)


def test_an_announcement_that_is_stopped_is_over(caplog):
    async def work(rig):
        rig.room.stops = True
        await rig.tell(*ANSWER)
        await rig.told("played")
        rig.room.stops = False
        await rig.tell(*ANSWER)
        await rig.told("played")
        assert rig.room.done == [CLIP]

    run(work)
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_its_timers_ring_here():
    async def work(rig):
        await rig.tell(TimerStarted("1", 5, name="egg"), TimerStarted("2", 5), TimerFinished("1"), TimerCancelled("2"))
        await until(lambda: rig.room.done == ["ring 1 egg", "hush 2"], "they are obeyed")

    run(work)


@pytest.mark.parametrize("event", [Error("no text", "stt-no-text-recognized"), None])
def test_what_fails_there_ends_the_turn(event):
    async def work(rig):
        answer = asyncio.create_task(conversed(rig))
        await rig.told("run-pipeline")
        if event:
            await rig.tell(event)
        else:
            await rig.home.disconnect()
        with pytest.raises(HomeFailed):
            await answer
        await until(lambda: rig.satellite.ready == bool(event), "it knows whether somebody is there")
        if event:
            await rig.tell(*ANSWER)
            await until(lambda: rig.room.done == [CLIP], "what comes then is an announcement")

    run(work)


def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_S", 0.05)

    async def work(rig):
        with pytest.raises(HomeFailed, match="does not answer"):
            await conversed(rig)

    run(work)


def test_one_that_pauses_is_not_asked_and_says_when_it_goes_on():
    async def work(rig):
        await rig.tell(PauseSatellite(), Ping())
        await rig.told("pong")
        with pytest.raises(HomeFailed, match="does not listen"):
            await conversed(rig)
        await rig.tell(RunSatellite(), Ping())
        await rig.told("pong")
        answer = asyncio.create_task(conversed(rig))
        await rig.told("run-pipeline")
        await rig.tell(*ANSWER)
        assert await answer == [CLIP]

    run(work)


def test_the_rest_of_an_answer_that_was_cut_short_is_no_announcement():
    async def work(rig):
        async with aclosing(rig.satellite.converse(speech())) as told:
            await rig.tell(Understood("a story"))
            assert await anext(told) == Transcript("a story")
        await rig.tell(Synthesize("Once upon a time"), *ANSWER)
        await rig.tell(*ANSWER)
        await rig.told("played")
        assert rig.room.done == [CLIP], "what comes after it is one"

    run(work)


def test_who_comes_last_is_served(caplog):
    async def work(rig):
        answer = asyncio.create_task(conversed(rig))
        await rig.told("run-pipeline")
        async with rig.attached() as other:
            with pytest.raises(HomeFailed):
                await answer
            await rig.tell(*ANSWER, home=other)
            await until(lambda: rig.room.done == [CLIP], "the other one is served")
            await rig.tell(*ANSWER, Ping())
            await rig.told("pong")
            assert rig.room.done == [CLIP], "and the first one no more"
            assert rig.satellite.who == "127.0.0.1"

    run(work)
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    heard = "127.0.0.1 hears what is said after the wake word"
    assert warned == [heard, f"{heard} instead of 127.0.0.1"]


UNPLAYABLE = [
    [AudioStart(22_050, 4, 1)],
    [AudioStart(7, 2, 1)],
    [AudioStart(22_050, 2, 1), *[AudioChunk(22_050, 2, 1, bytes(1_000_000))] * 18],
    [AudioStart(22_050, 2, 1), AudioChunk(22_050, 2, 1, b"\0")],
]


async def insist(rig, events):
    """Says it again and again, until it is cut off."""

    async def endless():
        while True:
            await rig.tell(*events)

    with pytest.raises(ConnectionError):
        await endless()


@pytest.mark.parametrize("events", UNPLAYABLE)
def test_what_cannot_be_played_ends_the_connection(events):
    async def work(rig):
        await insist(rig, events)
        assert rig.room.done == []

    run(work)


def test_who_announces_more_than_anybody_can_hear_is_cut_off():
    async def work(rig):
        rig.room.heard.clear()
        await insist(rig, ANSWER)
        assert rig.room.done == []

    run(work)


@pytest.mark.parametrize("events", [*UNPLAYABLE, [Synthesize("word " * 10_000)]])
def test_so_does_an_answer_that_cannot_be_played_or_never_ends(events):
    async def work(rig):
        answer = asyncio.create_task(conversed(rig))
        await rig.told("run-pipeline")
        await insist(rig, events)
        with pytest.raises(HomeFailed, match="gone"):
            await answer

    run(work)


def test_a_server_that_does_not_read_is_cut_off_and_not_waited_for(monkeypatch):
    monkeypatch.setattr(connection, "SEND_S", 0.05)

    async def much():
        while True:
            yield SpeechChunk("t", bytes(1_000_000), 0)

    async def work(rig):
        async with aclosing(rig.satellite.converse(much())) as told:
            with pytest.raises(HomeFailed, match="gone"):
                await anext(told)
        assert not rig.satellite.ready

    run(work)


def test_timers_of_one_that_has_gone_or_has_too_many_have_no_name():
    async def work(rig):
        await rig.tell(*[TimerStarted(str(number), 5, name=f"egg {number}") for number in range(MOST_TIMERS + 1)])
        await rig.tell(TimerFinished("0"), TimerFinished(str(MOST_TIMERS)))
        await until(lambda: rig.room.done == ["ring 0 ", f"ring {MOST_TIMERS} egg {MOST_TIMERS}"], "they ring")
        rig.room.done.clear()
        async with rig.attached() as other:
            await rig.tell(TimerFinished("1"), home=other)
            await until(lambda: rig.room.done == ["ring 1 "], "it rings all the same")

    run(work)
