"""Embeddings that live in a child, as the port that the rest knows."""

import asyncio
from collections.abc import Generator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import EmbedFailed
from voiced.core.wire import Message
from voiced.engines.child import Child

LONGEST = 8_192
"""Characters of a text that are sent: no model of sentences looks at more."""
REQUEST = 16
"""Texts in a request: all of them fit into a frame, and no other request waits for long."""


class HostedEmbedder:
    """An embedding model in a child. Implements `Embedder`.

    Args:
        child: started elsewhere.
        deadline_s: how long the vectors of `REQUEST` texts may take.
        model: its name.
    """

    def __init__(self, child: Child, deadline_s: float, model: str) -> None:
        self._child = child
        self._deadline_s = deadline_s
        self._model = model
        self._turn = asyncio.Lock()  # For the same reason as `HostedLlm`'s.

    @property
    def model(self) -> str:
        """See `Embedder`."""
        return self._model

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        parts = [await self._request(part) for part in _parts([text[:LONGEST] for text in texts])]
        return np.concatenate(parts)

    async def close(self) -> None:
        """See `Embedder`."""
        await self._child.close()

    async def _request(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of some texts; of no text, an empty array of the right width."""
        async with self._turn, self._child.exchange(deadline_s=self._deadline_s) as exchange:
            await exchange.send("embed", payload=msgspec.json.encode(texts))
            return _vectors(await exchange.receive(), len(texts))


def _parts(texts: Sequence[str]) -> Generator[Sequence[str]]:
    for at in range(0, max(1, len(texts)), REQUEST):
        yield texts[at : at + REQUEST]


def _vectors(message: Message, count: int) -> NDArray[np.float32]:
    size = message.data.get("size")
    if message.type != "embeddings" or type(size) is not int or size < 1:
        raise EmbedFailed(f"the embedding model sent a {message.type[:40]} frame that makes no sense")
    if len(message.payload) != count * size * 4:
        raise EmbedFailed("the embedding model sent not as many vectors as texts")
    return np.frombuffer(message.payload, "<f4").astype(np.float32).reshape(count, size)
