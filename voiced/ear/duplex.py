"""Wake words while voiced itself may be heard: in the sound as it came, and in the same without its echo.

Taking the echo out takes a part of the talker, too, so neither is enough.
"""

from collections.abc import Callable

from voiced.core.types import Frame
from voiced.ear.cascade import Cascade
from voiced.ear.ring import Ring
from voiced.ear.words import Detection, Miss


class Duplex:
    """Two cascades in the place of one.

    Args:
        cascade: hears all sound as it came.
        echoless: makes the one that hears sound without its echo: when there first is some, for most boxes need none.
    """

    def __init__(self, cascade: Cascade, echoless: Callable[[], Cascade]) -> None:
        self._cascade = cascade
        self._make = echoless
        self._echoless: Cascade | None = None
        self._ring = Ring()

    def hear(self, frame: Frame, ring: Ring) -> list[Detection | Miss]:
        """See `Cascade`; the ring holds the sound without its echo. What is heard twice is told twice.

        What is left of an echo may sound like anything: there, a word needs more than in the sound as it came.
        """
        self._ring.append(frame.samples, frame.start)
        found = self._cascade.hear(frame, self._ring)
        if frame.cancelled is not None:
            self._echoless = self._echoless or self._make()
            heard = self._echoless.hear(Frame(frame.cancelled, frame.start), ring, echo=True)
            found += [each for each in heard if isinstance(each, Detection)]
        return found

    def close(self) -> None:
        """Lets go of the models."""
        for cascade in (self._cascade, self._echoless):
            if cascade:
                cascade.close()
