"""Engines that tell speech from everything else. They run in the ear's thread."""

from typing import Protocol


class Vad(Protocol):
    """A voice activity detector."""

    def speech(self, samples: bytes) -> float:
        """Tells how likely a frame is speech.

        Args:
            samples: 512 samples, s16le, mono, 16 kHz; consecutive frames of one stretch of sound.

        Returns:
            0 to 1.
        """
        ...

    def reset(self) -> None:
        """Forgets all sound heard so far."""
        ...
