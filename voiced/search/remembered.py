"""What is remembered, as a provider: notes, documents and what was said. Implements `core.ports.search.Provider`."""

from voiced.core.citations import source_of
from voiced.core.errors import SearchFailed, StoreFailed
from voiced.core.memories import Scope
from voiced.core.ports.knowledge import Knowledge
from voiced.core.search import Result
from voiced.search.text import plain


class Remembered:
    """Looks among memories: words never leave the box.

    Args:
        knowledge: what is remembered.
    """

    name = "memory"
    web = False
    origin = "here"

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def search(self, words: str, limit: int) -> list[Result]:
        """See `Provider`."""
        try:
            found = await self._knowledge.search(words, Scope(), limit)
        except StoreFailed as error:
            raise SearchFailed("what is remembered cannot be reached", hint=error.hint) from error
        return [
            Result(plain(hit.memory.text), source_of(hit.memory), self.name, hit.memory.privacy)
            for hit in found
            if hit.memory.text.casefold().strip(" ?.!") != words.casefold().strip(" ?.!")
        ]

    async def close(self) -> None:
        """See `Provider`."""
