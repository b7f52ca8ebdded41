"""An embedding model on another machine, behind OpenAI's protocol."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voiced.core.config import RemoteConfig
from voiced.core.errors import ConfigInvalid, EmbedFailed
from voiced.engines.openai_server import OpenAiServer
from voiced.engines.remote import ServerInfo, within

BATCH = 64
"""Texts in a request."""
LONGEST_TEXT = 2_000
"""Characters; about 500 tokens, which all usual models can take. Servers refuse what is too long for theirs."""
ANY_WORD = "word"
"""Embedded to learn how long vectors are, where nothing else has told."""


class _Row(Struct):
    index: int
    embedding: list[float]


class _Rows(Struct):
    data: list[_Row]


class OpenAiEmbedder:
    """An embedding model that is asked over HTTP. Implements `Embedder`.

    Args:
        remote: where it is, its name, and the token to show.
        deadline_s: how long a request of at most 64 texts may take.

    Raises:
        ConfigInvalid: the model has no name; the address, the token or the certificates cannot be used.
    """

    def __init__(self, remote: RemoteConfig, deadline_s: float) -> None:
        self._server = OpenAiServer(remote, EmbedFailed)
        if not remote.model:
            raise ConfigInvalid(
                f"the embedding model at {self._server.where} has no name",
                hint="Set `model` in engines.remote: only vectors of the same model can be compared.",
            )
        self._deadline_s = deadline_s
        self._size = 0

    @property
    def model(self) -> str:
        """See `Embedder`."""
        return self._server.model

    async def describe(self) -> ServerInfo:
        """Asks the server what it is; see `OpenAiServer.describe`."""
        return await within(self._deadline_s, self._server.describe(), self._server.where)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`. Of a text longer than 2,000 characters, the rest is cut off."""
        worded = [at for at, text in enumerate(texts) if any(sign.isalnum() for sign in text)]
        if not (worded or self._size):
            await self._ask([ANY_WORD])
        batches = [worded[at : at + BATCH] for at in range(0, len(worded), BATCH)]
        vectors = [await self._ask([texts[at][:LONGEST_TEXT] for at in batch]) for batch in batches]
        rows = np.zeros((len(texts), self._size), np.float32)
        for batch, found in zip(batches, vectors, strict=True):
            rows[batch] = found
        return rows

    async def close(self) -> None:
        """See `Embedder`."""
        await self._server.close()

    async def _ask(self, texts: Sequence[str]) -> NDArray[np.float32]:
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        rows = await within(self._deadline_s, self._rows(body), self._server.where)
        return self._unit(rows, len(texts))

    async def _rows(self, body: dict[str, Any]) -> list[_Row]:
        async with self._server.answer("POST", "/embeddings", body) as answer:
            return (await answer.body(_Rows)).data

    def _unit(self, rows: list[_Row], count: int) -> NDArray[np.float32]:
        """Vectors in the texts' order, of unit length.

        Raises:
            EmbedFailed: there are too few or too many, or they are no vectors of one size.
        """
        size = self._size or len(rows[0].embedding if rows else ())
        ordered = sorted(rows, key=lambda row: row.index)
        if [row.index for row in ordered] != list(range(count)) or {len(row.embedding) for row in rows} != {size}:
            raise EmbedFailed(f"{self._server.where} sent vectors of another number or size than before")
        vectors = np.array([row.embedding for row in ordered], np.float64)
        with np.errstate(over="ignore"):
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (size and np.isfinite(lengths).all() and lengths.all()):
            raise EmbedFailed(f"{self._server.where} sent vectors without a length")
        self._size = size
        return (vectors / lengths).astype(np.float32)
