"""What is remembered, as skills and those see it who look after it from outside."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.history import Page
from voiced.core.memories import Memory, MemoryState, NewMemory, Recalled, Scope


class KnowledgeState(MemoryState, frozen=True):
    """How far the memory is, and what is done about it.

    Attributes:
        wanted: the model that is configured: when all its vectors are there, they are searched.
        problem: why none are made now; empty if they are.
        hint: what to do about it.
    """

    wanted: str = ""
    problem: str = ""
    hint: str = ""


class Knowledge(Protocol):
    """Memories without their vectors. Errors are those of `Memories`."""

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        """Keeps notes or pieces of documents, at most `LONGEST_MEMORIES`, all or none; their vectors follow."""
        ...

    async def get(self, memory: str) -> Memory:
        """Looks one up."""
        ...

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """Lists memories, the newest first."""
        ...

    async def search(self, words: str, scope: Scope, limit: int = 10) -> list[Recalled]:
        """Finds by words and by meaning, the best first; by words alone where there are no vectors."""
        ...

    async def remove(self, memories: Sequence[str]) -> int:
        """Removes notes and pieces of documents for ever; returns how many there were."""
        ...

    async def state(self) -> KnowledgeState:
        """Tells how far the vectors are."""
        ...
