"""What is remembered, as a provider: notes, documents and what was said. Implements `core.ports.search.Provider`."""

from voiced.core.citations import source_of
from voiced.core.errors import SearchFailed, StoreFailed
from voiced.core.memories import Memory, Scope
from voiced.core.ports.recall import Recall
from voiced.core.search import Result
from voiced.search.text import plain


class Remembered:
    """Looks among memories, but for what voiced said itself: words never leave the box.

    Args:
        recall: finds what belongs to a topic.
    """

    name = "memory"
    web = False
    origin = "here"

    def __init__(self, recall: Recall) -> None:
        self._recall = recall

    async def search(self, words: str, limit: int) -> list[Result]:
        """See `Provider`."""
        try:
            found = (await self._recall.find(words, Scope(), mine=True))[:limit]
        except StoreFailed as error:
            raise SearchFailed("what is remembered cannot be reached", hint=error.hint) from error
        return [
            Result(plain(hit.memory.text), source_of(hit.memory), self.name, hit.memory.privacy)
            for hit in found
            if not _asks_it(hit.memory, words)
        ]

    async def close(self) -> None:
        """See `Provider`."""


def _asks_it(memory: Memory, words: str) -> bool:
    """Whether a memory is the question itself, or an earlier one that ends with the same words."""
    wanted, text = (each.casefold().strip(" ?.!") for each in (words, memory.text))
    return text.endswith(wanted) if memory.kind == "message" else text == wanted
