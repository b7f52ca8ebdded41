"""What is kept, in memory."""

from collections.abc import Sequence
from itertools import count

from msgspec.structs import replace

from voiced.core.errors import StoreFull
from voiced.core.history import Message


class Heap:
    """Takes in messages, as far as turns need it; `full` is a disk that takes no more."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.full = False
        self._numbers = count(1)

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home"
    ) -> list[Message]:
        if self.full:
            raise StoreFull("the script says so")
        at = conversation or space
        kept = [replace(message, conversation=at, number=next(self._numbers)) for message in messages]
        self.messages += kept
        return kept
