"""Voiced as Home Assistant's ears, voice and mind, whole: its own recogniser, voice, rules and file behind Wyoming."""

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soundfile
import soxr
from msgspec import convert

from tests.conftest import ROOT
from voiced.assistant import Voiced
from voiced.children import engines, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid
from voiced.core.history import Wanted
from voiced.core.status import EngineStatus
from voiced.engines.files import FileAudio
from voiced.hearing_others import info, serve_others, services
from voiced.kept import passing_database

pytest.importorskip("wyoming", reason="the client is made with the wyoming package (group dev)")
from tests.rigs.others import (
    Describe,
    Detect,
    Detection,
    Handled,
    Info,
    NotHandled,
    Ping,
    Synthesize,
    Transcribe,
    Transcript,
    client,
    listening,
    spoken,
    told,
)


@asynccontextmanager
async def whole():
    """All of voiced, with its embedded engines, behind a port."""
    config = Config()
    parts, activity = engines(config), Activity()
    async with asyncio.timeout(100), passing_database() as database, started(parts.stt, parts.tts):
        audio = FileAudio(bytes(32_000), activity, activity.quiet, lambda: True, fast=False)
        voiced = Voiced(config, audio, audio, activity, Bus(), parts, database=database, live=False)
        async with voiced.running(), listening(services(config, voiced)) as port:
            yield voiced, port
        await audio.close()


@pytest.mark.recordings
def test_it_hears_speaks_and_answers(recordings):
    sound, rate = soundfile.read(recordings / "audio/misc/rhasspy3/what_time_is_it.flac", dtype="float32")
    samples = (soxr.resample(sound, rate, 16_000).clip(-1, 1) * 32_767).astype("<i2").tobytes()

    async def run():
        async with whole() as (_, port):
            (described,) = await told(port, Describe(), end="info")
            heard = await told(port, Transcribe(language="en"), *spoken(samples), end="transcript")
            said = await told(port, Synthesize("It is ten past four. Have a nice day!"), end="audio-stop")
            return Info.from_event(described), Transcript.from_event(heard[-1]), said

    told_of, heard, said = asyncio.run(run())
    (asr,), (tts,), (handle,) = told_of.asr, told_of.tts, told_of.handle
    assert [(model.name, model.installed, model.languages) for model in asr.models] == [("pocketsphinx", True, ["en"])]
    assert [(voice.name, voice.installed) for voice in tts.voices] == [("espeak", True)]
    assert (asr.installed, asr.requires_external_vad, asr.supports_transcript_streaming) == (True, True, False)
    assert tts.supports_synthesize_streaming
    assert (handle.installed, handle.supports_home_control) == (True, False)
    assert heard == Transcript("what time is it", language="en")
    sound = b"".join(event.payload for event in said if event.type == "audio-chunk")
    assert 2 * 22_050 < len(sound) // 2 < 6 * 22_050
    assert np.abs(np.frombuffer(sound, "<i2")).max() > 3000


@pytest.mark.recordings
def test_it_hears_its_wake_words_for_others(recordings):
    word, _ = soundfile.read(recordings / "audio/ohf-wake/hey_jarvis/2.flac", dtype="int16")
    sound = spoken(bytes(16_000) + word.tobytes() + bytes(32_000))

    async def run():
        async with whole() as (_, port):
            (described,) = await told(port, Describe(), end="info")
            found = await told(port, Detect(["hey_jarvis"]), *sound, end="detection")
            lost = await told(port, Detect(), *spoken(bytes(64_000)), end="not-detected")
            (refused,) = await told(port, Detect(["alexa"]), *sound[:1], end="error")
            return Info.from_event(described), Detection.from_event(found[-1]), lost, refused

    told_of, found, lost, refused = asyncio.run(run())
    assert [(model.name, model.phrase) for model in told_of.wake[0].models] == [("hey_jarvis", "hey jarvis")]
    assert found.name == "hey_jarvis"
    assert 500 < found.timestamp <= 1000 * (len(word) / 16_000 + 1.5)
    assert [event.type for event in lost] == ["not-detected"]
    assert refused.data["code"] == "input-invalid"


def test_each_conversation_is_kept_under_its_own_name_and_apart_from_the_room():
    def request(text, conversation):
        return Transcript(text, context={"conversation_id": conversation})

    async def run():
        async with whole() as (voiced, port):
            await voiced.ask("what time is it", aloud=False)
            (first,) = await told(port, request("set a timer for ten minutes", "01ABC"), end="handled")
            (second,) = await told(port, request("make it twelve minutes", "01ABC"), end="handled")
            (lost,) = await told(port, request("colourless green ideas sleep", "01XYZ"), end="not-handled")
            found = (await voiced.conversations.find(Wanted())).items
            talks = {each.space: [each.messages] for each in found}
            for each in found:
                talks[each.space].append([m.content for m in await voiced.conversations.last(each.id, 9)][::2])
            return first, second, lost, [(each.space, each.title) for each in found], voiced.promises.active()

    first, second, lost, found, timers = asyncio.run(run())
    assert "timer" in Handled.from_event(first).text.lower() or "ten minutes" in Handled.from_event(first).text.lower()
    assert "twelve" in Handled.from_event(second).text.lower() or "12" in Handled.from_event(second).text
    assert NotHandled.from_event(lost).text == "Sorry, I do not know that."
    assert len(timers) == 1
    assert sorted(found) == [
        ("elsewhere", "colourless green ideas sleep"),
        ("elsewhere", "set a timer for ten minutes"),
        ("home", "what time is it"),
    ]


def test_what_does_not_work_is_not_installed():
    def status(kind, engine, problem=""):
        return EngineStatus(kind, engine, "waiting" if problem else "ready", None, 0, problem)

    broken = "there is no model base.en"
    found = info(
        Config(), [status("stt", "whisper", broken), status("stt", "pocketsphinx"), status("tts", "piper", "x")]
    )
    assert [(model["name"], model["installed"]) for model in found["asr"][0]["models"]] == [
        ("whisper", False),
        ("pocketsphinx", True),
    ]
    assert (found["asr"][0]["installed"], found["tts"][0]["installed"]) == (True, False)
    assert info(Config(), [])["asr"] == []
    home = convert({"home": {"mqtt": {"host": "broker"}}}, Config)
    assert info(home, [])["handle"][0]["supports_home_control"]


def test_the_daemon_serves_it_where_it_is_configured_and_ends_with_it(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = [f"store.folder='{tmp_path}/state'", f"control.socket='{tmp_path}/socket'"]
    sets = [f"--set={each}" for each in (*places, f"wyoming.listen=['127.0.0.1:{port}']")]
    command = [sys.executable, "-m", "voiced.cli.main", "run", *sets]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VOICED_CONFIG": os.devnull}

    async def run():
        daemon = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
        )
        assert daemon.stderr
        log = b""
        while b"listening for wyoming" not in log:
            line = await daemon.stderr.readline()
            assert line, log
            log += line
        (answer,) = await told(port, Transcript("what is two plus two"), end="handled")
        async with client(port) as left_open:
            await left_open.write_event(Ping("there").event())
            await left_open.read_event()
            daemon.terminate()
            log += await daemon.stderr.read()
            return answer, await daemon.wait(), log.decode()

    answer, code, log = asyncio.run(run())
    assert "4" in Handled.from_event(answer).text or "four" in Handled.from_event(answer).text.lower()
    assert code == 0, log
    assert "Traceback" not in log


def test_an_address_that_others_reach_needs_a_network_that_may():
    async def run():
        await serve_others(convert({"wyoming": {"listen": ["192.168.1.5"]}}, Config), None)

    with pytest.raises(ConfigInvalid, match=r"192\.168\.1\.5 can be reached from other machines"):
        asyncio.run(run())
