"""What the rest of the daemon tells the ear. Read by the ear's thread once a frame, so every method returns at once."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.attention import Attention


class Controls(Protocol):
    """What voiced is doing, as far as the ear must know. Safe from any thread."""

    def take_listen(self) -> float | None:
        """Tells, once, that somebody asked to listen now, without a wake word.

        Returns:
            How many seconds speech is waited for, 0 for as long as after a wake word; None where nobody asked.
        """
        ...

    def attention(self) -> Attention:
        """Tells what is attended to."""
        ...

    def speaking(self) -> bool:
        """Tells whether voiced itself speaks or rings."""
        ...

    def earcons(self) -> Sequence[tuple[int, int]]:
        """Tells where the last earcons were or will be in the microphone's sound: from position, to position.

        An earcon must be told before the frame that holds its beginning is heard. Empty where the microphone cannot
        hear them (a replayed file).
        """
        ...
