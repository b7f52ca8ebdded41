"""Wake words while voiced itself may be heard: in the sound as it came, and in the same less its echo."""

from collections import deque
from collections.abc import Callable

import numpy as np

from voiced.core.types import Frame
from voiced.ear.cascade import Cascade
from voiced.ear.words import Detection, Miss

A_SECOND, HALF_A_SECOND = 32, 16
"""Frames."""
KNOWN = 10 ** (15 / 10)
"""So many times weaker has the sound to be than it came, for half a second, before what is left of it is believed: as
long as the filter does not know the room, what it leaves sounds like anything."""
TALKER = 10 ** (-6 / 10)
"""Where so much of the sound stays, though the room is known, somebody talks."""
WORD = 5
"""Frames. Of the second in which a word was said, at least so many hold more than an echo; most words have three times
as many, and what an echo leaves has one or none."""
STALE = 5 * A_SECOND
"""After so long in which it was not, though somebody may have talked, it has to be shown again."""
FAINT = 300.0
"""Power, in 16-bit units squared, that is too little to tell by."""


class Duplex:
    """Two cascades in the place of one.

    Args:
        cascade: hears all sound as it came.
        echoless: makes the one that hears sound less its echo: when there first is some, which takes a moment.
    """

    def __init__(self, cascade: Cascade, echoless: Callable[[], Cascade]) -> None:
        self._cascade = cascade
        self._make = echoless
        self._echoless: Cascade | None = None
        self._knowledge = Knowledge()

    def hear(self, frame: Frame) -> list[Detection | Miss]:
        """Takes in the next frame and tells what was decided with it. What is heard twice is told twice.

        What is left of an echo needs more to count as a word than the sound as it came.
        """
        found = self._cascade.hear(frame)
        if frame.linear is None:
            self._knowledge.forget()
            return found
        self._echoless = self._echoless or self._make()
        heard = self._echoless.hear(Frame(frame.linear, frame.start), echo=True)
        known = self._knowledge.of_room(frame.samples, frame.linear)
        if known:
            found += [each for each in heard if isinstance(each, Detection)]
            # Where nobody else has spoken, voiced has said it, whatever it was.
            found = [each for each in found if isinstance(each, Miss) or self._knowledge.of_word()]
        return found

    def tune(self, sensitivity: int) -> None:
        """See `Cascade`."""
        for cascade in self._cascades:
            cascade.tune(sensitivity)

    def close(self) -> None:
        """Lets go of the models."""
        for cascade in self._cascades:
            cascade.close()

    @property
    def _cascades(self) -> list[Cascade]:
        return [self._cascade, *([self._echoless] if self._echoless else [])]


class Knowledge:
    """What the loudness of sound tells, as it came and as the filter leaves it, since something plays."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Nothing plays."""
        self._shown, self._stale = False, 0
        self._powers: deque[tuple[float, float]] = deque(maxlen=HALF_A_SECOND)
        self._others: deque[bool] = deque(maxlen=A_SECOND)

    def of_room(self, came: bytes, left: bytes) -> bool:
        """Takes in a frame as it came and what was left of it; tells whether the filter has shown to know the room."""
        self._powers.append((_power(came), _power(left)))
        self._others.append(_is_other(*self._powers[-1]))
        before, after = (sum(each) / HALF_A_SECOND for each in zip(*self._powers, strict=True))
        full = len(self._powers) == HALF_A_SECOND
        if full and before > FAINT:
            self._stale = 0 if before > KNOWN * after else self._stale + 1
            self._shown = self._stale == 0 or (self._shown and self._stale < STALE)
        return self._shown

    def of_word(self) -> bool:
        """Tells whether somebody else may have said a word within the last second."""
        return sum(self._others) >= WORD


def _is_other(before: float, after: float) -> bool:
    return after > FAINT and after > TALKER * before


def _power(sound: bytes) -> float:
    samples = np.frombuffer(sound, "<i2").astype(np.float32)
    return float(samples @ samples) / len(samples)
