"""What leaves the speaker, sample by sample: to whoever takes its echo out of what is heard, inside the audio child."""

from threading import Lock

import numpy as np
import soxr

from voiced.core.types import RATE
from voiced.engines.sound import Samples

TAIL_S = 0.6
"""An echo may come so long after what made it: the way through a sound server or Bluetooth, and the room."""
SLIP_S = 0.06
"""Two clocks that are less apart than this are not apart: moments jitter, samples do not."""
KEPT = 2 * RATE


class FarEnd:
    """What leaves the speaker, as 16 kHz mono: added by the speaker's thread, taken by the microphone's.

    Moments are of CLOCK_MONOTONIC, in seconds.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._sound: Samples = np.zeros(0, np.int16)
        self._origin = 0.0
        """When the first sample of `_sound` leaves."""
        self._ends = 0.0
        """When what was added last has left: the resampler keeps some of it back."""
        self._rate = 0
        self._resampler: soxr.ResampleStream | None = None
        self._taken: int | None = None

    def add(self, samples: Samples, rate: int, begins: float) -> None:
        """Adds the next samples to leave the speaker.

        Args:
            samples: mono, as loud as they leave.
            rate: of them a second.
            begins: when the first leaves, as well as is known.
        """
        with self._lock:
            if rate != self._rate or abs(begins - self._ends) > SLIP_S:
                self._begin(rate, begins)
            self._ends += len(samples) / rate
            if self._resampler:
                samples = self._resampler.resample_chunk(samples)
            self._sound = np.concatenate([self._sound, samples])
            if (spare := len(self._sound) - 2 * KEPT) > 0:
                self._forget(spare + KEPT)

    def cut(self, moment: float) -> None:
        """Forgets what was to leave after a moment: it never will."""
        with self._lock:
            self._sound = self._sound[: max(0, round((moment - self._origin) * RATE))]
            self._rate = 0

    def take(self, begins: float, count: int) -> bytes | None:
        """Takes the samples that left from a moment on, the next ones where the moment is hardly another.

        Returns:
            As many samples as asked for, s16le; None where nothing of it can be heard any more, or yet.
        """
        with self._lock:
            wanted = round((begins - self._origin) * RATE)
            if not -count < wanted < len(self._sound) + round(TAIL_S * RATE):
                self._taken = None
                return None
            if self._taken is None or abs(wanted - self._taken) > SLIP_S * RATE:
                self._taken = wanted
            first, self._taken = self._taken, self._taken + count
            piece = self._sound[max(0, first) : max(0, first + count)]
            before = min(count, max(0, -first))
            return np.pad(piece, (before, count - before - len(piece))).tobytes()

    def _begin(self, rate: int, begins: float) -> None:
        """Begins a stretch of sound, after a silence if there was one a moment ago."""
        self._rate = rate
        self._resampler = soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="LQ") if rate != RATE else None
        silence = round((begins - self._origin) * RATE) - len(self._sound)
        if silence > TAIL_S * RATE:
            self._sound, self._origin, self._taken = self._sound[:0], begins, None
        else:
            # What was to leave later, by a speaker that is faster than it should be, has left.
            kept = max(0, len(self._sound) + silence)
            self._sound = np.pad(self._sound, (0, max(0, silence)))[:kept]
        self._ends = self._origin + len(self._sound) / RATE

    def _forget(self, count: int) -> None:
        self._sound = self._sound[count:]
        self._origin += count / RATE
        self._taken = None if self._taken is None else self._taken - count
