"""Lets the disk fail at any operation, once, for a while or until it is mended: the store must recover (R3)."""

import asyncio
import random
from contextlib import suppress

import apsw

from tests.faults.disk import Action, Disk
from tests.faults.outcome import Outcome, replaced, trial
from tests.faults.power_cuts import moving, never_salvaged, older
from tests.faults.workload import Facts, Step, Store, Workload, after, faults, found, lost, opened, perform, store_in
from voiced.core.errors import StoreDamaged, StoreFailed, VoicedError
from voiced.store import db, writer
from voiced.store.db import Database
from voiced.store.migrations import scripts
from voiced.store.start import note_of_damage

TRIALS_A_SEED = 20
ROUNDS, ROUNDS_AFTER = 8, 3
LONGEST_S = 30
"""A trial takes a fraction of a second; what takes so long hangs."""
IO_ERRORS: dict[Action, int] = {
    "open": apsw.SQLITE_CANTOPEN,
    "read": apsw.SQLITE_IOERR_READ,
    "write": apsw.SQLITE_IOERR_WRITE,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "size": apsw.SQLITE_IOERR_FSTAT,
    "exists": apsw.SQLITE_IOERR_ACCESS,
    "delete": apsw.SQLITE_IOERR_DELETE,
}
KINDS = ("error", "full", "half full", "short read")


class Connection(apsw.Connection):
    """SQLite closes whatever the disk does, and says nothing; apsw would raise what a VFS in Python has raised."""

    def close(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 (apsw's own)
        with suppress(apsw.Error):
            super().close(force)


class Outage:
    """A fault of the disk.

    Args:
        kind: one of `KINDS`.
        first: the operation at which it begins, from 1.
        length: how many operations it meets; 0: none.

    Attributes:
        seen: how many operations there were.
        met: which of them failed.
    """

    def __init__(self, kind: str, first: int, length: float) -> None:
        self.kind, self.first, self.length = kind, first, length
        self.seen = 0
        self.met: list[Action] = []

    def __call__(self, action: Action, _: str) -> apsw.Error | str | None:
        self.seen += 1
        if not self.first <= self.seen < self.first + self.length:
            return None
        error = self._error(action)
        if error:
            self.met.append(action)
        return error

    def _error(self, action: Action) -> apsw.Error | str | None:
        if self.kind == "error":
            return apsw.exception_for(IO_ERRORS[action])
        if self.kind == "short read":
            return "short" if action == "read" else None
        if action != "write":
            return None
        return apsw.exception_for(apsw.SQLITE_FULL) if self.kind == "full" else "short"


def run(seed: int, times: int = TRIALS_A_SEED) -> Outcome:
    """Does the work of a seed again and again, each time with another fault."""
    chance = random.Random(f"outages {seed}")
    outcome = Outcome()
    with (
        never_salvaged(),
        moving(pages=30),
        replaced(writer, "PATIENCE_S", 0.05),
        replaced(db, "FIRST_PAUSE_S", 0.001),
        replaced(db, "LONGEST_PAUSE_S", 0.001),
        replaced(apsw, "Connection", Connection),
    ):
        counted = Outage("error", 0, 0)
        outcome += asyncio.run(attempt(seed, counted))
        for _ in range(times - 1):
            length = chance.choice((1, 1, 3, 20, float("inf")))
            outage = Outage(chance.choice(KINDS), chance.randint(1, counted.seen), length)
            outcome += asyncio.run(attempt(seed, outage))
    return outcome


async def attempt(seed: int, outage: Outage) -> Outcome:
    """Does the work of a seed with a fault, mends the disk, and goes on."""
    chance = random.Random(seed)
    version = chance.randint(0, len(scripts()))
    files, facts = older(version, chance) if version else ({}, {})
    where = f"seed {seed}, {outage.kind} at {outage.first} for {outage.length}"
    problems = list[str]()
    try:
        async with asyncio.timeout(LONGEST_S):
            with Disk(files) as disk:
                disk.fault = outage
                database = Database(disk.folder, patience_s=0, vfs=disk.vfs)
                try:
                    facts = await live(disk, store_in(database), Workload(seed), facts, problems)
                finally:
                    disk.fault = None
                    await database.close()
                note_of_damage(disk.path).unlink(missing_ok=True)
                async with opened(disk.folder, disk.vfs) as store:
                    problems += await compare(store, facts)
    except TimeoutError:
        problems.append("it hangs")
    except VoicedError as error:
        # A file that ends too early is damaged: what is then saved of it is tested elsewhere.
        if not (isinstance(error, StoreDamaged) and outage.kind == "short read"):
            problems.append(f"{error.code}: {error.message}")
    return trial(where, wrong=problems)


async def live(disk: Disk, store: Store, workload: Workload, facts: Facts, problems: list[str]) -> Facts:
    """Works while the disk fails and after it is mended, with the same store; gives what must be in the file then."""
    for _ in range(ROUNDS):
        steps = workload.round(facts)
        facts, _ = await work(store, steps, facts, problems)
    disk.fault = None
    await mended(store)
    problems += await compare(store, facts)
    for _ in range(ROUNDS_AFTER):
        facts, failed = await work(store, workload.round(facts), facts, problems)
        problems += [f"fails when the disk is mended: {error!r}" for error in failed]
    problems += await compare(store, facts)
    return facts


async def mended(store: Store) -> None:
    """Waits until the store has noticed that the disk is well: it opens by itself."""
    while True:
        try:
            await store.database.opened()
        except StoreFailed as error:
            if not error.retriable:
                raise
            await asyncio.sleep(0.001)
        else:
            return


async def work(store: Store, steps: list[Step], facts: Facts, problems: list[str]) -> tuple[Facts, list[Exception]]:
    """Does a round; gives what is known afterwards, and what failed. What failed is not done."""
    try:
        failed = await perform(store, steps, lambda _: None)
    except StoreFailed as error:  # the file is not open
        failed = dict.fromkeys(range(len(steps)), error)
    problems += [f"not an error of ours: {error!r}" for error in failed.values() if not isinstance(error, StoreFailed)]
    return after(facts, *(step for place, step in enumerate(steps) if place not in failed)), list(failed.values())


async def compare(store: Store, facts: Facts) -> list[str]:
    """What is not as it should be."""
    return await store.database.read(faults) + lost(await store.database.read(found), facts)
