"""How much somebody may ask in a minute: pure.

Source of the method: the generic cell rate algorithm, "virtual scheduling" in ITU-T I.371, annex A. One moment is kept
for each of those who ask: when all that was taken will have been earned.
"""

from collections import OrderedDict

from msgspec import Struct

PERIOD_S = 60
MOST = 4_096
"""Of those who ask, the newest so many are known: an attacker with many addresses fills no memory."""


class Left(Struct, frozen=True):
    """What is left for somebody.

    Attributes:
        requests: so many, now.
        full_s: seconds until it is as if nothing had been taken.
        wait_s: seconds until the next one; 0 where there is one left.
    """

    requests: int
    full_s: float
    wait_s: float


class Limit:
    """So many in a minute, for each of those who ask; all of them at once, if they were saved up.

    Args:
        name: of the limit, for whoever is told about it.
        quota: how many.

    Attributes:
        name, quota: as they were given.
    """

    def __init__(self, name: str, quota: int) -> None:
        self.name, self.quota = name, quota
        self._step = PERIOD_S / quota
        self._paid: OrderedDict[str, float] = OrderedDict()

    def left(self, who: str, now: float) -> Left:
        """Looks, and takes nothing.

        Args:
            who: asks.
            now: seconds on a clock that only goes forward.
        """
        owed = max(0.0, self._paid.get(who, now) - now)
        # A thousandth of a step: what is added up in floats is never quite the whole.
        requests = int((PERIOD_S - owed) / self._step + 1e-3)
        return Left(requests, owed, 0.0 if requests else owed + self._step - PERIOD_S)

    def take(self, who: str, now: float) -> bool:
        """Takes one, if there is one left; tells whether there was."""
        if not self.left(who, now).requests:
            return False
        self._paid[who] = max(self._paid.get(who, now), now) + self._step
        self._paid.move_to_end(who)
        if len(self._paid) > MOST:
            self._paid.popitem(last=False)
        return True
