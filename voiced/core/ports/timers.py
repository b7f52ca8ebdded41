"""Running timers, as skills and the control socket see them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Timer(Struct, frozen=True):
    """A timer that runs.

    Attributes:
        id: short and unique.
        name: what the user called it, or empty.
        seconds: how long it runs in all.
        due: when it rings, in seconds of the monotonic clock.
    """

    id: str
    name: str
    seconds: float
    due: float


class Timers(Protocol):
    """Keeps timers and rings them."""

    def running(self) -> Sequence[Timer]:
        """All running timers, the next to ring first."""
        ...

    def remaining(self, timer: Timer) -> float:
        """Seconds until it rings."""
        ...

    async def start(self, seconds: float, name: str) -> Timer:
        """Starts a timer; it is kept when this returns.

        Raises:
            SkillFailed: there are too many, or it is too long.
        """
        ...

    async def change(self, timer: Timer, seconds: float) -> Timer:
        """Adds seconds to a timer, or takes some off; one with none left rings at once."""
        ...

    async def cancel(self, timer: Timer) -> None:
        """Calls a timer off."""
        ...
