"""What every embedder does, whatever it is."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voiced.core.errors import EmbedFailed, ModelBroken
from voiced.core.ports.embedder import Embedder
from voiced.engines.child import Child, Upkeep
from voiced.engines.hashing import HashingEmbedder
from voiced.engines.hosted_embedder import HostedEmbedder

Embedding = Callable[[], AbstractAsyncContextManager[Embedder]]


def child(model: Path) -> Child:
    # Between two texts it looks whether it is still asked; on a busy machine a long text takes its time.
    return Child("embed", "minilm", {"model": str(model), "threads": 1}, Upkeep(let_go_s=30))


@asynccontextmanager
async def hosted(model: Path) -> AsyncGenerator[Embedder]:
    process = child(model)
    await process.start()
    try:
        yield HostedEmbedder(process, 60, model.stem)
    finally:
        await process.close()


@asynccontextmanager
async def hashing() -> AsyncGenerator[Embedder]:
    yield HashingEmbedder()


@pytest.fixture
def minilm(recordings: Path) -> Path:
    if not find_spec("llama_cpp"):
        pytest.skip("the extra llama is not installed")
    return recordings / "models/embed/all-MiniLM-L6-v2-Q8_0.gguf"


@pytest.fixture(params=["minilm", "hashing"])
def embedding(request: pytest.FixtureRequest) -> Embedding:
    if request.param == "hashing":
        return hashing
    model: Path = request.getfixturevalue("minilm")
    return lambda: hosted(model)


def vectors(embedding: Embedding, *texts: str) -> NDArray[np.float32]:
    async def run() -> NDArray[np.float32]:
        async with embedding() as embedder:
            assert embedder.model
            return await embedder.embed(texts)

    return asyncio.run(run())


def test_each_text_has_a_row_of_unit_length(embedding: Embedding) -> None:
    found = vectors(embedding, "The light in the kitchen is on.", "Ein Apfel, bitte.", "7", "naïve 🙂 text")
    assert (found.shape, found.dtype) == ((4, 384), np.float32)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_texts_without_words_are_all_zeros(embedding: Embedding) -> None:
    found = vectors(embedding, "", "words", "  \n", "…!?")
    assert np.flatnonzero(found.any(axis=1)).tolist() == [1]


def test_no_text_has_no_rows(embedding: Embedding) -> None:
    assert len(vectors(embedding)) == 0


def test_a_text_has_the_same_vector_wherever_it_stands(embedding: Embedding) -> None:
    texts = [f"This is sentence {number}." for number in range(150)]
    together = vectors(embedding, *texts, texts[0])
    assert together[0] == pytest.approx(together[150], abs=1e-5)
    assert together[149] == pytest.approx(vectors(embedding, texts[149])[0], abs=1e-5)


def test_too_long_a_text_is_cut(embedding: Embedding) -> None:
    found = vectors(embedding, "light " * 100_000, "light " * 90_000)
    assert found[0] == pytest.approx(found[1], abs=1e-5)


def test_what_is_alike_lies_closer(embedding: Embedding) -> None:
    texts = ("Switch on the light in the kitchen", "Is the kitchen light switched on?", "My sister lives in Lisbon")
    kitchen, light, sister = vectors(embedding, *texts)
    assert kitchen @ light > kitchen @ sister + 0.2


def test_words_that_are_in_any_text_make_none_alike() -> None:
    texts = ("where is the violin", "where is the time", "my violin", "where is the")
    asked, alike, told, little = vectors(hashing, *texts)
    assert asked @ told > asked @ alike
    assert little.any(), "where there are no others, they count"


def test_meaning_counts_where_no_word_is_shared(minilm: Path) -> None:
    texts = ("The cat sleeps on the sofa.", "A kitten naps upon a couch!", "Interest rates rose again.")
    cat, kitten, rates = vectors(lambda: hosted(minilm), *texts)
    assert cat @ kitten > cat @ rates + 0.3


def test_nobody_waits_while_words_are_counted() -> None:
    class Text(str):
        __slots__ = ("thread",)

        def __getitem__(self, key) -> str:
            self.thread = threading.get_ident()
            return super().__getitem__(key)

    text = Text("The light in the kitchen is on.")
    assert vectors(hashing, text).any()
    assert text.thread != threading.get_ident()


def test_one_that_is_cancelled_leaves_the_model_ready(minilm: Path) -> None:
    async def run() -> None:
        async with hosted(minilm) as embedder:
            for moment in range(4):
                work = asyncio.create_task(embedder.embed(["a long text " * 100] * 64))
                await asyncio.sleep(0.02 * moment)
                work.cancel()
                await asyncio.wait({work})
                assert (await embedder.embed(["short"])).any()

    asyncio.run(run())


def test_one_that_is_cancelled_takes_no_other_with_it(minilm: Path) -> None:
    texts = [f"The {number} houses by the sea are white. " * 60 for number in range(16)]

    async def run() -> tuple[NDArray[np.float32], NDArray[np.float32], int]:
        process = child(minilm)
        await process.start()
        try:
            embedder = HostedEmbedder(process, 60, minilm.stem)
            expected = await embedder.embed(texts[-1:])
            first, second = (asyncio.create_task(embedder.embed(texts)) for _ in range(2))
            await asyncio.sleep(0.01)  # Both are on their way.
            first.cancel()
            return expected, (await second)[-1:], process.restarts
        finally:
            await process.close()

    expected, found, restarts = asyncio.run(run())
    assert found == pytest.approx(expected, abs=1e-5)
    assert restarts == 0


def test_what_is_no_model_of_sentences_is_refused(recordings: Path, minilm: Path) -> None:  # noqa: ARG001 (it skips)
    async def run() -> None:
        with pytest.raises((ModelBroken, EmbedFailed)):
            await child(recordings / "models/llm/stories260K-f32.gguf").start()

    asyncio.run(run())
