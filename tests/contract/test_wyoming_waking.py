"""Wake words for others over Wyoming, with the `wyoming` package's own client."""

import asyncio

import pytest

pytest.importorskip("wyoming", reason="the client is made with the wyoming package (group dev)")
from tests.rigs.awaiting import until
from tests.rigs.others import (
    AudioStop,
    Detect,
    Detection,
    NotDetected,
    Ping,
    ScriptedWake,
    Transcribe,
    client,
    listening,
    scripted,
    spoken,
    told,
)
from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.errors import InputInvalid, VoicedError
from voiced.waking_others import STREAMS, WakeForOthers

SOUND = b"\1\2" * 16_000
SILENCE = bytes(32_000)


def run(*requests, end, wake=None):
    async def bounded():
        async with asyncio.timeout(60), listening(scripted(wake=(wake or ScriptedWake()).listening)) as port:
            return await told(port, *requests, end=end)

    return asyncio.run(bounded())


def test_a_word_is_told_when_it_is_heard_and_with_its_time():
    (event,) = run(Detect(["alexa"]), *spoken(SOUND)[:-1], end="detection")
    found = Detection.from_event(event)
    assert (found.name, found.timestamp) == ("alexa", 64)


def test_the_time_is_the_clients():
    sound = spoken(SOUND)[:-1]
    for number, chunk in enumerate(sound[1:]):
        chunk.timestamp = 5000 + 64 * number
    (event,) = run(Detect(), *sound, end="detection")
    assert Detection.from_event(event).timestamp == 5064


def test_where_no_word_was_that_is_told_at_the_end():
    (event,) = run(Detect(["deaf"]), *spoken(SOUND), end="not-detected")
    assert NotDetected.is_type(event.type)


def test_each_stretch_is_heard_anew_and_for_the_words_of_then():
    wake = ScriptedWake()
    events = run(
        *(Detect(["alexa"]), *spoken(SILENCE), Detect(["jarvis"]), *spoken(SOUND), *spoken(SOUND), AudioStop()),
        *(Transcribe(), *spoken(SOUND)),
        end="transcript",
        wake=wake,
    )
    assert sorted(event.type for event in events) == ["detection", "detection", "not-detected", "transcript"]
    assert (wake.asked[0], wake.asked[-1], wake.open) == (["alexa"], ["jarvis"], 0)


def test_a_client_is_answered_while_its_sound_waits_and_waits_itself_where_there_is_too_much():
    async def work():
        wake = ScriptedWake()
        wake.free.clear()
        async with asyncio.timeout(60), listening(scripted(wake=wake.listening)) as port, client(port) as made:
            for request in (Detect(), *spoken(SOUND)[:6], Ping("there")):
                await made.write_event(request.event())
            event = await made.read_event()
            assert event.type == "pong"
            wake.free.set()
            event = await made.read_event()
            assert event.type == "detection"
        await until(lambda: not wake.open, "who has gone is not listened for")

    asyncio.run(work())


@pytest.mark.parametrize("names", ["alexa", [1], ["x"] * 65, {"a": 1}])
def test_what_are_no_names_is_refused(names):
    request = Detect().event()
    request.data = {"names": names}
    (event,) = run(request, end="error")
    assert event.data["code"] == "input-invalid"


def test_ears_are_bounded_and_a_word_that_is_not_ours_is_refused():
    config = WakeConfig(
        words={"jarvis": WakeWordConfig(micro="hey_jarvis", openwake="hey_jarvis"), "far": WakeWordConfig(remote="x")}
    )
    wake = WakeForOthers(config)
    assert wake.words == ["jarvis"]

    async def listen(ears):
        if ears:
            async with wake.listening(["jarvis"]) as ear:
                assert await ear.hear(SILENCE) == []
                await listen(ears - 1)
            return
        with pytest.raises(VoicedError, match="too many") as failure:
            async with wake.listening():
                pass
        assert failure.value.code == "busy"

    async def work():
        await listen(STREAMS)
        for name in ("far", "alexa"):
            with pytest.raises(InputInvalid, match=name):
                async with wake.listening([name]):
                    pass

    asyncio.run(work())
