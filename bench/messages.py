"""P13, P14: what it costs to keep a message for good, and to read the last fifty of a conversation among a million.

    python bench/messages.py [--quick]

The peer is the standard library's sqlite3 as it is usually used: a table with text keys and an index by conversation
and time, `synchronous=FULL` in WAL mode, one commit a row. Both take turns in one run, on the same disk. A bare
fdatasync after 4 KB appended to a file is measured beside them: no durable write can be faster.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import apsw
from pairs import PAIRS, faster, spread

from voiced.core.history import Message, NewConversation
from voiced.core.ids import new_id
from voiced.store.conversations import StoredConversations, last
from voiced.store.db import Database
from voiced.store.rows import INSERT_MESSAGE, SHIFT, row_of

ROWS, QUICK_ROWS = 1_000_000, 50_000
CONVERSATIONS = 1_000
READS = 3_000
CONCURRENT = 100
PAGE = 4_096
WORDS = [
    "what",
    "is",
    "the",
    "weather",
    "like",
    "in",
    "the",
    "kitchen",
    "today",
    "and",
    "how",
    "long",
    "do",
    "the",
    "eggs",
    "take",
    "when",
    "the",
    "oven",
    "is",
    "on",
]
PEER_SCHEMA = """
CREATE TABLE messages (
  id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
  created_at TEXT NOT NULL, tokens INTEGER, model TEXT, metadata TEXT
);
CREATE INDEX by_conversation ON messages (conversation_id, created_at);
"""
PEER_LAST = "SELECT * FROM messages WHERE conversation_id = ? ORDER BY created_at DESC LIMIT 50"


def message(number: int) -> Message:
    """A message of usual length."""
    role = "assistant" if number % 2 else "user"
    words = " ".join(random.choices(WORDS, k=6 + number % 20))
    return Message(id=new_id(), role=role, content=words, at=1.7e9 + number, turn=f"{number:08x}", channel="voice")


class Syncs(apsw.VFS):
    """The usual way to the disk, with the fsyncs counted."""

    def __init__(self) -> None:
        super().__init__("counted", "")
        self.count = 0

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (SQLite's name)
        """See SQLite."""
        counter = self

        class File(apsw.VFSFile):
            def xSync(self, flags: int) -> None:  # noqa: N802 (the same)
                counter.count += 1
                super().xSync(flags)

        return File("", name, flags)


class Peer:
    """The standard library's sqlite3."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + PEER_SCHEMA)

    def add(self, conversation: str, item: Message) -> None:
        """One commit a row."""
        with self.connection:
            self.connection.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self.row(conversation, item)
            )

    def fill(self, rows: Iterator[tuple[str, Message]]) -> None:
        """Many rows at once."""
        with self.connection:
            made = (self.row(*row) for row in rows)
            self.connection.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", made)

    def last(self, conversation: str) -> list[dict[str, object]]:
        """The last fifty."""
        names = ("id", "conversation", "role", "content", "created_at", "tokens", "model", "metadata")
        rows = self.connection.execute(PEER_LAST, (conversation,)).fetchall()
        found = [dict(zip(names, row, strict=True)) for row in reversed(rows)]
        for each in found:
            each["metadata"] = json.loads(str(each["metadata"]))
        return found

    @staticmethod
    def row(conversation: str, item: Message) -> tuple[object, ...]:
        """A row of its table."""
        at = f"{item.at:.3f}"
        return (item.id, conversation, item.role, item.content, at, None, None, json.dumps({"turn": item.turn}))


def bare_fsync(descriptor: int) -> float:
    """Seconds that a page and its fdatasync take."""
    os.write(descriptor, os.urandom(PAGE))
    began = time.perf_counter()
    os.fdatasync(descriptor)
    return time.perf_counter() - began


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds that something takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def writes(folder: Path, pairs: int) -> dict[str, object]:
    """P13, and what else is written."""
    database, peer = await Database.open(folder / "writes"), Peer(folder / "peer.db")
    kept = StoredConversations(database, 300.0)
    place = (await kept.open(NewConversation())).id
    descriptor = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY)
    singles, together, peers, bare, creates, batches = [], [], [], [], [], []
    for round_ in range(pairs):
        items = [message(round_ * CONCURRENT + number) for number in range(CONCURRENT)]
        began = time.perf_counter()
        for item in items:
            peer.add(place, item)
        peers.append(time.perf_counter() - began)
        together.append(await timed(lambda items=items: asyncio.gather(*(kept.add([item], place) for item in items))))
        for _ in range(10):
            bare.append(bare_fsync(descriptor))
            singles.append(await timed(lambda: kept.add([message(1)], place)))
            creates.append(await timed(lambda: kept.open(NewConversation(title="a talk"))))
        batches.append(await timed(lambda: kept.add([message(number) for number in range(CONCURRENT)], place)))
    retrieved = [await timed(lambda: kept.messages(place, 50)) for _ in range(10 * pairs)]
    os.close(descriptor)
    await database.close()
    return {
        "fsync_ms": spread(bare, 1000),
        "add_ms": spread(singles, 1000),
        "add_by_fsync": sorted(singles)[len(singles) // 2] / sorted(bare)[len(bare) // 2],
        "hundred_together_ms": spread(together, 1000),
        "hundred_one_by_one_peer_ms": spread(peers, 1000),
        "faster": faster(together, peers),
        "hundred_in_one_call_ms": spread(batches, 1000),
        "create_ms": spread(creates, 1000),
        "retrieve_ms": spread(retrieved, 1000),
    }


async def syncs(folder: Path, times: int) -> float:
    """Fsyncs for each message, those of moving the log into the file included."""
    counted = Syncs()
    database = await Database.open(folder / "syncs", vfs="counted")
    kept = StoredConversations(database, 300.0)
    place = (await kept.open(NewConversation())).id
    before = counted.count
    for number in range(times):
        await kept.add([message(number)], place)
    made = counted.count - before
    await database.close()
    return made / times


async def fill(database: Database, kept: StoredConversations, each: int) -> list[str]:
    """Conversations with so many messages each, all going on at the same time; gives their ids."""
    places = [(await kept.open(NewConversation())).id for _ in range(CONVERSATIONS)]

    def more(connection: apsw.Connection, at: int) -> None:
        made = (
            row_of(message(at * CONVERSATIONS + number), (number + 1 << SHIFT) + at + 1)
            for number in range(CONVERSATIONS)
        )
        connection.executemany(INSERT_MESSAGE, made)

    for at in range(each):
        await database.write(lambda connection, at=at: more(connection, at))
    return places


def inside(connection: apsw.Connection, place: str) -> float:
    """Seconds that the last fifty take."""
    began = time.perf_counter()
    last(connection, place, 50)
    return time.perf_counter() - began


async def reads(folder: Path, rows: int) -> dict[str, object]:
    """P14: the file, then each reader's way to the last fifty, taking turns."""
    database, peer = await Database.open(folder / "reads"), Peer(folder / "peer-reads.db")
    kept = StoredConversations(database, 300.0)
    each = rows // CONVERSATIONS
    places = await fill(database, kept, each)
    peer.fill(
        (places[number], message(at * CONVERSATIONS + number)) for at in range(each) for number in range(CONVERSATIONS)
    )

    queries, asked, theirs, cached = [], [], [], []
    for place in random.choices(places, k=READS):
        queries.append(await database.read(lambda connection, place=place: inside(connection, place)))
        asked.append(await timed(lambda place=place: database.read(lambda connection: last(connection, place, 50))))
        began = time.perf_counter()
        peer.last(place)
        theirs.append(time.perf_counter() - began)
        await kept.last(place, 50)
        cached.append(await timed(lambda place=place: kept.last(place, 50)))
    await database.close()
    return {
        "rows": each * CONVERSATIONS,
        "last_50_ms": spread(queries, 1000),
        "with_the_way_to_its_thread_ms": spread(asked, 1000),
        "peer_ms": spread(theirs, 1000),
        "cached_ms": spread(cached, 1000),
        "faster": faster(queries, theirs),
        "faster_with_the_way": faster(asked, theirs),
    }


async def measure(rows: int, pairs: int) -> dict[str, object]:
    """All of it."""
    random.seed(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "writes": {**await writes(folder, pairs), "fsyncs_per_add": await syncs(folder, 1_000)},
            "reads": await reads(folder, rows),
        }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    found = asyncio.run(measure(QUICK_ROWS if quick else ROWS, PAIRS))
    print(json.dumps({"question": "messages", **found}))


if __name__ == "__main__":
    main()
