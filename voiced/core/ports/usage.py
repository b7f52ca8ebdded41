"""What turns take, as it is counted, and looked at."""

from typing import Protocol

from voiced.core.usage import By, Limit, Sum, Use


class Usage(Protocol):
    """What was used, to be looked at. Every method raises `StoreFailed` where it cannot be read."""

    async def sums(self, by: By = "day", since: float = 0.0) -> list[Sum]:
        """What was used from a moment on, the newest day or the largest cost first.

        Args:
            by: what turns are put together by.
            since: seconds since 1970 (UTC).
        """
        ...

    async def limits(self) -> list[Limit]:
        """All budgets that are set, and how far each is spent; of requests, as of a minute ago."""
        ...


class Meter(Usage, Protocol):
    """The same, for those who use something."""

    async def add(self, use: Use) -> None:
        """Counts what a turn took, with what it costs; the same one twice is counted once.

        Raises:
            StoreFailed: it cannot be written.
        """
        ...

    async def check(self, key: str | None) -> None:
        """Looks whether a language model may be asked. Where the file cannot be read it may: nobody is to be mute.

        Args:
            key: with which key it was asked; None: without one.

        Raises:
            BudgetSpent: it may not. What is under way is still finished.
        """
        ...
