"""Where a wake word ends: what comes before is no part of the command, and nobody has to pause after it."""

import numpy as np

from voiced.core.types import RATE
from voiced.ear.ring import Ring

AROUND = RATE // 5
"""How far from the expected end the real one is looked for, to both sides."""
_STEP = RATE // 100
_SMOOTH = 3
_TRUST_DB = 0.3
"""What 10 ms away from the expected end cost, in decibels: enough to decide between two equally quiet places."""
_SILENCE = 100.0
"""Mean square below which all sound is equally quiet."""


def word_end(ring: Ring, expected: int) -> int:
    """Finds the end of a wake word: the quietest moment near where it is expected.

    Between two words the sound is weaker even where nobody pauses. In joined recordings (`bench/word_end.py`) about one
    command in ten still loses its beginning where there is no pause at all.

    Args:
        ring: the sound up to `AROUND` after the expected end, and more.
        expected: a position.

    Returns:
        A position within `AROUND` of the expected one.
    """
    margin = _SMOOTH // 2 * _STEP
    low, high = expected - AROUND, expected + AROUND
    sound = np.frombuffer(ring.read(low - margin, high + margin), np.int16).astype(np.float32)
    power = np.square(sound).reshape(-1, _STEP).mean(axis=1)
    smooth = np.convolve(power, np.ones(_SMOOTH) / _SMOOTH, "valid")
    steps = np.arange(len(smooth))
    distance = np.abs(steps + 0.5 - len(smooth) / 2)
    quietest = int(np.argmin(10 * np.log10(smooth + _SILENCE) + _TRUST_DB * distance))
    return low + quietest * _STEP + _STEP // 2


def heard_enough(ring: Ring, expected: int) -> bool:
    """Tells whether `word_end` can be asked."""
    return ring.end >= expected + AROUND + _SMOOTH // 2 * _STEP
