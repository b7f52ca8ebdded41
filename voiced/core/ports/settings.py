"""What somebody sets while voiced runs, and what outlives it."""

from typing import Protocol


class Settings(Protocol):
    """Where settings are kept. What a method has written survives a power cut when it returns.

    Every method raises `StoreFailed` where the file cannot be used.
    """

    async def get(self, name: str) -> str | None:
        """A setting; None where nobody has set it."""
        ...

    async def put(self, name: str, value: str | None) -> None:
        """Sets it; None: nobody has set it."""
        ...
