"""What is understood so far, for the ear's thread to ask while the recogniser works."""

import threading
from collections.abc import Callable

from voiced.core.types import Completeness, Transcript


class Progress:
    """Holds the newest partial transcript of the utterance in progress.

    The ear asks about a position and waits a little until the recogniser has come so far, so that when a command ends
    depends on the sound alone and not on how busy the machine is. A recogniser that is late once in an utterance is not
    waited for again in it.
    """

    def __init__(self, completeness: Callable[[str], Completeness], patience_s: float) -> None:
        self._completeness = completeness
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._transcript = Transcript("", until=0)
        self._late = False

    def begin(self) -> None:
        """A new utterance begins."""
        with self._changed:
            self._transcript, self._late = Transcript("", until=0), False

    def update(self, transcript: Transcript) -> None:
        """The recogniser has come further."""
        with self._changed:
            self._transcript = transcript
            self._changed.notify_all()

    def completeness(self, until: int) -> Completeness:
        """Tells what the words up to a position are; UNKNOWN if the recogniser is not there in time.

        Args:
            until: a position that has been sent to the recogniser.
        """
        with self._changed:
            arrived = self._changed.wait_for(
                lambda: self._transcript.until >= until, 0 if self._late else self._patience_s
            )
            self._late = self._late or not arrived
            if self._transcript.until < until or not self._transcript.text:
                return Completeness.UNKNOWN
            text = self._transcript.text
        return self._completeness(text)
