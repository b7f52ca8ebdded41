"""How long to wait before the next attempt to connect."""

from collections.abc import Callable

FIRST_S, LONGEST_S = 1.0, 60.0
GROWTH = 1.5
JITTER = 0.5
"""Up to this share less, so that not all boxes of a house come back in the same moment."""


class Pauses:
    """Each is half as long again as the one before it: what was away for a moment is found within as long.

    Args:
        chance: 0 to 1, by chance.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance, self._pause_s = chance, FIRST_S

    def next(self) -> float:
        """Seconds."""
        pause_s, self._pause_s = self._pause_s, min(self._pause_s * GROWTH, LONGEST_S)
        return pause_s * (1 - JITTER * self._chance())

    def reset(self) -> None:
        """It worked: the next one is short again."""
        self._pause_s = FIRST_S
