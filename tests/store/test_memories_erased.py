"""What is removed leaves no byte: of its text, of its vector, of its bits."""

from collections import defaultdict

import numpy as np
import pytest

from tests.store.house import messages, quiet, run
from voiced.core.forgetting import Forget
from voiced.core.history import NewConversation
from voiced.core.memories import NewMemory
from voiced.store import vectors as vectors_of

COUNT, SIZE = 600, 384


def rows(seed: int, count: int) -> np.ndarray:
    found = np.random.default_rng(seed).standard_normal((count, SIZE)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def traces(vector: np.ndarray) -> list[bytes]:
    """Pieces of a vector and of its bits that nothing else contains."""
    whole = vector.astype(np.float16).tobytes()
    return [whole[at : at + 16] for at in range(0, len(whole), 96)] + [
        vectors_of._bits(vector[np.newaxis])[0].tobytes()
    ]


def almost(count: int) -> float:
    """Some pieces lie across two pages."""
    return 0.97 * count


def left(folder, wanted: list[bytes]) -> int:
    """How many pieces are in the files: all of them are looked for at once, by their first eight bytes."""
    found = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    pieces = defaultdict[bytes, set[bytes]](set)
    for piece in wanted:
        pieces[piece[:8]].add(piece)
    begins, there = np.frombuffer(b"".join(pieces), "<u8"), set[bytes]()
    for first in range(8):
        words = np.frombuffer(found, "<u8", (len(found) - first) // 8, first)
        for at in first + 8 * np.flatnonzero(np.isin(words, begins)):
            there |= {piece for piece in pieces[found[at : at + 8]] if found.startswith(piece, at)}
    return sum(piece in there for piece in wanted)


async def embed(home, model: str, seed: int) -> dict[str, np.ndarray]:
    """Gives everything a vector; tells whose is which."""
    told: dict[str, np.ndarray] = {}
    while waiting := await home.memories.unembedded(model, 100):
        vectors = rows(seed + len(told), len(waiting))
        await home.memories.embed(model, [each.key for each in waiting], vectors)
        told |= {each.text: vector for each, vector in zip(waiting, vectors, strict=True)}
    return told


def canary(number: int) -> str:
    return f"xylophone{number:04}zebra in the cellar"


async def fill(home) -> dict[str, np.ndarray]:
    await home.memories.add([NewMemory(text=canary(number), id=f"n{number}") for number in range(COUNT)])
    await home.conversations.open(NewConversation(id="c"))
    await home.conversations.add(messages(COUNT, words="quagga"), "c")
    told = await embed(home, "m", 1)
    await home.memories.use("m")
    return told


@pytest.mark.parametrize("step", [1, 7])
def test_a_note_that_is_removed_leaves_no_byte(tmp_path, step):
    gone = range(0, COUNT, step)

    async def job(home):
        told = await fill(home)
        pieces = [piece for number in gone for piece in (canary(number)[:17].encode(), *traces(told[canary(number)]))]
        assert left(tmp_path, pieces) > almost(len(pieces))
        assert await home.memories.remove([f"n{number}" for number in gone]) == len(gone)
        return pieces

    pieces = run(job, tmp_path)
    assert left(tmp_path, pieces) == 0


def test_a_conversation_that_is_purged_leaves_no_byte_of_its_vectors(tmp_path):
    async def job(home):
        told = await fill(home)
        pieces = [piece for text, vector in told.items() if "quagga" in text for piece in traces(vector)]
        assert left(tmp_path, pieces) > almost(len(pieces))
        await home.upkeep.forget(Forget(conversation="c"), quiet)
        assert (await home.memories.state()).embedded == COUNT
        return pieces

    pieces = run(job, tmp_path)
    assert left(tmp_path, pieces) == 0


def test_vectors_of_a_model_that_is_not_used_any_more_leave_no_byte(tmp_path):
    async def job(home):
        told = await fill(home)
        pieces = [piece for vector in told.values() for piece in traces(vector)]
        new = await embed(home, "new", 10_000)
        await home.memories.use("new")
        assert left(tmp_path, pieces) == 0
        return [piece for vector in new.values() for piece in traces(vector)]

    pieces = run(job, tmp_path)
    assert left(tmp_path, pieces) > almost(len(pieces))


def test_a_vector_that_comes_late_does_not_go_to_what_took_the_place_of_its_text(tmp_path):
    async def job(home):
        await home.conversations.open(NewConversation(id="c"))
        await home.conversations.add(messages(2, "old", "the wine is in the cellar"), "c")
        (old, stays) = await home.memories.unembedded("m", 10)
        await home.upkeep.forget(Forget(ids=["old1"]), quiet)
        await home.conversations.add(messages(1, "new", "the bike is in the shed"), "c")
        (new, _) = await home.memories.unembedded("m", 10)
        assert new.key == old.key
        vector = rows(1, 1)
        await home.memories.embed("m", [old.key], vector, [old.text])
        assert await home.memories.unembedded("m", 10) == [new, stays]
        await home.memories.embed("m", [new.key], vector, [new.text])
        assert await home.memories.unembedded("m", 10) == [stays]
        return traces(vector[0])

    assert left(tmp_path, run(job, tmp_path)) > 0


def test_what_is_forgotten_leaves_no_word_in_the_index(tmp_path):
    async def use(home):
        await fill(home)
        assert b"quagga" in b"".join(path.read_bytes() for path in tmp_path.glob("voiced.db*"))
        assert (await home.upkeep.forget(Forget(conversation="c"), quiet)).messages == COUNT
        return [path.name for path in tmp_path.rglob("*") if path.is_file() and b"quagga" in path.read_bytes()]

    assert run(use, tmp_path) == []
