"""P16: how large the file becomes with a thousand messages, their full text and their vectors.

    python bench/size.py

The messages are read speech of the test recordings' transcripts, as the daemon keeps them. The
vectors are kept as the memory of voiced searches them: a bit index of sqlite-vec and the vector itself in 16-bit
floats, 384 dimensions. Random ones: what they say makes no difference to their size.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import numpy as np

from tests.conftest import recordings_folder
from voiced.core.history import Message
from voiced.core.ids import new_id
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.memories import StoredMemories

MESSAGES, QUICK_MESSAGES = 1_000, 200
DIMENSIONS = 384
MODEL = "random"
TOGETHER = 500
MB = 1_000_000
THEIRS_MB = (13, 53)
"""What other assistants' layers were measured at."""


def sentences() -> list[str]:
    """What people say, at length."""
    found: list[str] = []
    for path in sorted((recordings_folder() / "audio").rglob("*.trans.txt")):
        found += [line.split(" ", 1)[1].lower() for line in path.read_text().splitlines() if " " in line]
    return found or [" ".join(["word"] * 25)]


async def add_vectors(database: Database) -> None:
    """Every message's vector."""
    memories, random = StoredMemories(database), np.random.default_rng(1)
    while some := await memories.unembedded(MODEL, TOGETHER):
        vectors = random.standard_normal((len(some), DIMENSIONS)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        await memories.embed(MODEL, [each.key for each in some], vectors)
    await memories.use(MODEL)


def size(folder: Path) -> float:
    """Megabytes of the file and all that lies beside it."""
    return sum(path.stat().st_size for path in folder.iterdir()) / MB


async def measure(count: int) -> dict[str, object]:
    """Fills a file, without and then with vectors."""
    said = sentences()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = await Database.open(folder)
        kept = StoredConversations(database, 300.0)
        for number in range(0, count, 2):
            turn = [
                Message(
                    new_id(),
                    role,
                    said[(number + side) % len(said)],
                    1.7e9 + 200 * number,
                    turn=f"{number:08x}",
                    channel="voice",
                    tier="rules" if side else None,
                    latency_ms=312.5 if side else None,
                    metadata={"intent": "HassGetCurrentTime", "slots": {}} if side else {},
                )
                for side, role in enumerate(("user", "assistant"))
            ]
            await kept.add(turn)
        await database.close()
        text = size(folder)
        database = await Database.open(folder)
        await add_vectors(database)
        await database.close()
        whole = size(folder)
        words = sum(len(each.split()) for each in said) / len(said)
    return {
        "messages": count,
        "words_a_message": words,
        "text_mb": text,
        "with_vectors_mb": whole,
        "times_smaller": THEIRS_MB[0] / whole,
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = QUICK_MESSAGES if parser.parse_args().quick else MESSAGES
    print(json.dumps({"question": "size", **asyncio.run(measure(count))}))


if __name__ == "__main__":
    main()
