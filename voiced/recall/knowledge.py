"""All that is remembered, as others see it."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import asdict, replace

from voiced.core.errors import InputInvalid
from voiced.core.history import Page, Privacy
from voiced.core.memories import LONGEST_MEMORIES, Memory, NewMemory, Recalled, Scope
from voiced.core.ports.knowledge import KnowledgeState
from voiced.core.ports.memories import Memories
from voiced.core.privacy import most_private
from voiced.core.status import MemoryStatus
from voiced.recall.search import Search


class OwnKnowledge:
    """What the store keeps, and the search in it. Implements `Knowledge`.

    Args:
        memories: where they are kept.
        search: finds them.
        status: how far their vectors are.
        added: called when there are new ones.
        privacy_of: tells how private a text is; what is told to be more private stays so.
    """

    def __init__(
        self,
        memories: Memories,
        search: Search,
        status: Callable[[], MemoryStatus],
        added: Callable[[], None],
        privacy_of: Callable[[str], Privacy],
    ) -> None:
        self._memories = memories
        self._search = search
        self._status = status
        self._added = added
        self._privacy_of = privacy_of

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        """See `Knowledge`."""
        if not 1 <= len(memories) <= LONGEST_MEMORIES:
            hint = f"Give 1 to {LONGEST_MEMORIES}, again and again."
            raise InputInvalid(f"{len(memories)} memories at a time", hint=hint)
        if any(not memory.text.strip() for memory in memories):
            raise InputInvalid("there is nothing to remember: a text is empty", hint="Give it some words.")
        kept = await self._memories.add(await asyncio.to_thread(self._classified, memories))
        self._added()
        return kept

    def _classified(self, memories: Sequence[NewMemory]) -> list[NewMemory]:
        return [replace(each, privacy=most_private((each.privacy, self._privacy_of(each.text)))) for each in memories]

    async def get(self, memory: str) -> Memory:
        """See `Knowledge`."""
        return await self._memories.get(memory)

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """See `Knowledge`."""
        return await self._memories.find(scope, limit, cursor)

    async def search(self, words: str, scope: Scope, limit: int = 10) -> list[Recalled]:
        """See `Knowledge`."""
        return await self._search.search(words, scope, limit)

    async def remove(self, memories: Sequence[str]) -> int:
        """See `Knowledge`."""
        return await self._memories.remove(memories)

    async def state(self) -> KnowledgeState:
        """See `Knowledge`."""
        status = self._status()
        state = await self._memories.state(status.wanted)
        return KnowledgeState(**asdict(state), wanted=status.wanted, problem=status.problem, hint=status.hint)
