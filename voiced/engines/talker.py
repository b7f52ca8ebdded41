"""Tells by what the linear filter leaves of a sound whether somebody else talks in it, within a tenth of a second."""

from collections import deque

from voiced.core.types import RATE

WINDOW_S = 0.128
"""It is told by so much: a syllable."""
MARGIN = 8.0
"""So many times more than can be left of an echo has to be left: 9 dB."""
LATE = 0.03
"""What comes later than the filter reaches, and what a speaker distorts, is as much of the echo: -15 dB."""
DECAY_DB_S = 75.0
"""An echo dies away so fast, in a room that is empty."""
SETTLING_S = 0.4
"""Nobody is told of so soon after something began to play: the room may be another than it was before."""
FAINT = 300.0
"""Power a sample, in 16-bit units squared, that is too little to tell by."""
LASTS_S = 2.0
"""What there is all this time is the room's: nobody talks for so long without a pause."""


class Talker:
    """Compares what is left with what the filter expects to leave: it knows how sure it is of the room.

    Where the filter knows little, such as at first, it expects much. Where no echo comes back, it expects none.

    Args:
        block: samples that are told of at once.
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._fades = 10 ** (-DECAY_DB_S / 10 * block / RATE)
        self.forget()

    def forget(self) -> None:
        """Nothing was heard before what follows."""
        count = round(WINDOW_S * RATE) // self._block
        self._left = deque([0.0] * count, count)
        self._expected = deque([0.0] * count, count)
        self._echo = 0.0
        self._settling = round(SETTLING_S * RATE) // self._block
        self._heard = 0
        # What was left at the least, a window at a time, such as of a fan.
        self._least = deque[float](maxlen=round(LASTS_S / WINDOW_S))

    def hear(self, left: float, expected: float, echo: float) -> None:
        """Takes in the energies of a block.

        Args:
            left: what the filter left.
            expected: what it expected to leave of the echo, as far as it reaches.
            echo: what it took out.
        """
        self._settling = max(0, self._settling - 1)
        self._echo = max(echo, self._echo * self._fades)
        self._left.append(left)
        self._expected.append(expected + LATE * self._echo)
        self._heard += 1
        if self._heard % len(self._left) == 0:
            self._least.append(sum(self._left))

    @property
    def talks(self) -> bool:
        """Whether somebody else does."""
        left = sum(self._left)
        loud = left > FAINT * self._block * len(self._left)
        return not self._settling and loud and left > MARGIN * (sum(self._expected) + min(self._least, default=0.0))
