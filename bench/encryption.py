"""P20: what encryption at rest costs where it is felt: a message kept for good, and the last fifty among a million.

    python bench/encryption.py [--quick]

The peer is our own store without a key, on the same disk. Both take turns in one run, each first in every other pair.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from messages import CONCURRENT, CONVERSATIONS, QUICK_ROWS, ROWS, fill, inside, message, timed
from pairs import share, spread

from voiced.core.history import NewConversation
from voiced.core.secret import Secret
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

ADDS, TOGETHER = 600, 60
READS = 3_000
TALK = "talk"
SECRET = Secret("keyfile", b"a bench has no secrets. " * 2)


class Store(NamedTuple):
    """One of the two."""

    database: Database
    kept: StoredConversations


async def opened(folder: Path, secret: Secret | None) -> Store:
    """A store in a folder of its own."""
    database = await Database.open(folder, secret=secret)
    return Store(database, StoredConversations(database, 300.0))


async def taking_turns(
    stores: list[Store], times: int, work: Callable[[Store], Awaitable[float]]
) -> tuple[list[float], list[float]]:
    """Seconds of the plain and of the encrypted store."""
    found: list[list[float]] = [[], []]
    for number in range(times):
        for which in (0, 1) if number % 2 else (1, 0):
            found[which].append(await work(stores[which]))
    return found[0], found[1]


def told(plain: list[float], locked: list[float]) -> dict[str, object]:
    """Both, and by how many times the encrypted one costs more."""
    return {
        "plain_ms": spread(plain, 1000),
        "locked_ms": spread(locked, 1000),
        "times_as_long": share(locked, plain),
    }


async def writes(folder: Path) -> dict[str, object]:
    """A message kept alone, and a hundred at once."""
    stores = [await opened(folder / "plain", None), await opened(folder / "locked", SECRET)]
    for each in stores:
        await each.kept.open(NewConversation(id=TALK))

    async def add(store: Store) -> float:
        return await timed(lambda: store.kept.add([message(1)], TALK))

    async def together(store: Store) -> float:
        items = [message(number) for number in range(CONCURRENT)]
        return await timed(lambda: asyncio.gather(*(store.kept.add([item], TALK) for item in items)))

    adds, hundreds = await taking_turns(stores, ADDS, add), await taking_turns(stores, TOGETHER, together)
    for each in stores:
        await each.database.close()
    return {"add": told(*adds), "hundred_together": told(*hundreds)}


async def reads(folder: Path, rows: int) -> dict[str, object]:
    """The last fifty of a conversation."""
    stores = [await opened(folder / "plain-reads", None), await opened(folder / "locked-reads", SECRET)]
    chosen = [await fill(*each, rows // CONVERSATIONS) for each in stores]
    found: list[list[float]] = [[], []]
    for number, name in enumerate(random.choices(range(CONVERSATIONS), k=READS)):
        for which in (0, 1) if number % 2 else (1, 0):
            where = chosen[which][name]
            job = stores[which].database.read(lambda connection, where=where: inside(connection, where))
            found[which].append(await job)
    for each in stores:
        await each.database.close()
    return {"rows": rows, "last_50": told(found[0], found[1])}


async def measure(folder: Path, rows: int) -> dict[str, object]:
    """All of it."""
    random.seed(1)
    return {**await writes(folder), **await reads(folder, rows)}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    rows = QUICK_ROWS if parser.parse_args().quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), rows))
    print(json.dumps({"question": "encryption", **found}))


if __name__ == "__main__":
    main()
