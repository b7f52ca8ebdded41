"""Sound as devices have it, and sound as voiced has it: rates, channels, loudness.

Source of the resampling: libsoxr, through python-soxr's stream.
"""

# pyright: reportMissingTypeStubs=false

import math

import numpy as np
import soxr
from numpy.typing import NDArray

from voiced.core.types import RATE

FULL_SCALE = 32_767
SILENCE_DB = -120.0
"""What a level of nothing at all is called."""

Samples = NDArray[np.int16]


class Intake:
    """Turns a device's sound into 16 kHz mono. Implements `framing.Converter`."""

    def __init__(self, rate: int, channels: int, gain_db: float) -> None:
        """Describes the device's sound; see `framing.framer`."""
        self._channels = channels
        self._gain = 10 ** (gain_db / 20)
        self._resampler = soxr.ResampleStream(rate, RATE, 1, dtype="int16") if rate != RATE else None

    def feed(self, data: bytes) -> bytes:
        """See `Converter`."""
        return self._convert(np.frombuffer(data, np.int16), last=False)

    def flush(self) -> bytes:
        """See `Converter`."""
        return self._convert(np.zeros(0, np.int16), last=True)

    def _convert(self, samples: Samples, *, last: bool) -> bytes:
        if self._channels > 1:
            samples = np.rint(samples.reshape(-1, self._channels).mean(axis=1)).astype(np.int16)
        if self._resampler:
            samples = self._resampler.resample_chunk(samples, last=last)
        return scale(samples, self._gain, self._gain).tobytes()


def measure(data: bytes) -> dict[str, float]:
    """Measures loudness and clipping.

    Args:
        data: sound, s16le.

    Returns:
        `level_db` and `peak_db` in dBFS (0 is the loudest there is), and `clipped`, the number of samples at full
        scale.
    """
    samples = np.frombuffer(data, np.int16).astype(np.float32)
    if not len(samples):
        return {"level_db": SILENCE_DB, "peak_db": SILENCE_DB, "clipped": 0}
    sizes = np.abs(samples)
    return {
        "level_db": _decibels(float(np.sqrt(np.mean(samples * samples)))),
        "peak_db": _decibels(float(sizes.max())),
        "clipped": int(np.count_nonzero(sizes >= FULL_SCALE)),
    }


class Outlet:
    """Turns clips of any rate into a device's sound."""

    def __init__(self, rate: int, channels: int) -> None:
        """Describes the device's sound: samples a second, and channels, which all get the same."""
        self.rate = rate
        self._channels = channels
        self._clip_rate = rate
        self._resampler: soxr.ResampleStream | None = None

    def feed(self, data: bytes, rate: int) -> Samples:
        """Takes in sound (s16le, mono) of a rate and returns what is ready at the device's rate, still mono."""
        before = self.flush() if rate != self._clip_rate else np.zeros(0, np.int16)
        self._clip_rate = rate
        samples = np.frombuffer(data, np.int16)
        if rate != self.rate:
            self._resampler = self._resampler or soxr.ResampleStream(rate, self.rate, 1, dtype="int16")
            samples = self._resampler.resample_chunk(samples)
        return np.concatenate([before, samples])

    def flush(self) -> Samples:
        """Returns what is left of the clips."""
        resampler, self._resampler = self._resampler, None
        return resampler.resample_chunk(np.zeros(0, np.int16), last=True) if resampler else np.zeros(0, np.int16)

    def spread(self, samples: Samples) -> bytes:
        """Gives all channels the same sound."""
        return np.repeat(samples, self._channels).tobytes()


def scale(samples: Samples, first: float, last: float) -> Samples:
    """Multiplies sound by a factor that goes evenly from `first` to `last`, without wrapping around.

    Args:
        samples: any number of them.
        first: the factor before the first sample.
        last: the factor of the last sample.
    """
    if first == last == 1.0:
        return samples
    factor = np.linspace(first, last, len(samples) + 1, dtype=np.float32)[1:] if first != last else np.float32(last)
    return np.clip(np.rint(samples * factor), -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)


def loudness(percent: int) -> float:
    """The factor of a volume in percent: its square, so that a tenth is still heard (-40 dB) and steps sound even."""
    return (max(0, min(100, percent)) / 100) ** 2


def _decibels(size: float) -> float:
    return round(20 * math.log10(size / FULL_SCALE), 1) if size > 0 else SILENCE_DB
