"""The real Home Assistant uses voiced through its own Wyoming integration: as ears, mind and voice."""

from typing import Any

import pytest
import soundfile
import soxr

from tests.rigs.background import until
from tests.rigs.box import Box
from tests.rigs.mosquitto import free_port
from tests.rigs.real_home_assistant import running

pytestmark = [pytest.mark.timeout(300), pytest.mark.recordings]
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
