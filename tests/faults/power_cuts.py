"""Cuts the power of the store at any moment, and looks at what is left (R1).

Work of a seed is recorded on a tape once; each cut is a place on it. What is left is opened as after a cut: in one of
four, the power is cut again while it is opened. Controls show that the disk is as bad as it is meant to be: the same
work with a weaker `synchronous` must not survive.
"""

import asyncio
import random
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from tests.faults.disk import Disk
from tests.faults.outcome import Outcome, replaced, trial
from tests.faults.tape import Mark, Platter, Record
from tests.faults.workload import KEY, NOON, Facts, Step, Workload, after, faults, found, lost, opened, perform
from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.store import connection as connect
from voiced.store import keeper, salvage
from voiced.store.migrations import scripts

CUTS_A_TAPE = 50
Synchronous = Literal["full", "normal", "off"]


class Recording(NamedTuple):
    """Work that was done once.

    Attributes:
        files: what was on the disk before.
        facts: what was in the file before.
        tape: what happened.
    """

    files: Mapping[str, bytes]
    facts: Facts
    tape: list[Record]


def run_locked(seed: int, times: int = CUTS_A_TAPE, synchronous: Synchronous = "full") -> Outcome:
    """The same with an encrypted file."""
    return run(seed, times, synchronous, KEY)


def run(seed: int, times: int = CUTS_A_TAPE, synchronous: Synchronous = "full", key: bytes | None = None) -> Outcome:
    """Records the work of a seed, and cuts it."""
    with ExitStack() as stack:
        stack.enter_context(never_salvaged())
        with weakened(synchronous):
            recording = asyncio.run(record(seed, key))
        return asyncio.run(cut(recording, seed, times, key))


async def record(seed: int, key: bytes | None = None) -> Recording:
    """Does the work of a seed: on an empty disk, or on a file of any version."""
    chance = random.Random(seed)
    version = chance.randint(0, len(scripts()))
    files, facts = older(version, chance, key) if version else ({}, {})
    before, workload = facts, Workload(seed)
    with Disk(files) as disk, moving(pages=chance.choice((3, 30, 1_000, 1_000))):
        for rounds in (10, 5):
            async with opened(disk.folder, disk.vfs, key) as store:
                for _ in range(rounds):
                    steps = workload.round(facts)
                    disk.mark(("begun", steps))
                    if errors := await perform(store, steps, lambda step: disk.mark(("done", [step]))):
                        raise AssertionError(errors)
                    facts = after(facts, *steps)
        return Recording(files, before, disk.tape)


def older(version: int, chance: random.Random, key: bytes | None = None) -> tuple[dict[str, bytes], Facts]:
    """A file of a version, with something in it."""
    with Disk() as disk:
        connection = connect.draft(disk.path, disk.vfs, key)
        connection.pragma("journal_mode", "wal")
        for number, script in enumerate(scripts()[:version], 1):
            with connection:
                connection.execute(script)
                connection.pragma("user_version", number)
        for number in range(1, chance.randint(1, 4)):
            connection.execute(
                "INSERT INTO conversations (number, id, made_at, changed_at, last_at)"
                " VALUES (?1, 'c' || ?1, ?2, ?2, ?2)",
                (number, NOON),
            )
            for place in range(chance.randint(0, 20)):
                connection.execute(
                    "INSERT INTO messages (place, id, role, content, at, channel, mode, privacy)"
                    " VALUES ((?1 << 24) + ?2, ?1 || '-' || ?2, 'user', ?3, ?4, 'text', 'chat', 'personal')",
                    (number, place + 1, "told " * chance.randint(1, 900), NOON),
                )
        facts = found(connection)
        connection.close()
        return disk.files, facts


async def cut(recording: Recording, seed: int, cuts: int, key: bytes | None = None) -> Outcome:
    """Cuts the power at places by chance, in the order of the tape."""
    chance = random.Random(f"cuts {seed}")
    platter, at = Platter(recording.files), 0
    acknowledged, under_way = dict(recording.facts), list[Step]()
    outcome = Outcome()
    for place in sorted(chance.randint(0, len(recording.tape)) for _ in range(cuts)):
        platter.play(recording.tape[at:place])
        for mark in marks(recording.tape[at:place]):
            word, steps = mark
            if word == "begun":
                under_way = list(steps)
            for step in steps if word == "done" else ():
                under_way = [other for other in under_way if other.changes is not step.changes]
                acknowledged = after(acknowledged, step)
        at = place
        where = f"seed {seed}, place {place}"
        outcome += await look(platter.survivors(chance), acknowledged, under_way, chance, where, key)
    return outcome


def marks(tape: Iterable[Record]) -> Iterable[tuple[str, list[Step]]]:
    """What was noted on a tape."""
    return (record.what for record in tape if isinstance(record, Mark))  # type: ignore[misc]


async def look(
    files: Mapping[str, bytes],
    acknowledged: Facts,
    under_way: list[Step],
    chance: random.Random,
    where: str,
    key: bytes | None = None,
) -> Outcome:
    """Opens what a cut has left, perhaps cuts that too, and compares."""
    damaged, missing = list[str](), list[str]()
    try:
        with Disk(files) as disk:
            async with opened(disk.folder, disk.vfs, key) as store:
                damaged = await store.database.read(faults)
                missing = lost(await store.database.read(found), acknowledged, under_way)
    except StoreDamaged as error:
        damaged = [error.message]
    except StoreFailed as error:
        missing = [error.message]
    outcome = trial(where, corrupt=damaged, lost=missing)
    if not outcome.problems and chance.random() < 0.25:
        platter = Platter(files)
        place = chance.randint(0, len(disk.tape))
        platter.play(disk.tape[:place])
        where = f"{where}, then {place}"
        outcome += await look(platter.survivors(chance), acknowledged, under_way, chance, where, key)
    return outcome


@contextmanager
def weakened(synchronous: Synchronous) -> Generator[None]:
    """Lets each connection that writes keep a weaker promise than the store asks for."""
    with replaced(connect, "SYNCHRONOUS", synchronous):
        yield


@contextmanager
def never_salvaged() -> Generator[None]:
    """Damage is no reason to save what can be read: there must be none."""

    def refuse(path: Path, *, vfs: str | None = None, key: bytes | None = None) -> None:  # noqa: ARG001 (as the real one)
        raise StoreDamaged(f"{path} would have to be salvaged")

    with replaced(salvage, "salvage", refuse):
        yield


@contextmanager
def moving(pages: int) -> Generator[None]:
    """Pages are moved from the log into the file when it has so many."""
    with replaced(keeper, "PAGES", pages):
        yield
