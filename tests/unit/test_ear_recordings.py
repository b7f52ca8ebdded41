"""The real ear on real recordings: cascade, detector and all."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import ROOT
from voiced.core.attention import Attention
from voiced.core.config import EndpointConfig, WakeConfig, WakeWordConfig
from voiced.core.events import Signal, Woke
from voiced.core.types import FRAME_SAMPLES, RATE, Completeness, EndReason, Frame, SpeechChunk, Utterance
from voiced.ear.cascade import Cascade
from voiced.ear.detections import detections
from voiced.ear.gate import Gate
from voiced.ear.listen import listen
from voiced.ear.words import Detection, words
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake
from voiced.engines.silero import Silero

LABELS: dict[str, list[float]] = json.loads((ROOT / "bench/labels/speech.json").read_text())
WORDS = ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu")
COMMAND = "misc/rhasspy3/what_time_is_it.flac"


class Nobody:
    """No recogniser, and a daemon that does nothing."""

    def completeness(self, until: int) -> Completeness:
        assert until > 0
        return Completeness.UNKNOWN

    def take_listen(self) -> float | None:
        return None

    def attention(self) -> Attention:
        return Attention()

    def speaking(self) -> bool:
        return False

    def earcons(self) -> Sequence[tuple[int, int]]:
        return ()


def cascade() -> Cascade:
    config = WakeConfig(words={name: WakeWordConfig(micro=name, openwake=name) for name in WORDS})
    names = {name: name for name in WORDS}
    first = MicroWake(names)
    return Cascade(words(config, first.cutoffs), first, OpenWake(names), Gate(Silero()))


def frames(sound: np.ndarray) -> Iterator[Frame]:
    for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield Frame(sound[start : start + FRAME_SAMPLES].tobytes(), start)


def speech(recordings: Path, name: str) -> np.ndarray:
    """A recording from its first speech to its last."""
    samples, _ = soundfile.read(recordings / "audio" / name, dtype="int16")
    begin, end = (round(at * RATE) for at in LABELS[name])
    return samples[begin:end]


def room(*parts: np.ndarray | float) -> np.ndarray:
    """Sounds, and seconds of silence between them, in a room that is never quite silent."""
    joined = np.concatenate([np.zeros(round(part * RATE)) if isinstance(part, float) else part for part in parts])
    return (joined + np.random.default_rng(0).normal(0, 8, len(joined))).clip(-32_768, 32_767).astype(np.int16)


def heard(sound: np.ndarray) -> list[Signal]:
    nobody = Nobody()
    signals = listen(frames(sound), cascade(), Silero(), nobody, nobody, EndpointConfig())
    return [signal for signal in signals if signal]


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "pause"),
    [("ohf-wake/hey_jarvis/2.flac", pause) for pause in (0.0, 0.1, 0.4, 1.0, 2.0)]
    + [("ohf-wake/alexa/1.flac", pause) for pause in (0.1, 0.4, 1.0, 2.0)],
)
def test_a_command_is_cut_out_with_any_pause(recordings: Path, name: str, pause: float) -> None:
    word, command = speech(recordings, name), speech(recordings, COMMAND)
    signals = heard(room(1.0, word, pause, command, 2.0))
    assert [signal.word for signal in signals if isinstance(signal, Woke)] == [name.split("/")[1]]
    (utterance,) = (signal for signal in signals if isinstance(signal, Utterance))
    begin = 1.0 + len(word) / RATE + pause
    assert utterance.reason is EndReason.SILENCE
    assert begin - 0.35 < utterance.start / RATE < begin + 0.05
    assert utterance.speech_end / RATE == pytest.approx(begin + len(command) / RATE, abs=0.15)
    chunks = [signal for signal in signals if isinstance(signal, SpeechChunk)]
    assert chunks[0].start == utterance.start


@pytest.mark.recordings
def test_a_wake_word_alone_is_followed_by_nothing(recordings: Path) -> None:
    signals = heard(room(1.0, speech(recordings, "ohf-wake/hey_jarvis/2.flac"), 5.0))
    assert [type(signal).__name__ for signal in signals] == ["Woke", "Utterance"]
    assert isinstance(signals[1], Utterance)
    assert signals[1].reason is EndReason.NOTHING_SAID


@pytest.mark.recordings
def test_each_word_is_told_from_the_others(recordings: Path) -> None:
    found = {}
    for word in WORDS:
        for number in (1, 2):
            sound = room(0.5, speech(recordings, f"ohf-wake/{word}/{number}.flac"), 1.5)
            hits = [each.word for each in detections(frames(sound), cascade()) if isinstance(each, Detection)]
            found[word, number] = hits
    assert {key: hits for key, hits in found.items() if hits not in ([], [key[0]])} == {}
    # The second stage hears nothing at all in one speaker's "okay Nabu".
    assert [key for key, hits in found.items() if not hits] in ([], [("okay_nabu", 1)])


@pytest.mark.recordings
def test_read_speech_wakes_nobody(recordings: Path) -> None:
    paths = sorted((recordings / "audio/librispeech-4").rglob("*.flac"))
    sound = np.concatenate([soundfile.read(path, dtype="int16")[0] for path in paths])
    assert not [each for each in detections(frames(sound), cascade()) if isinstance(each, Detection)]
