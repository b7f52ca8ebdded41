"""Takes what voiced itself plays out of what its microphone hears, inside the audio child.

It is done twice: a linear filter leaves the talker whole, and some of the echo; WebRTC's canceller leaves no echo, and
not all of the talker. Both have to be given what leaves the speaker, without a gap and never after its echo.
"""

from typing import Protocol

import numpy as np

from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.engines.farend import FarEnd
from voiced.engines.kalman import Kalman

LEAD_S = 0.02
"""What leaves the speaker is given so much too early: no moment is known better, and too late is useless."""
LOUDEST = 32_767


class Canceller(Protocol):
    """Takes out all of an echo; see `webrtc.Canceller`."""

    def pause(self) -> None:
        """What follows does not follow what came before."""
        ...

    def cancel(self, near: bytes, far: bytes) -> bytes:
        """Takes the echo of `far` out of `near`, as much sound each."""
        ...


class Echo:
    """Takes out the echo of what leaves the speaker.

    Args:
        canceller: takes out what the linear filter leaves, if there is one.

    Attributes:
        far: to be told what leaves.
        cancels: whether there is a canceller.
        talker: somebody else talks in what was heard last.
    """

    def __init__(self, canceller: Canceller | None = None) -> None:
        self.far = FarEnd()
        self.cancels = canceller is not None
        self.talker = False
        self._canceller = canceller
        self._linear = Kalman()

    def cancel(self, ended: float, near: bytes) -> list[bytes]:
        """Takes the echo out of what was heard up to a moment.

        Args:
            ended: the moment.
            near: s16le, 16 kHz, whole frames.

        Returns:
            As much sound, less what the linear filter predicts, and without hardly any echo if there is a canceller;
            nothing while nothing plays, nor its echo.
        """
        count = len(near) // SAMPLE_BYTES
        far = self.far.take(ended - count / RATE + LEAD_S, count)
        if far is None:
            self.talker = False
            self._linear.pause()
            if self._canceller:
                self._canceller.pause()
            return []
        left = self._linear.cancel(_values(near), _values(far))
        self.talker = self._linear.talker.talks
        linear = np.clip(np.rint(left), -LOUDEST - 1, LOUDEST).astype("<i2").tobytes()
        return [linear, self._canceller.cancel(near, far)] if self._canceller else [linear]


def _values(sound: bytes) -> np.ndarray:
    return np.frombuffer(sound, "<i2").astype(np.float64)
