"""P15: how long a search by meaning takes among 1,000 to 100,000 memories, and how much of the truth it finds.

    python bench/search.py [--quick]

Real sentences (read speech of the test recordings' transcripts, and the documentation of the Python packages that are
installed) with real vectors: MiniLM's, in its child, kept between runs. Ours is the whole way of the store's port, from
the event loop to a reader's thread and back, with the memories themselves, in a plain and in an encrypted file; the
peers hold bare vectors in memory: FAISS's exact search and hnswlib, one thread each. All take turns with the same
questions, sentences that are not among those kept. The truth is FAISS's exact search.
"""

import argparse
import ast
import asyncio
import json
import random
import re
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from embedding import embedded
from pairs import share, spread

from tests.conftest import recordings_folder
from voiced.core.memories import NewMemory, Scope
from voiced.core.secret import Secret
from voiced.store.db import Database
from voiced.store.memories import StoredMemories

# Of the group `bench`: uv sync --inexact --group bench.
faiss, hnswlib = import_module("faiss"), import_module("hnswlib")
SIZES, QUICK_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000), (300, 1_000)
QUESTIONS = 200
HITS = 10
TOGETHER = 1_000
MODEL = "minilm"
SECRET = Secret("keyfile", b"a bench has no secrets. " * 2)
WORDS = range(4, 61)
"""Words in a sentence."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
PLAIN = re.compile(r"[A-Z][^<>{}|=\\]+[.!?]")
HNSW = {"M": 16, "ef_construction": 200}
EF = 100


def read_speech() -> Iterator[str]:
    """What was read aloud in the test recordings."""
    for path in sorted((recordings_folder() / "audio").rglob("*.trans.txt")):
        for line in path.read_text().splitlines():
            yield line.partition(" ")[2].capitalize() + "."


def documentation() -> Iterator[str]:
    """What is written in the installed packages."""
    for folder in (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")):
        for path in sorted(Path(folder).rglob("*.py")):
            try:
                tree = ast.parse(path.read_text())
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                        yield from SENTENCE.split(" ".join(paragraph.split()))


def sentences(count: int) -> list[str]:
    """So many real sentences, each once, the same on the same machine."""
    found: dict[str, None] = {}
    for text in (*read_speech(), *documentation()):
        if len(text.split()) in WORDS and PLAIN.fullmatch(text):
            found[text] = None
    if len(found) < count:
        sys.exit(f"{len(found)} sentences are here, {count} are needed")
    return random.Random(1).sample(list(found), count)


class Peers:
    """Bare vectors in memory."""

    def __init__(self, size: int) -> None:
        faiss.omp_set_num_threads(1)
        self.exact = faiss.IndexFlatIP(size)
        self.graph = hnswlib.Index("ip", size)
        self.graph.init_index(max(SIZES), **HNSW)

    def add(self, vectors: np.ndarray) -> None:
        """More of them; the graph is made with all cores, and searched with one."""
        self.exact.add(vectors)
        self.graph.set_num_threads(-1)
        self.graph.add_items(vectors)
        self.graph.set_num_threads(1)
        self.graph.set_ef(EF)

    def search_exact(self, vector: np.ndarray) -> set[int]:
        """The truth."""
        return set(self.exact.search(vector[np.newaxis], HITS)[1][0].tolist())

    def search_graph(self, vector: np.ndarray) -> set[int]:
        """Nearly the truth."""
        return set(self.graph.knn_query(vector[np.newaxis], HITS)[0][0].tolist())


async def keep(memories: StoredMemories, texts: list[str], vectors: np.ndarray, first: int) -> None:
    """More memories with their vectors."""
    for at in range(first, first + len(texts), TOGETHER):
        some = texts[at - first : at - first + TOGETHER]
        await memories.add(
            [NewMemory(text=text, id=str(at + number), at=at + number + 1.0) for number, text in enumerate(some)]
        )
        while waiting := await memories.unembedded(MODEL, TOGETHER):
            numbers = {text: number for number, text in enumerate(some, at - first)}
            rows = vectors[[numbers[each.text] for each in waiting]]
            await memories.embed(MODEL, [each.key for each in waiting], rows)


async def look(
    memories: StoredMemories, locked: StoredMemories, peers: Peers, texts: list[str], vectors: np.ndarray
) -> dict[str, Any]:
    """All questions, by everybody in turns."""
    times: dict[str, list[float]] = {"ours": [], "locked": [], "hybrid": [], "faiss": [], "hnswlib": []}
    hits = {"ours": 0, "hnswlib": 0}

    def timed(name: str, began: float) -> None:
        times[name].append(time.perf_counter() - began)

    for text, vector in zip(texts, vectors, strict=True):
        began = time.perf_counter()
        ours = await memories.search("", vector, Scope(), HITS)
        timed("ours", began)
        began = time.perf_counter()
        await locked.search("", vector, Scope(), HITS)
        timed("locked", began)
        began = time.perf_counter()
        truth = peers.search_exact(vector)
        timed("faiss", began)
        began = time.perf_counter()
        graph = peers.search_graph(vector)
        timed("hnswlib", began)
        began = time.perf_counter()
        await memories.search(text, vector, Scope(), HITS)
        timed("hybrid", began)
        hits["ours"] += len(truth & {int(hit.memory.id) for hit in ours})
        hits["hnswlib"] += len(truth & graph)
    return {
        **{f"{name}_ms": spread(values, 1000) for name, values in times.items()},
        "recall": hits["ours"] / (HITS * len(texts)),
        "hnswlib_recall": hits["hnswlib"] / (HITS * len(texts)),
        "locked_by_plain": share(times["locked"], times["ours"]),
        "by_faiss": share(times["ours"], times["faiss"]),
        "by_hnswlib": share(times["ours"], times["hnswlib"]),
    }


async def measure(sizes: tuple[int, ...]) -> dict[str, Any]:
    """Each size, the smaller ones first."""
    texts = sentences(max(SIZES) + QUESTIONS)[: max(sizes) + QUESTIONS]
    vectors = await embedded(texts)
    asked, asked_vectors = texts[:QUESTIONS], vectors[:QUESTIONS]
    texts, vectors = texts[QUESTIONS:], vectors[QUESTIONS:]
    results: dict[str, Any] = {}
    peers, before = Peers(vectors.shape[1]), 0
    with tempfile.TemporaryDirectory() as folder:
        files = [
            await Database.open(Path(folder) / "plain"),
            await Database.open(Path(folder) / "locked", secret=SECRET),
        ]
        plain, locked = both = [StoredMemories(database) for database in files]
        for each in both:
            await each.use(MODEL)
        for size in sizes:
            for each in both:
                await keep(each, texts[before:size], vectors[before:size], before)
            peers.add(vectors[before:size])
            await look(plain, locked, peers, asked[:10], asked_vectors[:10])
            results[f"n{size}"] = await look(plain, locked, peers, asked, asked_vectors)
            before = size
        for database in files:
            await database.close()
    return results


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    sizes = QUICK_SIZES if parser.parse_args().quick else SIZES
    print(json.dumps({"question": "search", "sizes": sizes, **asyncio.run(measure(sizes))}))


if __name__ == "__main__":
    main()
