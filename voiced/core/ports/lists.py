"""Lists and what is on them."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.lists import Entry, ListSummary


class Lists(Protocol):
    """Where lists are kept. What a method has written survives a power cut when it returns.

    A list is there as long as something is on it. Every method raises `InputInvalid` for what cannot be kept as it is,
    and another `StoreFailed` where the file cannot be used.
    """

    async def all(self) -> list[ListSummary]:
        """All lists, by name."""
        ...

    async def entries(self, name: str) -> list[Entry]:
        """What is on a list, in the order in which it was added; nothing where there is no such list."""
        ...

    async def add(self, name: str, texts: Sequence[str]) -> list[Entry]:
        """Puts texts on a list, all or none.

        Args:
            name: the list's name, in any form.
            texts: what is on it already, in whatever case, stays as it is.

        Returns:
            What was not there yet.
        """
        ...

    async def remove(self, entries: Sequence[str]) -> int:
        """Removes entries by their ids; returns how many there were."""
        ...
