"""What the recogniser knows of an utterance while it is still spoken."""

from typing import Protocol

from voiced.core.types import Completeness


class Progress(Protocol):
    """Tells how complete the words of the utterance in progress are. Asked by the ear, in its thread, during silences.

    The answer depends on the sound only, never on how fast it was recognised: otherwise a replayed file would be cut
    at other places than the same sound through a microphone.
    """

    def completeness(self, until: int) -> Completeness:
        """Waits for the recogniser to reach a position, within bounds, and tells what the words up to it are.

        Args:
            until: a position; all sound before it has been sent on.

        Returns:
            UNKNOWN where the recogniser did not get there in time, or cannot tell.
        """
        ...
