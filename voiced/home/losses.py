"""What the log says of a connection that comes and goes: each loss, but never line after line."""

import logging

from voiced.core.ports.clock import Clock

log = logging.getLogger(__name__)

APART_S = 60.0
"""Between two lines about losses: a connection that comes and goes all the time is told of once a minute."""


class Losses:
    """One connection's.

    Args:
        where: to what it is.
        clock: the time.
    """

    def __init__(self, where: str, clock: Clock) -> None:
        self._where, self._clock = where, clock
        self._told: str | None = None  # The problem that was told of last; empty since it is there again.
        self._told_at = -APART_S

    def lost(self, problem: str) -> None:
        """It is not there. The same loss, found again at the next attempt, is told of once."""
        now = self._clock.monotonic()
        if problem != self._told and now - self._told_at >= APART_S:
            log.warning("%s", problem)
            self._told, self._told_at = problem, now

    def connected(self) -> None:
        """It is there: told of the first time, and where its loss was."""
        if self._told != "":
            log.info("connected to %s", self._where)
        self._told = ""
