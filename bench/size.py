"""P16: how large the file becomes with a thousand messages, their full text and their vectors.

    python bench/size.py

The messages are read speech of the test recordings' transcripts, as the daemon keeps them. The
vectors are laid out as the memory of voiced searches them: a bit index of sqlite-vec and the vector itself in 16-bit
floats, 384 dimensions. Random ones: what they say makes no difference to their size.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import apsw
import numpy as np
import sqlite_vec

from tests.conftest import recordings_folder
from voiced.core.history import Message
from voiced.core.ids import new_id
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

MESSAGES, QUICK_MESSAGES = 1_000, 200
DIMENSIONS = 384
MB = 1_000_000
THEIRS_MB = (13, 53)
"""What other assistants' layers were measured at."""


def sentences() -> list[str]:
    """What people say, at length."""
    found: list[str] = []
    for path in sorted((recordings_folder() / "audio").rglob("*.trans.txt")):
        found += [line.split(" ", 1)[1].lower() for line in path.read_text().splitlines() if " " in line]
    return found or [" ".join(["word"] * 25)]


def add_vectors(connection: apsw.Connection) -> None:
    """Every message's vector."""
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.execute(f"CREATE VIRTUAL TABLE vector_bits USING vec0 (bits bit[{DIMENSIONS}])")
    connection.execute("CREATE TABLE vectors (place INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT")
    random = np.random.default_rng(1)
    for (place,) in connection.execute("SELECT place FROM messages").fetchall():
        vector = random.standard_normal(DIMENSIONS).astype(np.float16)
        bits = np.packbits(vector > 0, bitorder="little").tobytes()
        connection.execute("INSERT INTO vector_bits (rowid, bits) VALUES (?, vec_bit(?))", (place, bits))
        connection.execute("INSERT INTO vectors VALUES (?, ?)", (place, vector.tobytes()))


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
        connection = apsw.Connection(str(folder / "voiced.db"))
        with connection:
            add_vectors(connection)
        connection.close()
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
