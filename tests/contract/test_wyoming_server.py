"""Ears, voice and mind over Wyoming, with the `wyoming` package's own client, and with hostile ones."""

import asyncio
import json
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.engines import ScriptedStt
from voiced.control.wyoming import connection, server, session
from voiced.core.errors import VoicedError
from voiced.core.wire import PAYLOAD_LIMIT

pytest.importorskip("wyoming", reason="the client is made with the wyoming package (group dev)")
from tests.rigs.others import (
    Describe,
    Handled,
    Info,
    NotHandled,
    Ping,
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    Transcribe,
    Transcript,
    client,
    listening,
    scripted,
    spoken,
    told,
)

FRAME = json.dumps({"type": "ping", "data": {"text": "there"}}).encode() + b"\n"


def run(work, services=None, **options):
    """Runs work on the port of a server."""

    async def bounded():
        async with asyncio.timeout(60), listening(services or scripted(), **options) as port:
            return await work(port)

    return asyncio.run(bounded())


async def raw(port: int, data: bytes, *, hang_up: bool = False) -> bytes:
    """Sends bytes, and returns all that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        if hang_up:
            writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def serves(port: int) -> bool:
    """Tells whether somebody else is still served."""
    return (await told(port, Ping("still there"), end="pong"))[0].data == {"text": "still there"}


def test_what_is_said_is_transcribed():
    stt = ScriptedStt("turn on the light")
    events = run(lambda port: told(port, Transcribe(), *spoken(bytes(32_000)), end="transcript"), scripted(stt=stt))
    assert Transcript.from_event(events[-1]) == Transcript("turn on the light", language="en")
    assert [samples for _, samples in stt.heard] == [32 * 512]  # The last frame is filled with silence.


@pytest.mark.parametrize(("rate", "width", "channels"), [(48_000, 2, 2), (22_050, 2, 1), (16_000, 4, 1), (8_000, 3, 1)])
def test_sound_of_any_form_is_heard(rate, width, channels):
    stt = ScriptedStt("turn on the light")
    sound = spoken(bytes(rate * width * channels), rate, width, channels)
    run(lambda port: told(port, *sound, end="transcript"), scripted(stt=stt))
    assert stt.heard[0][1] == pytest.approx(16_000, abs=1024)


def test_no_more_is_heard_than_an_utterance_may_last():
    stt = ScriptedStt("turn on the light")
    run(lambda port: told(port, *spoken(bytes(320_000)), end="transcript"), scripted(stt=stt, longest_s=1.0))
    assert [samples for _, samples in stt.heard] == [16_000]


def test_sound_that_nobody_can_hear_is_an_error_and_ends_the_connection():
    (event,) = run(lambda port: told(port, *spoken(bytes(100), rate=5, width=1), end="never"))
    assert (event.type, event.data["code"]) == ("error", "input-invalid")


def test_a_recogniser_that_fails_ends_the_connection_with_an_error():
    failing = scripted(stt=ScriptedStt(ScriptedStt.FAIL))
    (event,) = run(lambda port: told(port, *spoken(bytes(100)), end="never"), failing)
    assert (event.type, event.data["code"]) == ("error", "stt-failed")


def test_a_text_is_spoken():
    events = run(lambda port: told(port, Synthesize("Hello there. How are you?"), end="audio-stop"))
    assert [event.type for event in (events[0], events[-1])] == ["audio-start", "audio-stop"]
    assert events[0].data == {"rate": 22_050, "width": 2, "channels": 1}
    assert {event.type for event in events[1:-1]} == {"audio-chunk"}
    assert sum(len(event.payload) for event in events[1:-1]) > 22_050


def test_a_text_that_comes_in_parts_is_spoken_before_its_end_and_once():
    async def work(port):
        async with client(port) as made:
            parts = [SynthesizeStart(), SynthesizeChunk("Hello there, my friend. "), SynthesizeChunk("How are")]
            for part in parts:
                await made.write_event(part.event())
            first = [await made.read_event(), await made.read_event()]
            for part in [
                SynthesizeChunk(" you?"),
                Synthesize("Hello there, my friend. How are you?"),
                SynthesizeStop(),
            ]:
                await made.write_event(part.event())
            rest = []
            while not rest or rest[-1].type != "synthesize-stopped":
                rest.append(await made.read_event())
            return [event.type for event in first], [event.type for event in rest if event.type != "audio-chunk"]

    assert run(work) == (["audio-start", "audio-chunk"], ["audio-stop", "synthesize-stopped"])


def test_a_text_without_a_word_has_an_end_all_the_same():
    events = run(lambda port: told(port, Synthesize(""), end="audio-stop"))
    assert [event.type for event in events] == ["audio-start", "audio-stop"]


def test_a_text_is_answered_in_its_conversation():
    asked = []

    async def ask(text, conversation):
        asked.append((text, conversation))
        return "Noted." if "note" in text else None

    def request(text, **context):
        return Transcript(text, context=context)

    async def work(port):
        known = await told(port, request("note this", conversation_id="ours", device_id="x"), end="handled")
        unknown = await told(port, request("blah", conversation_id="ours"), end="not-handled")
        new = await told(port, Transcript("note that"), end="handled")
        return known[0], unknown[0], new[0]

    known, unknown, new = run(work, scripted(ask=ask))
    assert Handled.from_event(known) == Handled("Noted.", {"conversation_id": "ours"})
    assert NotHandled.from_event(unknown) == NotHandled("Sorry, I do not know that.", {"conversation_id": "ours"})
    assert asked[:2] == [("note this", "ours"), ("blah", "ours")]
    assert asked[2] == ("note that", new.data["context"]["conversation_id"])


def test_an_answer_that_fails_is_told_in_words():
    async def ask(*_):
        raise VoicedError("the disk is on fire", code="fire")

    (event,) = run(lambda port: told(port, Transcript("hello"), end="not-handled"), scripted(ask=ask))
    assert event.data["text"] == "Sorry, something went wrong."


def test_what_there_is_is_told_and_pings_are_answered_while_somebody_thinks():
    async def bounded():
        go = asyncio.Event()

        async def ask(*_):
            await go.wait()
            return "yes"

        async with asyncio.timeout(60), listening(scripted(ask=ask)) as port, client(port) as made:
            for request in (Transcript("say yes"), Ping("one"), Describe(), Ping("two")):
                await made.write_event(request.event())
            events = [await made.read_event() for _ in range(3)]
            go.set()
            return [*events, await made.read_event()]

    events = asyncio.run(bounded())
    assert [event.type for event in events] == ["pong", "info", "pong", "handled"]
    assert Info.from_event(events[1]) == Info()


def test_who_asks_too_much_at_once_is_told_so():
    async def ask(*_):
        await asyncio.Event().wait()

    requests = [Transcript(f"say {number}") for number in range(session.WAITING + 2)]
    events = run(lambda port: told(port, *requests, end="never"), scripted(ask=ask))
    assert [(event.type, event.data["code"]) for event in events] == [("error", "busy")]


def test_what_is_done_for_a_client_ends_when_it_hangs_up():
    async def bounded():
        over, begun = asyncio.Event(), asyncio.Event()

        async def ask(*_):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                over.set()

        async with asyncio.timeout(60), listening(scripted(ask=ask)) as port:
            async with client(port) as made:
                await made.write_event(Transcript("say yes").event())
                await begun.wait()
            await over.wait()
            return await serves(port)

    assert asyncio.run(bounded())


BROKEN = {
    "no frame": b"GET / HTTP/1.1\r\n\r\n",
    "a list": b"[1]\n",
    "no type": b"{}\n",
    "a payload that is too large": b'{"type": "audio-chunk", "payload_length": 1000000000000}\n',
    "one byte too many": b'{"type": "audio-chunk", "payload_length": %d}\n' % (PAYLOAD_LIMIT + 1),
    "less than nothing": b'{"type": "audio-chunk", "payload_length": -1}\n',
    "data that is too large": b'{"type": "x", "data_length": 100000000}\n',
    "a header without an end": b"{" + b" " * (64 * 1024),
    "data that is none": b'{"type": "ping", "data_length": 3}\nxyz',
    "a nest": b'{"type": "x", "data": ' + b"[" * 60_000 + b"\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_frame_ends_the_connection_and_nothing_else(name):
    async def work(port):
        answer = await raw(port, BROKEN[name])
        return answer, await serves(port)

    assert run(work) == (b"", True)


@pytest.mark.parametrize("data", [b"", b'{"type": "pi', b'{"type": "audio-chunk", "payload_length": 1000}\nabc'])
def test_who_does_not_end_a_frame_is_cut_off(data, monkeypatch):
    monkeypatch.setattr(connection, "FRAME_S", 0.05)

    async def work(port):
        return await raw(port, data), await serves(port)

    assert run(work) == (b"", True)


def test_a_frame_that_drips_is_not_whole_in_time_however_often_a_byte_comes(monkeypatch):
    monkeypatch.setattr(connection, "FRAME_S", 0.2)

    async def work(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b'{"type": "')
        try:
            while not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        writer.transport.abort()
        return await serves(port)

    assert run(work)


def test_who_does_not_read_is_cut_off(monkeypatch):
    monkeypatch.setattr(connection, "SEND_S", 0.2)

    async def work(port):
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        try:
            while True:
                writer.write(FRAME * 1000)
                await writer.drain()
        except ConnectionError:
            return await serves(port)
        finally:
            writer.transport.abort()

    assert run(work)


def test_of_two_hundred_clients_that_say_nothing_none_keeps_another_from_being_served():
    async def work(port):
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        try:
            return [await serves(port) for _ in range(3)]
        finally:
            for _, writer in opened:
                writer.transport.abort()

    assert run(work) == [True] * 3


def test_who_waits_for_an_answer_is_not_cut_off_for_those_who_ask_nothing(monkeypatch):
    monkeypatch.setattr(server, "CONNECTIONS", 4)

    async def bounded():
        go, begun = asyncio.Event(), asyncio.Event()

        async def ask(*_):
            begun.set()
            await go.wait()
            return "yes"

        async with asyncio.timeout(60), listening(scripted(ask=ask)) as port, client(port) as made:
            await made.write_event(Transcript("say yes").event())
            await begun.wait()
            opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
            assert await serves(port)
            go.set()
            event = await made.read_event()
            for _, writer in opened:
                writer.transport.abort()
            return event.type

    assert asyncio.run(bounded()) == "handled"


def test_strangers_may_not_connect():
    allowing = server.Server(lambda _: None, [ip_network("192.168.1.0/24")])
    hosts = [
        "127.0.0.1",
        "::1",
        "192.168.1.7",
        "::ffff:192.168.1.7",
        "192.168.2.7",
        "10.0.0.1",
        "2001:db8::1",
        "fe80::1%2",
    ]
    assert [host for host in hosts if allowing._may(host)] == hosts[:4]


frames = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["ping", "describe", "transcribe", "audio-start", "audio-chunk", "audio-stop", "transcript", "synthesize"]
        )
        | st.sampled_from(["synthesize-start", "synthesize-chunk", "synthesize-stop", "detect", "error", "x"])
    },
    optional={
        "data": st.dictionaries(
            st.sampled_from(["text", "rate", "width", "channels", "context", "voice", "request"]),
            st.none() | st.integers() | st.text(max_size=50) | st.dictionaries(st.just("conversation_id"), st.text()),
        ),
        "data_length": st.none() | st.integers(-1, 4),
        "payload_length": st.none() | st.integers(-1, 40) | st.text(max_size=2),
    },
)


@given(
    st.lists(
        st.tuples(frames, st.binary(max_size=40)).map(lambda each: json.dumps(each[0]).encode() + b"\n" + each[1])
        | st.binary(max_size=200),
        max_size=12,
    )
)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_nothing_that_a_client_sends_ends_the_server_or_is_a_fault(pieces):
    async def work(port):
        await raw(port, b"".join(pieces), hang_up=True)
        return await serves(port)

    faults = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(server.log, "exception", lambda *words: faults.append(words))
        assert run(work)
    assert faults == []
