"""What is remembered, as it is kept and found."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voiced.core.history import Page
from voiced.core.memories import Memory, MemoryState, NewMemory, Recalled, Scope, Unembedded


class Memories(Protocol):
    """Where memories are kept. What a method has written survives a power cut when it returns.

    Every method raises `NotFound` for an id that is none, `InputInvalid` for what cannot be kept as it is, and another
    `StoreFailed` where the file cannot be used.
    """

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        """Keeps notes or pieces of documents, all or none; returns them as they are kept."""
        ...

    async def get(self, memory: str) -> Memory:
        """Looks one up."""
        ...

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """Lists memories, the newest first."""
        ...

    async def search(
        self, words: str, vector: NDArray[np.float32] | None, scope: Scope, limit: int = 10
    ) -> list[Recalled]:
        """Finds by words (BM25) and by meaning, both merged by reciprocal rank.

        With words, what is alike in meaning to much else comes later, and last what was itself asked in a conversation.

        Args:
            words: what is looked for; any text. Empty: whatever lies closest to the vector, exactly.
            vector: of these words, unit length, by the model whose vectors are searched; None: by words alone.
            scope: only these.
            limit: at most so many, the best first.
        """
        ...

    async def remove(self, memories: Sequence[str]) -> int:
        """Removes notes and pieces of documents with their vectors for ever; returns how many there were."""
        ...

    async def unembedded(self, model: str, limit: int) -> list[Unembedded]:
        """Memories without a vector of a model, the newest first."""
        ...

    async def embed(
        self, model: str, keys: Sequence[int], vectors: NDArray[np.float32], texts: Sequence[str] | None = None
    ) -> None:
        """Keeps vectors: (len(keys), size), unit length; rows of zeros for what has none. What is gone is left out.

        Args:
            model: whose they are.
            keys: of `Unembedded`.
            vectors: see above.
            texts: of the same: what says something else by now is left out, too.
        """
        ...

    async def use(self, model: str) -> None:
        """Searches vectors of this model from now on, and removes those of all others."""
        ...

    async def state(self, model: str = "") -> MemoryState:
        """Tells how far the vectors of a model are; empty: of the one that is searched."""
        ...
