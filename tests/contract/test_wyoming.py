"""Recognisers and voices on other machines, against servers that others wrote, and against hostile ones."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from tests.rigs.certificates import self_signed
from tests.rigs.sockets import after, dripping, endless, saying, serving, silent, slammed
from voiced.core.config import RemoteConfig
from voiced.core.errors import (
    ConfigInvalid,
    DeadlinePassed,
    InputInvalid,
    RemoteUnreachable,
    SttFailed,
    TtsFailed,
    VoicedError,
)
from voiced.core.types import SpeechChunk, Transcript
from voiced.engines.wyoming_stt import WyomingStt
from voiced.engines.wyoming_tts import WyomingTts

pytest.importorskip("wyoming", reason="the servers under test are made with the wyoming package (group dev)")
from tests.rigs.wyoming import SpeechServer

TRANSPORTS = pytest.mark.parametrize("transport", ["tcp", "unix", "tls"])
SOUND = bytes(range(256)) * 25


async def speech(chunks: int = 4, pause_s: float = 0.0) -> AsyncIterator[SpeechChunk]:
    for number in range(chunks):
        await asyncio.sleep(pause_s)
        yield SpeechChunk("t", SOUND, 1000 + number * len(SOUND) // 2)


async def speak(tts: WyomingTts, text: str = "Hello there.") -> list:
    async with aclosing(tts.synthesize(text)) as clips:
        return [clip async for clip in clips]


@pytest.fixture
def certificate(tmp_path):
    return self_signed(tmp_path)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr("voiced.engines.wyoming.CONNECT_S", 0.5)


@TRANSPORTS
def test_a_recogniser_hears_what_is_said_and_tells_it_as_the_port_wants_it(transport, tmp_path, certificate):
    server = SpeechServer()

    async def run():
        async with server.on(transport, tmp_path, certificate.context) as url:
            stt = WyomingStt(RemoteConfig(url=url, model="base", ca_file=str(certificate.file)), 5, "de")
            try:
                return await stt.describe(), [await stt.transcribe(speech()) for _ in range(3)]
            finally:
                await stt.close()

    info, transcripts = asyncio.run(run())
    assert (info.name, info.model) == ("listener", "base")
    assert transcripts == [Transcript("turn on the light", until=1000 + 4 * len(SOUND) // 2)] * 3
    assert [event.data for event in server.asked("transcribe")] == [{"name": "base", "language": "de"}] * 3
    assert [event.data for event in server.asked("audio-start")] == [{"rate": 16_000, "width": 2, "channels": 1}] * 3
    assert b"".join(event.payload for event in server.asked("audio-chunk")) == SOUND * 12
    assert len(server.asked("audio-stop")) == 3
    assert len(server.asked("describe")) == 1


@TRANSPORTS
def test_a_voice_speaks_one_sentence_after_the_other_over_one_connection(transport, tmp_path, certificate):
    server = SpeechServer()

    async def run():
        async with server.on(transport, tmp_path, certificate.context) as url:
            tts = WyomingTts(RemoteConfig(url=url, model="voice 0", ca_file=str(certificate.file)), 5)
            spoken = [await speak(tts, text) for text in ("One.", "Two.")]
            await tts.close()
            return spoken

    spoken = asyncio.run(run())
    assert [[(clip.samples, clip.rate) for clip in clips] for clips in spoken] == [[(bytes(2048), 22_050)] * 3] * 2
    voice = {"name": "voice 0"}
    assert [event.data for event in server.asked("synthesize")] == [
        {"text": "One.", "voice": voice},
        {"text": "Two.", "voice": voice},
    ]
    assert server.connections == 1


@pytest.mark.parametrize("way", ["hangs_up", "drops"])
def test_a_server_that_closes_connections_is_connected_to_again(way, tmp_path):
    server = SpeechServer()
    setattr(server, way, True)

    async def run():
        async with server.on("tcp", tmp_path) as url:
            remote = RemoteConfig(url=url)
            tts, stt = WyomingTts(remote, 5), WyomingStt(remote, 5)
            spoken = [len(await speak(tts)) for _ in range(4)]
            heard = [(await stt.transcribe(speech())).text for _ in range(2)]
            await tts.close()
            return spoken, heard

    assert asyncio.run(run()) == ([3] * 4, ["turn on the light"] * 2)
    assert server.connections == 4 + 2


def test_what_a_streaming_recogniser_understands_so_far_is_told(tmp_path):
    server = SpeechServer()
    server.chunks = ["Turn on", " the", " light."]
    partials = []

    async def run():
        async with server.on("tcp", tmp_path) as url:
            return await WyomingStt(RemoteConfig(url=url), 5).transcribe(speech(), partial=partials.append)

    assert asyncio.run(run()).text == "turn on the light"
    assert [(each.text, each.until, each.final) for each in partials] == [
        ("turn on", 0, False),
        ("turn on the", 0, False),
        ("turn on the light", 0, False),
    ]


def test_a_server_may_tell_of_many_voices(tmp_path):
    server = SpeechServer()
    server.voices = 1000

    async def run():
        async with server.on("tcp", tmp_path) as url:
            return await WyomingTts(RemoteConfig(url=url), 5).describe()

    assert asyncio.run(run()).name == "speaker"


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
@pytest.mark.parametrize("width", [2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_voice_of_any_form_becomes_clips(rate, width, channels, tmp_path):
    wanted = np.array([0, 1000, -1000, 32_767, -32_768, 5], "<i2")
    wide = (wanted.astype("<i8") << 8 * (width - 2)).repeat(channels)
    data = b"".join(int(sample).to_bytes(width, "little", signed=True) for sample in wide)
    server = SpeechServer()
    server.form = (rate, width, channels)
    server.sound = [data[:5], data[5:6], data[6:]]

    async def run():
        async with server.on("tcp", tmp_path) as url:
            tts = WyomingTts(RemoteConfig(url=url), 5)
            clips = await speak(tts)
            await tts.close()
            return clips

    clips = asyncio.run(run())
    assert b"".join(clip.samples for clip in clips) == wanted.tobytes()
    assert {clip.rate for clip in clips} == {rate}


def test_a_sentence_cut_short_leaves_the_voice_ready(tmp_path):
    server = SpeechServer()
    server.sound = [bytes(60_000)] * 50

    async def run():
        async with server.on("tcp", tmp_path) as url:
            tts = WyomingTts(RemoteConfig(url=url), 5)
            for _ in range(3):
                async with aclosing(tts.synthesize("A long story.")) as clips:
                    async for _clip in clips:
                        break
            server.sound = [bytes(2)]
            clips = await speak(tts)
            await tts.close()
            return clips

    assert len(asyncio.run(run())) == 1


@pytest.mark.parametrize("text", ["", " ", "…", "\N{PILE OF POO}"])
def test_a_text_without_words_is_not_sent(text, tmp_path):
    server = SpeechServer()

    async def run():
        async with server.on("tcp", tmp_path) as url:
            return await speak(WyomingTts(RemoteConfig(url=url), 5), text)

    assert asyncio.run(run()) == []
    assert not server.events


def test_a_text_that_is_too_long_is_the_caller_s_fault(tmp_path):
    async def run():
        async with SpeechServer().on("tcp", tmp_path) as url:
            await speak(WyomingTts(RemoteConfig(url=url), 5), "word " * 50_000)

    with pytest.raises(InputInvalid):
        asyncio.run(run())


def test_the_server_s_own_error_is_told_without_its_words(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    server = SpeechServer()
    server.fails = True

    async def run():
        async with server.on("tcp", tmp_path) as url:
            remote = RemoteConfig(url=url)
            with pytest.raises(SttFailed) as stt_failed:
                await WyomingStt(remote, 5).transcribe(speech())
            with pytest.raises(TtsFailed) as tts_failed:
                await speak(WyomingTts(remote, 5))
            return stt_failed.value, tts_failed.value

    for error in asyncio.run(run()):
        assert "secret" not in f"{error.message} {error.hint}"
        assert "127.0.0.1" in error.message
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("service", "engine"), [("tts", WyomingStt), ("asr", WyomingTts)])
def test_a_server_that_does_something_else_is_told_of(service, engine, tmp_path):
    server = SpeechServer()
    server.services = {service}

    async def run():
        async with server.on("tcp", tmp_path) as url:
            await engine(RemoteConfig(url=url), 5).describe()

    with pytest.raises(RemoteUnreachable, match="offers no"):
        asyncio.run(run())


def test_a_user_may_speak_for_longer_than_the_deadline(tmp_path):
    async def run():
        async with SpeechServer().on("tcp", tmp_path) as url:
            return await WyomingStt(RemoteConfig(url=url), 0.1).transcribe(speech(4, pause_s=0.15))

    assert asyncio.run(run()).text == "turn on the light"


def test_a_recognition_that_is_given_up_leaves_nothing_behind(tmp_path):
    async def run():
        async with SpeechServer().on("tcp", tmp_path) as url:
            stt = WyomingStt(RemoteConfig(url=url), 5)
            for steps in (0, 1, 5, 50):
                before = len(asyncio.all_tasks())
                task = asyncio.create_task(stt.transcribe(speech(1000, pause_s=0.001)))
                for _ in range(steps):
                    await asyncio.sleep(0.001)
                task.cancel()
                await asyncio.wait([task])
                names = {each.get_name() for each in asyncio.all_tasks()}
                assert "speech to the recogniser" not in names, before
            return await stt.transcribe(speech())

    assert asyncio.run(run()).text == "turn on the light"


@pytest.mark.parametrize("trusted", ["nobody", "another"])
def test_a_certificate_that_is_not_trusted_is_told_of(trusted, tmp_path, certificate):
    (tmp_path / "other").mkdir()
    another = self_signed(tmp_path / "other", "DNS:example.org")

    async def run():
        # `another` is trusted, but is another machine's.
        served = certificate if trusted == "nobody" else another
        async with SpeechServer().on("tls", tmp_path, served.context) as url:
            ca_file = "" if trusted == "nobody" else str(another.file)
            await WyomingStt(RemoteConfig(url=url, ca_file=ca_file), 5).transcribe(speech())

    with pytest.raises(RemoteUnreachable, match="not trusted") as caught:
        asyncio.run(run())
    assert "ca_file" in caught.value.hint


def test_tls_where_there_is_none_is_told_of(tmp_path):
    async def run():
        async with SpeechServer().on("tcp", tmp_path) as url:
            await WyomingStt(RemoteConfig(url=url.replace("tcp", "tls")), 5).transcribe(speech())

    with pytest.raises(RemoteUnreachable):
        asyncio.run(run())


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/at/all", "tcp://no.such.host.invalid:10300"])
def test_a_server_that_is_not_there_is_told_of(url):
    with pytest.raises(RemoteUnreachable):
        asyncio.run(WyomingStt(RemoteConfig(url=url), 5).transcribe(speech()))
    with pytest.raises(RemoteUnreachable):
        asyncio.run(speak(WyomingTts(RemoteConfig(url=url), 5)))


@pytest.mark.parametrize(
    "remote",
    [
        {"url": "tcp://host"},
        {"url": "tcp://host:99999999"},
        {"url": "tcp://[::1:80"},
        {"url": "tls://host:1", "ca_file": "/nowhere.pem"},
        {"url": "tls://host:1", "ca_file": __file__},
        {"url": "tcp://host:1", "token_file": __file__},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(remote):
    with pytest.raises(ConfigInvalid):
        WyomingTts(RemoteConfig(**remote), 5)


INFO = b'{"type": "info", "data": {"asr": [{"name": "a"}], "tts": [{"name": "b"}]}}\n'
HEADER = b'{"type": "transcript", "data": {"text": "'
CHUNK = b'{"type": "audio-chunk", "data": {"rate": 16000, "width": 2, "channels": 1}, "payload_length": 4}\n'
BEHAVIOURS = {
    "silent": silent,
    "slammed": slammed,
    "garbage": saying(bytes(range(256)) * 50),
    "endless header": endless(HEADER),
    "endless payload": endless(b'{"type": "audio-chunk", "payload_length": 1000000000000}\n'),
    "endless data": endless(b'{"type": "transcript", "data_length": 1000000000000}\n'),
    "negative": saying(b'{"type": "audio-chunk", "payload_length": -5}\n'),
    "deep": saying(b'{"type": "transcript", "data": ' + b'{"a":' * 5000 + b"\n"),
    "cut header": saying(HEADER),
    "cut payload": saying(CHUNK + b"ab"),
    "no object": saying(b"[1, 2, 3]\n"),
    "another text": saying(b'{"type": "transcript", "data": {"text": 5}}\n{"type": "audio-chunk"}\n'),
    "dripping header": dripping(HEADER),
    "other frames": dripping(drop=b'{"type": "ping"}\n'),
    "flood of frames": endless(piece=b'{"type": "ping"}\n' * 1000),
    "endless transcript": endless(piece=b'{"type": "transcript-chunk", "data": {"text": "and "}}\n{"type": "x"}\n'),
    "dripping sound": dripping(drop=CHUNK + bytes(4)),
    "odd form": saying(CHUNK.replace(b"16000", b"1") + bytes(4)),
    "form of another type": saying(CHUNK.replace(b"16000", b'"fast"') + bytes(4)),
    "another form": saying(CHUNK + bytes(4) + CHUNK.replace(b"16000", b"22050") + bytes(4)),
}
EXPECTED = (RemoteUnreachable, DeadlinePassed, SttFailed, TtsFailed)


@pytest.mark.parametrize("informed", [False, True])
@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_hostile_server_ends_in_an_error_of_ours(name, informed):
    behaviour = BEHAVIOURS[name]
    # The first connection asks what the server is, and then goes on with the request.
    behave = after(b"\n", behaviour, INFO) if informed else behaviour

    async def run():
        async with serving(behave) as port:
            remote = RemoteConfig(url=f"tcp://127.0.0.1:{port}")
            stt, tts = WyomingStt(remote, 0.3), WyomingTts(remote, 0.3)
            errors: list[VoicedError] = []
            with pytest.raises(EXPECTED) as caught:
                await stt.transcribe(speech())
            errors.append(caught.value)
            with pytest.raises(EXPECTED) as caught:
                await speak(tts)
            errors.append(caught.value)
            await asyncio.gather(stt.close(), tts.close())
            return errors

    for error in asyncio.run(run()):
        assert error.message


def test_a_server_that_does_not_listen_is_given_up():
    async def run():
        async with serving(after(b"\n", silent, INFO)) as port:
            await WyomingStt(RemoteConfig(url=f"tcp://127.0.0.1:{port}"), 0.3).transcribe(speech(10_000))

    with pytest.raises(DeadlinePassed):
        asyncio.run(run())


def test_a_sentence_that_breaks_off_is_not_begun_again():
    requests = []

    async def behave(reader, writer):
        requests.append(await reader.readuntil(b"\n"))
        writer.write(INFO)
        requests.append(await reader.readuntil(b"\n"))
        writer.write(CHUNK + bytes(4))
        await writer.drain()

    async def run():
        async with serving(behave) as port:
            return await speak(WyomingTts(RemoteConfig(url=f"tcp://127.0.0.1:{port}"), 1))

    with pytest.raises(RemoteUnreachable):
        asyncio.run(run())
    assert len(requests) == 2
