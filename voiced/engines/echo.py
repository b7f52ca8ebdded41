"""Takes what voiced itself plays out of what its microphone hears, inside the audio child.

WebRTC's echo canceller does the work, through the `livekit` package, which is met here and nowhere else. It has to be
given what leaves the speaker, without a gap and never after its echo.
"""

# pyright: reportMissingImports=false

from threading import Lock

import numpy as np
import soxr
from livekit.rtc import AudioFrame, AudioProcessingModule

from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.engines.sound import Samples

BLOCK = RATE // 100
"""WebRTC takes 10 ms at once."""
LATE = 128
"""Samples by which cancelled sound comes later than what it was made of: frames are no multiple of a block."""
LEAD_S = 0.02
"""What leaves the speaker is given so much too early: no moment is known better, and too late is useless."""
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
            if rate != self._rate or begins - self._ends > SLIP_S:
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
            self._sound = np.pad(self._sound, (0, max(0, silence)))
        self._ends = self._origin + len(self._sound) / RATE

    def _forget(self, count: int) -> None:
        self._sound = self._sound[count:]
        self._origin += count / RATE
        self._taken = None if self._taken is None else self._taken - count


class Canceller:
    """WebRTC's canceller; what it learnt of a room it keeps."""

    def __init__(self) -> None:
        self._module = AudioProcessingModule(echo_cancellation=True)
        self.pause()

    def pause(self) -> None:
        """What follows does not follow what came before."""
        self._near = self._far = b""
        self._ready = bytes(LATE * SAMPLE_BYTES)

    def cancel(self, near: bytes, far: bytes) -> bytes:
        """Takes the echo of `far` out of `near`.

        Args:
            near: what the microphone heard, s16le, 16 kHz, whole frames.
            far: what left the speaker meanwhile, as much.

        Returns:
            As much sound, `LATE` samples later.
        """
        self._near += near
        self._far += far
        size = BLOCK * SAMPLE_BYTES
        while len(self._near) >= size:
            self._module.process_reverse_stream(_block(self._far[:size]))
            block = _block(self._near[:size])
            self._module.process_stream(block)
            self._ready += bytes(block.data.cast("B"))
            self._near, self._far = self._near[size:], self._far[size:]
        cancelled, self._ready = self._ready[: len(near)], self._ready[len(near) :]
        return cancelled


class Echo:
    """Cancels the echo of what leaves the speaker.

    Attributes:
        far: to be told what does.
    """

    def __init__(self) -> None:
        self.far = FarEnd()
        self._canceller = Canceller()

    def cancel(self, ended: float, near: bytes) -> bytes | None:
        """Takes the echo out of what was heard up to a moment; None while nothing plays, nor its echo.

        Args:
            ended: the moment.
            near: s16le, 16 kHz, whole frames.
        """
        count = len(near) // SAMPLE_BYTES
        far = self.far.take(ended - count / RATE + LEAD_S, count)
        if far is None:
            self._canceller.pause()
            return None
        return self._canceller.cancel(near, far)


def _block(samples: bytes) -> AudioFrame:
    return AudioFrame(bytearray(samples), RATE, 1, BLOCK)
