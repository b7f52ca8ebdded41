"""A circuit breaker: an engine that fails again and again is left alone for a while, and then tried once.

Source of the method: Michael Nygard, Release It!, "Circuit Breaker".
"""

from collections.abc import Callable
from enum import Enum

FAILURES = 3
"""Failures in a row that open it."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
"""A pause is twice as long as the one before it, but no longer than this."""


class CircuitState(Enum):
    """What a circuit lets through."""

    CLOSED = "closed"
    """Everything."""
    OPEN = "open"
    """Nothing: its pause is not over yet."""
    HALF_OPEN = "half-open"
    """One attempt: how it ends decides."""


class Circuit:
    """Remembers how the last attempts ended.

    Args:
        now: a clock that never steps back, in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._pause_s = 0.0
        self._due = 0.0
        self._trying = False

    @property
    def state(self) -> CircuitState:
        """What it lets through now."""
        if not self._pause_s:
            return CircuitState.CLOSED
        return CircuitState.OPEN if self._now() < self._due else CircuitState.HALF_OPEN

    @property
    def due(self) -> float:
        """The time at which the next attempt may be made, or could have been."""
        return self._due if self._pause_s else self._now()

    def allows(self) -> bool:
        """Tells whether an attempt may be made now."""
        state = self.state
        return state is CircuitState.CLOSED or (state is CircuitState.HALF_OPEN and not self._trying)

    def begin(self) -> None:
        """An attempt begins."""
        self._trying = True

    def succeed(self) -> None:
        """An attempt ended well."""
        self._trying = False
        self._failures, self._pause_s = 0, 0.0

    def fail(self) -> None:
        """An attempt failed. One that began earlier and fails while the circuit is open changes nothing."""
        self._trying = False
        self._failures += 1
        if self._failures >= FAILURES and self.state is not CircuitState.OPEN:
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S) or FIRST_PAUSE_S
            self._due = self._now() + self._pause_s

    def abandon(self) -> None:
        """An attempt was given up, by whoever made it: that tells nothing."""
        self._trying = False
