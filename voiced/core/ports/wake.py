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


class RemoteWakeWord(WakeWord, Protocol):
    """Words that another machine hears: it tells of them a little later, and its scores are 1."""

    @property
    def behind(self) -> Mapping[str, int]:
        """For each word of the last `scores`: samples that had come in since it was recognised, as far as is known."""
        ...


class Verifier(WakeWord, Protocol):
    """A second stage: asked about the sound of a moment ago, then fed while the word unfolds."""

    @property
    def history(self) -> int:
        """Samples to feed at once after a reset, to have the scores of the last moments and of now."""
        ...

    @property
    def step(self) -> int:
        """Samples between scores. Sound that begins at a multiple of it gets the scores of an unbroken run."""
        ...
