"""Where a wake word ends: what is before is not part of the command."""

from voiced.core.types import RATE
from voiced.ear.ring import Ring

_LATE = RATE // 10


def word_end(ring: Ring, heard: int) -> int:
    """Estimates the position at which a wake word ended.

    Args:
        ring: the sound of the last seconds.
        heard: the position at which the word was recognised.
    """
    del ring
    return heard - _LATE
