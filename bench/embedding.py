"""What the benches of memory share: MiniLM in its child, and vectors of many texts, kept between runs."""

import hashlib
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from tests.conftest import recordings_folder
from voiced.core.ports.embedder import Embedder
from voiced.engines.child import Child
from voiced.engines.hosted_embedder import HostedEmbedder

MODEL = "models/embed/all-MiniLM-L6-v2-Q8_0.gguf"
TOGETHER = 500
"""Texts in a call."""


@asynccontextmanager
async def minilm() -> AsyncGenerator[Embedder]:
    """The model, as the daemon runs it."""
    model = recordings_folder() / MODEL
    process = Child("embed", "minilm", {"model": str(model), "threads": 0})
    await process.start()
    try:
        yield HostedEmbedder(process, 60, model.stem)
    finally:
        await process.close()


async def embedded(texts: Sequence[str]) -> np.ndarray:
    """MiniLM's vectors of texts: (len(texts), 384), float32; kept in the folder for temporary files between runs."""
    name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / f"voiced-bench-{name}.npy"
    if not kept.exists():
        async with minilm() as model:
            parts = [await model.embed(texts[at : at + TOGETHER]) for at in range(0, len(texts), TOGETHER)]
        part = kept.with_suffix(".part.npy")
        np.save(part, np.concatenate(parts))
        part.rename(kept)
    return np.load(kept)
