"""Takes out of what is heard what a linear filter predicts of what is played. Whoever talks meanwhile is left whole.

A frequency-domain Kalman filter in blocks: G. Enzner and P. Vary, Frequency-domain adaptive Kalman filter for acoustic
echo control in hands-free telephones, 2006; F. Kuech, E. Mabande and G. Enzner, State-space architecture of the
partitioned-block-based acoustic echo controller, 2014. It knows how sure it is of each part of the room, so that it
needs nobody to tell it that somebody talks. What it cannot predict, such as a speaker's distortion, stays.
"""

import numpy as np
from numpy.typing import NDArray

from voiced.core.types import RATE
from voiced.engines.talker import Talker

BLOCK = 64
"""Samples heard at once: the smaller, the sooner the room is known."""
PARTS = 64
"""Blocks of the room's answer: 256 ms."""
KEEP = 0.9993
"""How like itself a room is a block later."""
SMOOTH = 0.97
"""What the loudness of the talker keeps of that of a block before."""
USUAL = 0.1
"""Power that comes back of what is played, as long as no room is known; it falls by `FALLS_DB_S`."""
FALLS_DB_S = 60.0
STRANGE = 0.3
"""The share of a room's change that is towards any room, not away from what is known of this one: it may be moved."""
LEAST = 0.02
"""The talker is no quieter than this share of what is left: the filter is never as sure as it takes itself to be."""
HISS = 10.0
"""Power of a microphone's own noise in a block's spectrum."""

Sound = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


class Kalman:
    """Learns one room; goes on learning it all the time.

    Attributes:
        talker: tells whether somebody else talks.
    """

    def __init__(self) -> None:
        falls = 10 ** (-FALLS_DB_S / 10 * np.arange(PARTS) * BLOCK / RATE)
        self._strange = np.repeat(USUAL * falls[:, None], BLOCK + 1, axis=1)
        self._room: Spectrum = np.zeros((PARTS, BLOCK + 1), np.complex128)
        self._doubt = self._strange.copy()
        self._loud = np.full(BLOCK + 1, 1000.0)
        self.talker = Talker(BLOCK)
        self.pause()

    def pause(self) -> None:
        """Nothing was played before what follows."""
        self._played: Spectrum = np.zeros((PARTS, BLOCK + 1), np.complex128)
        self._last: Sound = np.zeros(BLOCK)
        self.talker.forget()

    def cancel(self, near: Sound, far: Sound) -> Sound:
        """Takes the echo of `far` out of `near`.

        Args:
            near: what was heard, 16 kHz, a multiple of `BLOCK` samples, in 16-bit units.
            far: what left the speaker meanwhile, as much.
        """
        blocks = range(0, len(near), BLOCK)
        left = np.concatenate([self._block(near[at : at + BLOCK], far[at : at + BLOCK]) for at in blocks])
        # Where no echo comes back, such as with headphones, it learns from noise, and would make one.
        return left if left @ left <= near @ near else near

    def _block(self, near: Sound, far: Sound) -> Sound:
        played = self._played
        played[1:] = played[:-1]
        played[0] = np.fft.rfft(np.concatenate([self._last, far]))
        self._last = far
        loud = _power(played)
        if not loud.any():
            self.talker.hear(float(near @ near), 0.0, 0.0)
            return near
        echo = np.fft.irfft((self._room * played).sum(0))[BLOCK:]
        left = near - echo
        wrong = (loud * self._doubt).sum(0) / 2  # Half of what is transformed is padding.
        self.talker.hear(float(left @ left), float(wrong.sum()) / BLOCK, float(echo @ echo))
        self._learn(np.fft.rfft(np.pad(left, (BLOCK, 0))), loud, wrong)
        return left

    def _learn(self, left: Spectrum, loud: Sound, wrong: Sound) -> None:
        """Moves the room towards what would have left nothing, by how doubtful each part of it is."""
        power = _power(left)
        self._loud = SMOOTH * self._loud + (1 - SMOOTH) * np.maximum(power - wrong, LEAST * power)
        gain = self._doubt / (wrong + self._loud + HISS)
        step = np.fft.irfft(gain * self._played.conj() * left, axis=1)
        step[:, BLOCK:] = 0  # The answer of a block is no longer than a block.
        self._room = KEEP * (self._room + np.fft.rfft(step, axis=1))
        changes = (1 - KEEP**2) * (STRANGE * self._strange + (1 - STRANGE) * _power(self._room))
        self._doubt = KEEP**2 * (1 - gain * loud / 2) * self._doubt + changes


def _power(spectrum: Spectrum) -> Sound:
    return spectrum.real**2 + spectrum.imag**2
