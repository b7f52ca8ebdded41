"""R3 and R11 in short; the long run is `scripts/faults disk`."""

import asyncio
import os
import resource
import subprocess
from contextlib import contextmanager

import pytest

from tests.faults.disk_faults import Outage, compare, run
from tests.faults.outcome import Outcome, replaced
from tests.faults.workload import Facts, Store, Workload, after, opened, perform
from voiced.core.errors import StoreBroken, StoreFailed, StoreFull
from voiced.store import writer

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def hasty():
    """Nobody waits for a disk that is not mended meanwhile."""
    with replaced(writer, "PATIENCE_S", 0.03), replaced(writer, "WELL_S", 0.0):
        yield


def test_the_store_outlives_a_disk_that_fails_at_any_operation():
    outcome = sum((run(seed, 20) for seed in range(4)), Outcome())
    assert outcome.wrong == {"wrong": 0}, outcome.problems


def test_an_outage_meets_the_operations_it_is_told_to():
    outage = Outage("error", first=2, length=2)
    assert [bool(outage("write", "")) for _ in range(5)] == [False, True, True, False, False]


async def fill(store: Store, workload: Workload, facts: Facts) -> tuple[Facts, StoreFailed]:
    """Works until it fails."""
    while True:
        steps = workload.round(facts)
        failed = await perform(store, steps, lambda _: None)
        facts = after(facts, *(step for place, step in enumerate(steps) if place not in failed))
        for error in failed.values():
            assert isinstance(error, StoreFailed)
            return facts, error


async def outlive(store: Store, make_room, kind: type[StoreFailed] = StoreFull) -> None:
    """Fills the disk, reads, makes room, and writes on."""
    told = []
    store.database.watch(told.append)
    workload = Workload(7)
    facts, error = await fill(store, workload, {})
    assert isinstance(error, kind)
    for _ in range(3):
        facts, error = await fill(store, workload, facts)
        assert isinstance(error, kind)
    assert not await compare(store, facts)
    await make_room(store)
    for _ in range(5):
        steps = workload.round(facts)
        assert not await perform(store, steps, lambda _: None)
        facts = after(facts, *steps)
    assert not await compare(store, facts)
    # What is small may still find room meanwhile: each outage is told once, and its end.
    assert all(isinstance(error, kind) for error in told[::2])
    assert set(told[1::2]) == {None}
    assert len(told) % 2 == 0


def limit(pages: int):
    """Bounds the file itself."""

    async def set_limit(store: Store) -> None:
        await store.database.exclusive(lambda connection: connection.pragma("max_page_count", pages))

    return set_limit


def test_a_full_file_is_told_once_and_written_again_when_there_is_room(tmp_path):
    async def main():
        async with opened(tmp_path) as store:
            await limit(60)(store)
            await outlive(store, limit(100_000))

    asyncio.run(main())


def test_a_full_disk_is_told_once_and_written_again_when_there_is_room(tmp_path):
    ballast = tmp_path / "ballast"

    async def make_room(_: Store) -> None:
        ballast.unlink()

    async def main():
        async with opened(tmp_path / "store") as store:
            ballast.write_bytes(bytes(2 * MEGABYTE))
            await outlive(store, make_room)

    with small_disk(tmp_path, 3 * MEGABYTE):
        asyncio.run(main())


@contextmanager
def small_disk(folder, size):
    """Mounts a disk of its own there; skips where that is not allowed."""
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        pytest.skip(f"a disk cannot be mounted here (uid {os.getuid()}): {mounting.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_file_that_may_not_grow_is_written_again_when_it_may(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def make_room(_: Store) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    async def main():
        async with opened(tmp_path) as store:
            resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, hard))
            await outlive(store, make_room, StoreBroken)  # for SQLite, that is an I/O error

    try:
        asyncio.run(main())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
