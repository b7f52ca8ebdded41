"""Finding memories: a question becomes a vector, the store finds what is like it, and a few belong to it."""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from voiced.core.config_keeping import MemoryConfig
from voiced.core.errors import VoicedError
from voiced.core.history import Privacy
from voiced.core.memories import Memory, Recalled, Scope
from voiced.core.ports.embedder import Embedder
from voiced.core.ports.memories import Memories
from voiced.core.privacy import most_private
from voiced.core.tasks import shielded
from voiced.recall.relevance import chosen

log = logging.getLogger(__name__)

CANDIDATES = 20
"""Memories that are looked at for a prompt."""
TOKEN = 3
"""Characters of a token, rather too few: a model's own tokens are not known here."""
LETTERS = 2_000
"""Of what is found at leisure."""
UNLIKE = 0.1
"""What has none of the words, and is less similar, has nothing to do with them: the closest of all may be far."""
VECTOR_SHARE = 0.6
"""Of the time that there is, for the vector: the rest is for the search."""
PATIENCE_S = 5.0
"""Who looks for something at leisure waits so long for the vector."""


class Search:
    """Searches memories by words, and by meaning where the words' vector is there in time. Implements `Recall`.

    Args:
        memories: where they are kept.
        embedders: those that can make vectors: the one of the model in use is asked.
        in_use: the model whose vectors are searched; empty: none.
        config: what a prompt gets.
        may_ask: tells whether the model of the embeddings may see some words: it may be on another machine.
        privacy_of: tells how private a text is; what is kept as more private stays so.
        by_meaning: what is alike means about the same: not so where vectors know words alone.
    """

    def __init__(
        self,
        memories: Memories,
        embedders: Sequence[Embedder],
        in_use: Callable[[], str],
        config: MemoryConfig,
        may_ask: Callable[[str], bool] = lambda _: True,
        privacy_of: Callable[[str], Privacy] = lambda _: "public",
        *,
        by_meaning: bool = True,
    ) -> None:
        self._memories = memories
        self._embedders = embedders
        self._in_use = in_use
        self._config = config
        self._may_ask = may_ask
        self._privacy_of = privacy_of
        self._likeness = config.similarity if by_meaning else math.inf

    async def search(self, words: str, scope: Scope, limit: int = 10, patience_s: float = PATIENCE_S) -> list[Recalled]:
        """Finds memories, the best first.

        Args:
            words: what is looked for.
            scope: only these.
            limit: at most so many.
            patience_s: a vector that is not there by then is done without.
        """
        found = await self._memories.search(words, await self._vector(words, patience_s), scope, limit)
        return [hit for hit in found if "words" in hit.by or hit.similarity is None or hit.similarity >= UNLIKE]

    async def recall(self, question: str, scope: Scope | None = None) -> list[Recalled]:
        """See `Recall`."""
        config = self._config
        if not config.prompt_tokens or not question.strip():
            return []
        try:
            async with asyncio.timeout(config.deadline_s):
                patience_s, letters = config.deadline_s * VECTOR_SHARE, config.prompt_tokens * TOKEN
                return await self._chosen(question, scope or Scope(), letters, patience_s)
        except (VoicedError, TimeoutError) as error:
            log.debug("nothing is remembered in time: %s", error)
            return []

    async def find(self, topic: str, scope: Scope, *, mine: bool) -> list[Recalled]:
        """See `Recall`."""
        return await self._chosen(topic, scope, LETTERS, PATIENCE_S, mine=mine) if topic.strip() else []

    async def _chosen(
        self, question: str, scope: Scope, letters: int, patience_s: float, *, mine: bool = False
    ) -> list[Recalled]:
        """What belongs to a question, each as private as it was kept, or as what is quoted of it."""
        found = await self.search(question, scope, CANDIDATES, patience_s)
        if mine:  # Before one of two that say the same is left out.
            found = [hit for hit in found if hit.memory.role != "assistant"]

        def job() -> list[Recalled]:
            told = chosen(found, question, self._likeness, letters)
            return [replace(hit, memory=self._classified(hit.memory)) for hit in told]

        return await asyncio.to_thread(job)

    def _classified(self, memory: Memory) -> Memory:
        return replace(memory, privacy=most_private((memory.privacy, self._privacy_of(memory.text))))

    async def _vector(self, words: str, patience_s: float) -> NDArray[np.float32] | None:
        """The vector of some words; None where nobody makes one in time, or they have none."""
        embedder = next((each for each in self._embedders if each.model == self._in_use()), None)
        if embedder is None or not self._may_ask(words):
            return None
        try:
            async with asyncio.timeout(patience_s):
                # What is late is not called off: a child that does not let go of its work at once is ended.
                (vector,) = await shielded(embedder.embed([words]))
        except (VoicedError, TimeoutError) as error:
            log.debug("a search by words alone: %s", error)
            return None
        return vector if vector.any() else None
