"""How loud an utterance is, step by step: near enough to where speech lies in it."""

import numpy as np
from numpy.typing import NDArray

from voiced.core.types import RATE, SAMPLE_BYTES

STEP_S = 0.02
STEP_SAMPLES = int(STEP_S * RATE)
STEP_BYTES = STEP_SAMPLES * SAMPLE_BYTES


def levels(sound: bytes | bytearray) -> NDArray[np.float32]:
    """The loudness of each whole step of s16le sound, in dB over one unit; 0 for digital silence."""
    whole = sound[: len(sound) // STEP_BYTES * STEP_BYTES]
    steps = np.frombuffer(whole, "<i2").reshape(-1, STEP_SAMPLES).astype(np.float32)
    return 10 * np.log10(np.mean(steps**2, axis=1) + 1)


def loud_steps(decibels: NDArray[np.float32]) -> NDArray[np.int64]:
    """Finds the steps that are loud against the quietest of them.

    Args:
        decibels: the loudness of each step, as `levels` gives it.

    Returns:
        The numbers of the loud ones, in order.
    """
    # Digital silence is no room's: there an earcon was blanked out, or sound was lost.
    heard = decibels[decibels > 0]
    if not len(heard):
        return np.empty(0, np.int64)
    floor, top = np.percentile(heard, (10, 98))
    return np.flatnonzero(decibels > floor + max(6.0, 0.4 * (top - floor)))
