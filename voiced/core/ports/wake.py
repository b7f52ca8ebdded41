"""Engines that score sound for wake words. They are fed without gaps and run in the ear's thread."""

from collections.abc import Mapping
from typing import Protocol


class WakeWord(Protocol):
    """Scores running sound for one or more wake words."""

    def scores(self, samples: bytes) -> Mapping[str, float]:
        """Takes in sound and tells the highest score of each word in it.

        Args:
            samples: s16le, mono, 16 kHz, any number of samples.

        Returns:
            Word to score, 0 to 1; words whose model had nothing new to say are left out.
        """
        ...

    def reset(self) -> None:
        """Forgets all sound heard so far."""
        ...

    def close(self) -> None:
        """Lets go of the models."""
        ...
