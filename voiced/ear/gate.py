"""Whether somebody may be speaking: for wake words that have no first stage."""

import numpy as np

from voiced.core.ports.vad import Vad
from voiced.core.types import FRAME_SAMPLES, RATE, Frame

_QUIETEST = 30.0
"""Root mean square of the quietest sound worth a look: -61 dBFS."""
_LOUDER = 1.5
"""A frame this much louder than the background is looked at: 3.5 dB."""
_RISE = 1.002
"""How fast the background may rise in a frame: half a decibel a second, so that no sentence becomes it."""
_LOOK = RATE // 2
_SPEECH = 0.3
_OPEN = RATE // 4


class Gate:
    """Energy decides whether the voice activity detector runs, and that whether the gate is open.

    Args:
        vad: for the gate alone; it hears only what is loud enough.
    """

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._background = _QUIETEST
        self._look_until = 0
        self._open_until = 0

    def open(self, frame: Frame) -> bool:
        """Hears the next frame and tells whether there was speech a moment ago."""
        end = frame.start + FRAME_SAMPLES
        sound = np.frombuffer(frame.samples, np.int16).astype(np.float32)
        level = float(np.sqrt(sound.dot(sound) / FRAME_SAMPLES))
        self._background = max(_QUIETEST, min(level, self._background * _RISE))
        if level > _LOUDER * self._background:
            if frame.start >= self._look_until:
                self._vad.reset()
            self._look_until = end + _LOOK
        if frame.start < self._look_until and self._vad.speech(frame.samples) >= _SPEECH:
            self._open_until = end + _OPEN
        return frame.start < self._open_until
