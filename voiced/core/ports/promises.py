"""Promises, as the scheduler keeps them in the store, and as skills and the control socket see them."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.promises import Kind, Promise, Schedule


class PromiseStore(Protocol):
    """Where promises are kept."""

    async def active(self) -> list[Promise]:
        """All that are still to be kept.

        Raises:
            StoreFailed: they cannot be read.
        """
        ...

    async def past(self, limit: int) -> list[Promise]:
        """Those that are done or cancelled, the newest first."""
        ...

    async def save(self, promises: Sequence[Promise]) -> None:
        """Keeps promises as they are now, all or none; they survive a power cut when this returns.

        Raises:
            StoreFailed: nothing of it is kept.
        """
        ...


class Promises(Protocol):
    """Keeps promises and rings them."""

    async def ready(self) -> None:
        """Waits until what was promised in an earlier life is known.

        Raises:
            StoreFailed: it cannot be read for now.
        """
        ...

    def active(self, kind: Kind | None = None) -> Sequence[Promise]:
        """All that are still to be kept, the next to ring first."""
        ...

    def remaining(self, promise: Promise) -> float:
        """Seconds until it rings; 0 for what rings, or will not ring again."""
        ...

    async def start_timer(self, seconds: float, name: str = "") -> Promise:
        """Starts a timer; it survives a power cut when this returns.

        Raises:
            SkillFailed: there are too many, or it is too long.
            StoreFailed: it cannot be kept, and does not run.
        """
        ...

    async def set_alarm(self, schedule: Schedule, name: str = "") -> Promise:
        """Sets an alarm. A schedule with neither date nor days means the next time that it is so late.

        Raises:
            SkillFailed: there are too many, or its time is over.
            StoreFailed: it cannot be kept.
        """
        ...

    async def remind(self, schedule: Schedule, text: str) -> Promise:
        """Makes a reminder, under the same terms as an alarm."""
        ...

    async def remind_in(self, seconds: float, text: str) -> Promise:
        """Makes a reminder that counts seconds, under the same terms as a timer."""
        ...

    async def change(self, promise: Promise, seconds: float) -> Promise:
        """Adds seconds to what counts seconds, or takes some off; what has none left rings at once."""
        ...

    async def cancel(self, promise: Promise) -> None:
        """Calls it off; what rings is silent."""
        ...

    async def snooze(self, seconds: float | None = None) -> Promise | None:
        """Lets what rang last ring again after a while; None where nothing rang lately."""
        ...
