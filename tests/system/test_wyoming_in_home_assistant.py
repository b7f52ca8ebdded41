"""The real Home Assistant uses voiced through its Wyoming integration: as ears, mind and voice, and as a satellite."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
import soundfile
import soxr
from msgspec import convert

from tests.rigs.awaiting import until as until_so
from tests.rigs.background import until
from tests.rigs.box import Box
from tests.rigs.mosquitto import free_port
from tests.rigs.real_home_assistant import running
from voiced.assistant import Voiced
from voiced.children import engines, started
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.events import Failed, Heard, Spoken, TurnEnded, Woke
from voiced.core.tasks import ended
from voiced.engines.files import FileAudio
from voiced.kept import passing_database
from voiced.satellite import serve_satellite

pytestmark = [pytest.mark.timeout(300), pytest.mark.recordings]
SATELLITE = "assist_satellite.kitchen_voice"
EVERYTHING = {"stt.voiced", "tts.voiced", "conversation.voiced", "wake_word.voiced"}


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    box = Box(tmp_path_factory.mktemp("voiced"), "off")
    box.port = free_port()
    with (box.home / "config.toml").open("a") as file:
        file.write(f'[wyoming]\nlisten = ["127.0.0.1:{box.port}"]\n')
    with box.daemon():
        yield box


@pytest.fixture(scope="module")
def real(tmp_path_factory, box):
    with running(tmp_path_factory.mktemp("home_assistant")) as found:
        added = found.integrate("wyoming", host="127.0.0.1", port=box.port)
        assert (added["type"], added["title"]) == ("create_entry", "voiced"), added
        until(lambda: entities(found) >= EVERYTHING, "all that voiced offers is there")
        yield found


@pytest.fixture(scope="module")
def pipeline(real):
    engines: dict[str, Any] = {
        "stt_engine": "stt.voiced",
        "stt_language": "en",
        "conversation_engine": "conversation.voiced",
        "conversation_language": "en",
        "tts_engine": "tts.voiced",
        "tts_language": "en",
        "tts_voice": None,
        "wake_word_entity": "wake_word.voiced",
        "wake_word_id": "hey_jarvis",
    }
    return real.ask("assist_pipeline/pipeline/create", name="Voiced", language="en", **engines)["id"]


def state(real, entity):
    return next((each["state"] for each in real.dump()["states"] if each["id"] == entity), None)


def entities(real):
    return {each["id"] for each in real.dump()["states"] if each["id"].endswith(".voiced")}


def recorded(path):
    sound, rate = soundfile.read(path, dtype="float32")
    return (soxr.resample(sound, rate, 16_000).clip(-1, 1) * 32_767).astype("<i2").tobytes() + bytes(48_000)


def test_a_question_is_heard_answered_and_spoken_by_voiced(real, box, pipeline, recordings):
    sound = recorded(recordings / "audio/misc/rhasspy3/what_time_is_it.flac")
    told = real.run_pipeline(
        sound, start_stage="stt", end_stage="tts", input={"sample_rate": 16_000}, pipeline=pipeline
    )
    assert "error" not in told, told
    assert told["stt-end"]["stt_output"]["text"] == "what time is it"
    speech = told["intent-end"]["intent_output"]["response"]["speech"]["plain"]["speech"]
    assert ":" in speech or "o'clock" in speech or "It is" in speech
    spoken = real.get(told["tts-end"]["tts_output"]["url"])
    assert spoken.headers["content-type"].startswith("audio/")
    assert len(spoken.content) > 4000
    assert {message["conversation"].partition("-")[0] for message in box("history")} == {"elsewhere"}


def test_its_wake_words_wake_a_pipeline(real, pipeline, recordings):
    assert real.ask("wake_word/info", entity_id="wake_word.voiced")["wake_words"] == [
        {"id": "hey_jarvis", "name": "hey_jarvis", "phrase": "hey jarvis"}
    ]
    word = recorded(recordings / "audio/ohf-wake/hey_jarvis/2.flac")[: 2 * 22_400]  # What is after it is silence.
    sound = bytes(16_000) + word + recorded(recordings / "audio/misc/rhasspy3/what_time_is_it.flac")
    wanted = {"start_stage": "wake_word", "end_stage": "intent", "pipeline": pipeline}
    told = real.run_pipeline(sound, input={"sample_rate": 16_000, "timeout": 60}, **wanted)
    assert told["wake_word-end"]["wake_word_output"]["wake_word_id"] == "hey_jarvis"
    assert told["stt-end"]["stt_output"]["text"] == "what time is it", told


def test_a_conversation_goes_on_as_home_assistant_goes_on_with_it(real, pipeline):
    def asked(text, **more):
        told = real.run_pipeline(
            start_stage="intent", end_stage="intent", input={"text": text}, pipeline=pipeline, **more
        )
        output = told["intent-end"]["intent_output"]
        return output["response"]["speech"]["plain"]["speech"], output["conversation_id"]

    first, conversation = asked("set a timer for ten minutes")
    second, same = asked("make it twelve minutes", conversation_id=conversation)
    assert (same, "ten" in first or "10" in first, "twelve" in second or "12" in second) == (conversation, True, True)


def test_what_is_not_known_is_told_as_a_failure(real):
    answer = real.ask("conversation/process", text="colourless green ideas sleep", agent_id="conversation.voiced")
    assert answer["response"]["response_type"] == "error"
    assert answer["response"]["speech"]["plain"]["speech"] == "Sorry, I do not know that."


def test_home_assistant_has_nothing_to_complain_about(real):
    about = [line for line in real.log().splitlines() if "components.wyoming" in line or "voiced" in line.lower()]
    assert about == []


@asynccontextmanager
async def whole(config, sound):
    """All of voiced with a recording for a microphone; its speaker counts what was heard of it."""
    parts, activity = engines(config), Activity()
    async with passing_database() as database, started(parts.stt, parts.tts):
        audio = FileAudio(sound, activity, activity.quiet, lambda: True, fast=False)
        voiced = Voiced(config, audio, audio, activity, Bus(), parts, database=database, live=False)
        play, voiced.played_s = audio.play, 0.0

        async def counted(clips, progress):
            def heard(played):
                last[0] = played.seconds
                progress(played)

            last = [0.0]
            await play(clips, heard)
            voiced.played_s += last[0]

        audio.play = counted
        async with voiced.running():
            yield voiced
        await audio.close()


@asynccontextmanager
async def satellite(real, port, sound):
    """All of voiced as a satellite that Home Assistant has taken; then it hears a recording."""
    config = convert({"home": {"room": "Kitchen"}, "wyoming": {"satellite": [f"127.0.0.1:{port}"]}}, Config)
    async with asyncio.timeout(200), whole(config, sound) as voiced:
        serving = asyncio.create_task(serve_satellite(config, voiced))
        try:
            await until_so(lambda: voiced.elsewhere, "it serves")
            added = await asyncio.to_thread(real.integrate, "wyoming", host="127.0.0.1", port=port)
            assert (added["type"], added["title"]) == ("create_entry", "Kitchen voice"), added
            await until_so(lambda: voiced.elsewhere.ready, "Home Assistant has taken it")
            await until_so(lambda: state(real, SATELLITE) == "idle", "it is there")
            hearing = asyncio.create_task(voiced.hear())
            yield voiced
        finally:
            await ended([serving])
    await hearing


def test_what_is_said_to_voiced_is_answered_by_home_assistants_pipeline(real, pipeline, recordings):
    word = recorded(recordings / "audio/ohf-wake/hey_jarvis/2.flac")[: 2 * 22_400]  # What is after it is silence.
    question = recorded(recordings / "audio/misc/rhasspy3/what_time_is_it.flac")
    sound = bytes(32_000) + word + question + bytes(120 * 32_000)
    real.ask("assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline)
    real.ask("config/core/update", internal_url=real.url)

    async def run():
        async with satellite(real, free_port(), sound) as voiced:
            events = []
            voiced.bus.watch(events.append)
            await until_so(lambda: any(isinstance(each, TurnEnded) for each in events), "it is answered", 60)
            played = voiced.played_s
            announced = await asyncio.to_thread(
                real.ask,
                "call_service",
                domain="assist_satellite",
                service="announce",
                target={"entity_id": SATELLITE},
                service_data={"message": "Dinner is ready."},
            )
            assert announced
            return events, played, voiced.played_s - played

    events, answer_s, announcement_s = asyncio.run(run())
    assert [each.word for each in events if isinstance(each, Woke)] == ["hey_jarvis"]
    assert [each.code for each in events if isinstance(each, Failed)] == []
    assert [each.text for each in events if isinstance(each, Heard)] == ["what time is it"]
    (said,) = [each for each in events if isinstance(each, Spoken)]
    assert said.text.startswith("It is ")
    assert said.complete
    assert answer_s > 0.5
    assert announcement_s > 0.5
