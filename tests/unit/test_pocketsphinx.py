"""Real recordings through the embedded recogniser."""

import itertools
import subprocess
import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.fakes.hosted import KeptLink
from voiced.core.errors import IntentsInvalid, SttFailed
from voiced.core.intents import load_intents
from voiced.core.types import RATE, Purpose
from voiced.core.wire import Message
from voiced.engines import pocketsphinx
from voiced.engines.dictionary import word_of
from voiced.engines.pocketsphinx import PocketSphinx, Recogniser

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "config" / "intents" / "en"
COFFEE = ROOT / "tests" / "intents" / "coffee"
FRAME = 1024


@pytest.fixture(scope="module")
def bundled() -> Recogniser:
    return Recogniser(load_intents(INTENTS, "en"))


@pytest.fixture(scope="module")
def coffee() -> Recogniser:
    return Recogniser(load_intents(COFFEE, "en"))


def pcm(samples: np.ndarray, rate: int) -> bytes:
    return (soxr.resample(samples, rate, RATE).clip(-1, 1) * 32_767).astype("<i2").tobytes()


def read(path: Path) -> bytes:
    return pcm(*soundfile.read(path, dtype="float32"))


def synthetic(text: str, voice: str = "en-us") -> bytes:
    """The text in one of espeak-ng's voices, with the quiet hiss of a room before and after."""
    spoken = subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "--stdout", text], capture_output=True, check=True)
    with wave.open(BytesIO(spoken.stdout)) as source:
        samples = np.frombuffer(source.readframes(-1), "<i2").astype(np.float32) / 32_768
        sound = np.pad(samples, source.getframerate() // 2)
        rate = source.getframerate()
    return pcm(sound + np.random.default_rng(1).normal(0, 1e-3, len(sound)).astype(np.float32), rate)


def hear(recogniser: Recogniser, sound: bytes, purpose: Purpose = Purpose.COMMAND, size: int = FRAME) -> str:
    recogniser.start(purpose)
    for at in range(0, len(sound), size):
        recogniser.feed(sound[at : at + size])
    text, sure = recogniser.finish()
    assert 0 <= sure <= 1
    assert bool(text) == (sure >= 0.5)
    return text


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "text"), [("what_time_is_it", "what time is it"), ("set_timer", "set a timer for ten minutes")]
)
def test_real_commands(recordings: Path, bundled: Recogniser, name: str, text: str) -> None:
    sound = read(recordings / "audio/misc/rhasspy3" / f"{name}.flac")
    assert {hear(bundled, sound, size=size) for size in (FRAME, 3000, len(sound))} == {text}


@pytest.mark.recordings
def test_words_come_while_one_speaks(recordings: Path, bundled: Recogniser) -> None:
    sound = read(recordings / "audio/misc/rhasspy3/set_timer.flac")
    bundled.start()
    partials = [bundled.feed(sound[at : at + FRAME]) for at in range(0, len(sound), FRAME)]
    assert "set a timer" in partials
    assert partials.index("set a timer") < partials.index("set a timer for ten minutes") < len(partials)


@pytest.mark.recordings
def test_read_speech_is_no_command(recordings: Path, bundled: Recogniser, coffee: Recogniser) -> None:
    clips = sorted((recordings / "audio/librispeech-resemblyzer").rglob("*.flac"))[::80]
    assert clips
    assert [text for clip in clips for each in (bundled, coffee) if (text := hear(each, read(clip)))] == []


@pytest.mark.recordings
@pytest.mark.parametrize("purpose", Purpose)
def test_noise_is_no_command(recordings: Path, bundled: Recogniser, purpose: Purpose) -> None:
    kitchen = read(recordings / "audio/picovoice-intent/noise/kitchen.flac")
    silence, pieces = bytes(RATE * 4), [kitchen[at : at + RATE * 6] for at in range(0, RATE * 48, RATE * 16)]
    assert [text for sound in (silence, b"", *pieces) if (text := hear(bundled, sound, purpose))] == []


@pytest.mark.parametrize("entry", ["stop", "stop(2)", "stop~british"])
def test_another_way_to_say_a_word_is_the_same_word(entry: str) -> None:
    assert word_of(entry) == "stop"


def test_stop_is_heard_as_others_than_americans_say_it(bundled: Recogniser) -> None:
    rounded = synthetic("[[st'O:p]]", "en-gb-scotland")
    assert hear(bundled, rounded, Purpose.INTERRUPTION).startswith("stop")


def test_names_that_no_dictionary_knows(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "intents:\n  Start:\n    data:\n      - sentences: ['start the {robot}', 'stop the {robot}']\n"
        "lists:\n  robot:\n    values: [Roborock, Schnitzelmann]\n"
    )
    recogniser = Recogniser(load_intents(tmp_path, "en"))
    assert hear(recogniser, synthetic("start the roborock")) == "start the roborock"
    assert hear(recogniser, synthetic("stop the schnitzelmann")) == "stop the schnitzelmann"


def test_what_cannot_be_spoken_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "intents:\n  Do:\n    data:\n      - sentences: ['{any}']\nlists: {any: {wildcard: true}}"
    )
    with pytest.raises(IntentsInvalid, match="nothing in the templates can be spoken"):
        Recogniser(load_intents(tmp_path, "en"))


def test_only_words_that_stop_or_put_off_interrupt(bundled: Recogniser, coffee: Recogniser) -> None:
    assert hear(bundled, synthetic("be quiet"), Purpose.INTERRUPTION) == "be quiet"
    assert hear(bundled, synthetic("snooze"), Purpose.INTERRUPTION) == "snooze"
    assert hear(bundled, synthetic("what time is it"), Purpose.INTERRUPTION) == ""
    assert hear(coffee, synthetic("be quiet"), Purpose.INTERRUPTION) == ""


@pytest.mark.parametrize("voice", ["en-gb", "en-gb-scotland"])
def test_a_stop_by_a_voice_unlike_those_that_the_phones_were_learnt_from(bundled: Recogniser, voice: str) -> None:
    assert hear(bundled, synthetic("stop", voice), Purpose.INTERRUPTION).startswith("stop")


def test_frames_of_a_child() -> None:
    engine, link = PocketSphinx({"intents": str(INTENTS), "language": "en"}), KeptLink()
    sound = synthetic("what time is it")
    engine.handle(Message("audio-start", {"purpose": "command"}, request=7), link)
    for at in range(0, len(sound), 3200):
        engine.handle(Message("audio-chunk", {"start": 100 + at // 2}, sound[at : at + 3200], 7), link)
    engine.handle(Message("audio-stop", request=7), link)
    engine.handle(Message("cancel", request=7), link)
    last = link.messages[-1]
    assert (last.type, last.request, last.data["text"]) == ("transcript", 7, "what time is it")
    assert last.data["until"] == 100 + len(sound) // 2
    assert {message.type for message in link.messages[:-1]} == {"transcript-chunk"}
    with pytest.raises(SttFailed, match="does not know"):
        engine.handle(Message("dance"), link)
    engine.close()


def frames_of(sound: bytes, request: int) -> list[Message]:
    chunks = [
        Message("audio-chunk", {"start": at // 2}, sound[at : at + 3200], request) for at in range(0, len(sound), 3200)
    ]
    return [Message("audio-start", request=request), *chunks, Message("audio-stop", request=request)]


@pytest.mark.recordings
@pytest.mark.parametrize("cancelled", [False, True])
def test_who_speaks_at_the_same_time_is_heard_one_after_the_other(recordings: Path, cancelled) -> None:
    engine, link = PocketSphinx({"intents": str(INTENTS), "language": "en"}), KeptLink()
    time, timer = (
        read(recordings / "audio/misc/rhasspy3" / f"{name}.flac") for name in ("what_time_is_it", "set_timer")
    )
    first, second, given_up = frames_of(time, 1), frames_of(timer, 2), frames_of(time, 3)[:4]
    for together in itertools.zip_longest(first, second[:-1], given_up):
        for message in filter(None, together):
            engine.handle(message, link)
    engine.handle(Message("cancel", request=3), link)
    if cancelled:
        engine.handle(Message("cancel", request=2), link)
    else:
        engine.handle(second[-1], link)
    engine.handle(Message("cancel", request=1), link)
    told = [(message.request, message.data["text"]) for message in link.messages if message.type == "transcript"]
    assert told == [(1, "what time is it"), *([] if cancelled else [(2, "set a timer for ten minutes")])]
    engine.close()


def test_names_that_cannot_be_taken_leave_what_was_understood_before(monkeypatch, capsys) -> None:
    names = {"things": {"light": ["desk lamp"]}, "areas": []}
    settings = {"intents": str(INTENTS.parent), "language": "en"}
    whole, link = pocketsphinx.compile_grammar, KeptLink()

    def compile_grammar(intents, *some):
        if "HassTurnOn" in intents.intents:
            raise IntentsInvalid("too much")
        return whole(intents, *some)

    monkeypatch.setattr(pocketsphinx, "compile_grammar", compile_grammar)
    told, begun = PocketSphinx(settings), PocketSphinx({**settings, "home": names})
    told.handle(Message("home", names), link)
    for engine in (told, begun):
        engine.handle(Message("audio-start", request=1), link)
        engine.handle(Message("audio-chunk", {"start": 0}, synthetic("what time is it"), request=1), link)
        engine.handle(Message("audio-stop", request=1), link)
        assert link.messages[-1].data["text"] == "what time is it"
    assert capsys.readouterr().err.count("too much") == 2
