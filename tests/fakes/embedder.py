"""An embedder that counts words: it keeps the port's promises, and fails where it is told to."""

import asyncio
import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import EmbedFailed

SIZE = 64


class ScriptedEmbedder:
    """Texts that share words lie close together. Implements `Embedder`.

    Attributes:
        asked: the texts of each call.
        gone: everything fails.
        poison: fails at a text that holds it.
        hung: calls wait for it, where there is one.
    """

    def __init__(self, model: str = "scripted") -> None:
        self.model = model
        self.asked: list[list[str]] = []
        self.gone = False
        self.poison = ""
        self.hung: asyncio.Event | None = None

    @property
    def texts(self) -> list[str]:
        """All texts, in the order in which they were embedded."""
        return [text for texts in self.asked for text in texts]

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(list(texts))
        await asyncio.sleep(0)
        if self.hung:
            await self.hung.wait()
        if self.gone or (self.poison and any(self.poison in text for text in texts)):
            raise EmbedFailed("the script says so")
        return np.array([_vector(text) for text in texts], np.float32).reshape(len(texts), SIZE)

    async def close(self) -> None: ...


def _vector(text: str) -> NDArray[np.float64]:
    vector = np.zeros(SIZE)
    for word in re.findall(r"\w+", text.casefold()):
        vector[int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest()) % SIZE] += 1
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
