"""Embedding models behind OpenAI's protocol: a server that others wrote, and answers that make no sense."""

import asyncio
import json

import numpy as np
import pytest

from tests.rigs.llama_server import llama_server
from tests.rigs.sockets import after, http, saying, serving
from voiced.core.config import RemoteConfig
from voiced.core.errors import ConfigInvalid, EmbedFailed, RemoteUnreachable, VoicedError
from voiced.engines.openai_embed import OpenAiEmbedder


async def vectors(remote: RemoteConfig, texts: list[str]) -> np.ndarray:
    embedder = OpenAiEmbedder(remote, 10)
    try:
        return await embedder.embed(texts)
    finally:
        await embedder.close()


@pytest.fixture(scope="module")
def minilm(recordings, tmp_path_factory):
    """A server with an embedding model."""
    [model] = (recordings / "models").rglob("all-MiniLM*Q8_0.gguf")
    with llama_server(model, tmp_path_factory.mktemp("minilm"), "--embedding", "true", "--n_ctx", "512") as url:
        yield RemoteConfig(url=url, model="minilm")


def test_vectors_are_of_unit_length_in_the_order_of_their_texts(minilm):
    texts = ["switch on the lamp", "", "turn the light on", "…", "bake an apple pie"] + [f"{n} eggs" for n in range(70)]

    async def run():
        embedder = OpenAiEmbedder(minilm, 20)
        rows, alone = await embedder.embed(texts), await embedder.embed([texts[-1]])
        none = await embedder.embed([])
        await embedder.close()
        return rows, alone, none, embedder.model

    rows, alone, none, model = asyncio.run(run())
    assert (rows.shape, rows.dtype, none.shape, model) == ((75, 384), np.float32, (0, 384), "minilm")
    lengths = np.linalg.norm(rows, axis=1)
    assert not lengths[[1, 3]].any()
    assert np.allclose(np.delete(lengths, [1, 3]), 1, atol=1e-5)
    assert rows[0] @ rows[2] > rows[0] @ rows[4] + 0.3
    assert rows[-1] @ alone[0] > 0.99


def test_a_text_without_words_has_a_vector_of_the_right_size_and_a_long_one_is_cut(minilm):
    async def run():
        embedder = OpenAiEmbedder(minilm, 20)
        empty = await embedder.embed([" "])
        long = await embedder.embed(["an apple " * 2000])
        await embedder.close()
        return empty, long

    empty, long = asyncio.run(run())
    assert (empty.shape, bool(empty.any()), long.shape) == ((1, 384), False, (1, 384))


def rows(*vectors: list, order: list[int] | None = None) -> str:
    numbers = order or range(len(vectors))
    return json.dumps({"data": [{"index": at, "embedding": row} for at, row in zip(numbers, vectors, strict=True)]})


def embed(body: str) -> np.ndarray:
    async def run():
        async with serving(after(b"}", saying(http(body, kind="application/json")))) as port:
            return await vectors(RemoteConfig(url=f"http://127.0.0.1:{port}", model="m"), ["one", "two"])

    return asyncio.run(run())


def test_vectors_that_come_in_another_order_are_put_in_order():
    assert embed(rows([3, 4], [0, 2], order=[1, 0])).tolist() == [[0, 1], pytest.approx([0.6, 0.8])]


@pytest.mark.parametrize(
    "body",
    [
        rows(),
        rows([1, 2]),
        rows([1, 2], [3, 4], [5, 6]),
        rows([1, 2], [3, 4], order=[0, 0]),
        rows([1, 2], [3, 4], order=[0, 7]),
        rows([1, 2], [3]),
        rows([], []),
        rows([1, 2], [0, 0]),
        rows([1, 2], [1e308, 1e308]),
        rows([1, 2], ["a", 2]),
        "[]",
        "no JSON",
        "",
    ],
)
def test_vectors_that_are_none_are_refused(body):
    with pytest.raises(VoicedError) as caught:
        embed(body)
    assert isinstance(caught.value, EmbedFailed)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://no.such.host.invalid/v1"])
def test_a_server_that_is_not_there_is_told_of(url):
    with pytest.raises(RemoteUnreachable):
        asyncio.run(vectors(RemoteConfig(url=url, model="m"), ["hello"]))


def test_an_embedding_model_needs_a_name():
    with pytest.raises(ConfigInvalid, match="no name"):
        OpenAiEmbedder(RemoteConfig(url="http://host/v1"), 5)
