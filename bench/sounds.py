"""Recordings for benches: found, read, and made noisy."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voiced.core.types import FRAME_SAMPLES, RATE, Frame

DATA = Path(os.environ.get("VOICED_TEST_DATA", Path(__file__).parents[2] / "shared"))
AUDIO = DATA / "audio"
VOCABULARY = DATA / "models/whisper/for-tests-ggml-tiny.en.bin"
"""Whisper's words and filters, without weights: stubs are made of it."""
SUFFIXES = {".flac", ".ogg", ".wav"}


def recordings(*folders: str) -> list[Path]:
    """All recordings in some folders, in a fixed order."""
    return [path for name in folders for path in sorted((AUDIO / name).rglob("*")) if path.suffix in SUFFIXES]


def read(path: Path) -> np.ndarray:
    """A recording as float32 in 16-bit units, mono, 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    return (mono if rate == RATE else soxr.resample(mono, rate, RATE)) * 32_767


def noisy(samples: np.ndarray, noise: np.ndarray, snr_db: float, random: np.random.Generator) -> np.ndarray:
    """Adds noise, from a random place, so much weaker than the recording's loud parts."""
    start = int(random.integers(0, max(1, len(noise) - len(samples))))
    piece = np.resize(noise[start : start + len(samples)], len(samples))
    loud = np.percentile(np.abs(samples), 95) + 1
    return samples + piece * (loud / (np.percentile(np.abs(piece), 95) + 1) / 10 ** (snr_db / 20))


def pcm(samples: np.ndarray) -> bytes:
    """Samples as s16le."""
    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()


def frames(sound: bytes) -> Iterator[Frame]:
    """Cuts sound into the ear's frames; what does not fill one is dropped."""
    size = FRAME_SAMPLES * 2
    for at in range(0, len(sound) - size + 1, size):
        yield Frame(sound[at : at + size], at // 2)
