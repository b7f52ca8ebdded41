"""Kills a process that gives everything a new key, or encrypts or decrypts it, and looks at what it leaves (R21)."""

import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.faults.outcome import Outcome, trial
from tests.faults.power_cuts import never_salvaged
from tests.faults.workload import NOON, SECRET
from voiced.core.errors import StoreFailed
from voiced.core.history import Message, NewConversation
from voiced.core.secret import Secret
from voiced.store import encryption
from voiced.store.backups import Backups
from voiced.store.connection import still
from voiced.store.conversations import StoredConversations
from voiced.store.crypto import fitting, key_file, unwrapped
from voiced.store.db import Database
from voiced.store.locked import state
from voiced.store.replacing import OLD, PART
from voiced.store.start import NAME

MESSAGES, BACKUPS = 2_000, 2
CANARY = "xylophone quicksilver"
LONGEST_S = 30
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


class Quiet:
    """Nobody looks how far it is."""

    def __call__(self, done: int, total: int) -> None:
        """See `Tell`."""

    def watch(self, *_: object) -> None:
        """See `Tell`."""


QUIET: Any = Quiet()


def run(seed: int, times: int) -> Outcome:
    """Kills so many: most of rotations, some of what comes before and after."""
    chance, outcome = random.Random(f"rotation {seed}"), Outcome()
    with tempfile.TemporaryDirectory() as name, never_salvaged():
        folder = Path(name)
        asyncio.run(fill(folder))
        for number in range(times):
            work = chance.choice((encryption.rotate, encryption.rotate, encryption.rotate, there_and_back))
            kill(folder, work, chance.random() ** 2 * 0.15)
            halfway = in_between(folder)
            problems = asyncio.run(look(folder)) + left(folder)
            outcome += trial(f"seed {seed}, kill {number} of {work.__name__}", wrong=problems)
            outcome.counted["in between"] = outcome.counted.get("in between", 0) + halfway
    return outcome


def in_between(folder: Path) -> bool:
    """Whether a kill has come between the beginning of a change and its end."""
    found, names = encryption.status(folder), [each.name for each in folder.rglob("*")]
    return found.file != "locked" or len(found.keys) != 1 or any(PART in each or OLD in each for each in names)


async def fill(folder: Path) -> None:
    """A database and two backups."""
    database = await Database.open(folder, secret=SECRET)
    kept = StoredConversations(database, 300.0)
    await kept.open(NewConversation(id="c"))
    for first in range(0, MESSAGES, 100):
        said = [Message(id=f"m{first + each}", role="user", content=f"{CANARY} {each}", at=1e9) for each in range(100)]
        await kept.add(said, "c")
    backups = Backups(folder / encryption.BACKUPS, 7)
    for _ in range(BACKUPS):
        await database.exclusive(lambda connection: backups.make(connection, NOON, QUIET, None, database.keys[0]))
    await database.close()


def there_and_back(folder: Path, secret: Secret, tell: Any) -> None:
    """Decrypts everything, and encrypts it again."""
    encryption.decrypt(folder, secret, tell)
    encryption.encrypt(folder, secret, tell)


def kill(folder: Path, work: Callable[..., None], after_s: float) -> None:
    """Starts work again and again in a process, and kills that some time after it began."""
    ours, theirs = _server.Pipe(duplex=False)
    process = _server.Process(target=_work, args=(folder, work, theirs), daemon=True)
    process.start()
    theirs.close()
    if ours.poll(LONGEST_S):
        ours.recv_bytes()
    end = time.perf_counter() + after_s
    while time.perf_counter() < end:  # not asleep: at any moment, not at the system's
        pass
    process.kill()
    process.join(LONGEST_S)


def _work(folder: Path, work: Callable[..., None], pipe: Any) -> None:
    work(folder, SECRET, QUIET)  # Once whole, so that all is loaded that it takes.
    pipe.send_bytes(b"begun")
    while True:
        work(folder, SECRET, QUIET)


async def look(folder: Path) -> list[str]:
    """What is wrong with what a kill has left; brings everything back under one key."""
    problems: list[str] = []
    path = folder / NAME
    try:
        locked = state(path) == "locked"
        database = await Database.open(folder, patience_s=0, secret=SECRET if locked else None)
        count = await database.read(lambda connection: connection.execute("SELECT count(*) FROM messages").get)
        await database.close()
        if count != MESSAGES:
            problems.append(f"{count} messages")
        keys = [key.value for key in unwrapped(key_file(path), SECRET)] if key_file(path).exists() else []
        for each in sorted((folder / encryption.BACKUPS).glob("*.db")):
            key = None if state(each) == "plain" else fitting(each, keys)
            with closing(still(each, key)) as copy:
                if copy.execute("SELECT count(*) FROM messages").get != MESSAGES:
                    problems.append(f"{each.name} is not whole")
        encryption.encrypt(folder, SECRET, QUIET)
    except StoreFailed as error:
        return [*problems, f"{error.code}: {error.message}"]
    return problems


def left(folder: Path) -> list[str]:
    """What should not be there when everything is locked again."""
    found, files = encryption.status(folder), [each for each in folder.rglob("*") if each.is_file()]
    problems: list[str] = []
    if (found.file, found.locked, found.plain, len(found.keys)) != ("locked", BACKUPS, [], 1):
        problems.append(f"it is not whole afterwards: {found}")
    problems += [f"{each} is left" for each in files if PART in each.name or OLD in each.name]
    return problems + [f"{each} has it in clear" for each in files if CANARY.encode() in each.read_bytes()]
