"""A backup is one moment of the file, beside all work, and costs no older one."""

import asyncio
import contextlib
import errno
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.house import edit, fill, messages, quiet, raw, run, unfinished
from voiced.core.errors import StoreBroken, StoreDamaged, StoreFull
from voiced.store import backups

pytestmark = pytest.mark.usefixtures("either_way")


def test_a_backup_is_the_file_as_it_is(tmp_path):
    told = []

    async def job(home):
        await fill(home)
        made = await home.upkeep.backup(lambda done, total: told.append((done, total)))
        assert await home.upkeep.backups() == [made]
        return made, await home.contents()

    made, contents = run(job, tmp_path)
    path = Path(made.path)
    assert path.name == "voiced-2026-11-25T12-00-00Z.db"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert made.bytes == path.stat().st_size
    with contextlib.closing(raw(path)) as copy:
        rows = [
            row
            for table in ("conversations", "messages", "promises", "memories", "entries")
            for row in copy.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
        ]
    assert rows == contents
    assert all(0 <= done <= total for done, total in told)


def test_a_backup_made_while_writes_go_on_is_one_moment_of_them(tmp_path):
    """Pairs are written whole: a copy with half a pair, or with a gap, would be no moment that ever was."""

    async def job(home):
        await fill(home, 3000)
        stop = False

        async def write():
            count = 0
            while not stop:
                await home.conversations.add(messages(2, f"pair{count}-"), "c")
                count += 1
            return count

        writing = asyncio.create_task(write())
        made = []
        while len(made) < 4:
            home.clock.time += 60
            made.append(await home.upkeep.backup(quiet))
        stop = True
        return made, await writing

    made, written = run(job, tmp_path)
    seen = []
    for each in made:
        with contextlib.closing(raw(Path(each.path))) as copy:
            assert copy.execute("PRAGMA integrity_check").get == "ok"
            pairs, messages_kept = copy.execute(
                "SELECT count(*), (SELECT messages FROM conversations) FROM messages WHERE id LIKE 'pair%'"
            ).fetchone()
            newest = copy.execute("SELECT id FROM messages ORDER BY place DESC LIMIT 1").get
        assert pairs % 2 == 0
        assert messages_kept == 3000 + pairs
        assert newest == (f"pair{pairs // 2 - 1}-1" if pairs else "m2999")
        seen.append(pairs // 2)
    assert seen == sorted(seen)
    assert seen[-1] <= written
    assert written > 0


def test_the_newest_backups_stay_and_none_is_written_over(tmp_path):
    async def job(home):
        await fill(home, 3)
        for _ in range(3):
            await home.upkeep.backup(quiet)
        home.clock.time += 3600
        await home.upkeep.backup(quiet)
        return [Path(backup.path).name for backup in await home.upkeep.backups()]

    assert run(job, tmp_path, keep=3) == [
        "voiced-2026-11-25T13-00-00Z.db",
        "voiced-2026-11-25T12-00-00Z-3.db",
        "voiced-2026-11-25T12-00-00Z-2.db",
    ]


def test_a_backup_made_while_the_clock_is_wrong_stays_too(tmp_path):
    async def job(home):
        first = await home.upkeep.backup(quiet)
        home.clock.time = 5.0
        return [first.path], (await home.upkeep.backup(quiet)).path, [each.path for each in await home.upkeep.backups()]

    first, made, kept = run(job, tmp_path, keep=1)
    assert kept == [*first, made]


def test_other_files_among_the_backups_are_left_alone(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    others = ["voiced-mine.db", "notes.txt", "voiced-2026-99-99T00-00-00Z.db"]
    for name in others:
        (folder / name).write_text("mine")

    async def job(home):
        await home.upkeep.backup(quiet)
        await home.upkeep.backup(quiet)
        assert len(await home.upkeep.backups()) == 1

    run(job, tmp_path, keep=1)
    assert all((folder / name).exists() for name in others)


def test_a_cancelled_backup_leaves_nothing_and_the_old_ones_stay(tmp_path):
    async def job(home):
        await fill(home, 20_000)
        old = await home.upkeep.backup(quiet)
        home.clock.time += 60
        begun = asyncio.Event()
        task = asyncio.create_task(home.upkeep.backup(lambda *_: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await home.upkeep.backups() == [old]
        assert unfinished(tmp_path) == []
        await home.conversations.add(messages(1, "after"), "c")
        return await home.upkeep.backup(quiet)

    assert run(job, tmp_path, keep=1)


VICTIM = """
import asyncio, sys
from pathlib import Path
from tests.store.house import house

async def run():
    async with house(Path(sys.argv[1]), keep=1) as home:
        await home.upkeep.backup(lambda *_: print("begun", flush=True))

asyncio.run(run())
"""


def test_a_backup_whose_process_is_killed_costs_nothing(tmp_path):
    async def job(home):
        await fill(home, 20_000)
        return await home.upkeep.backup(quiet), await home.contents()

    old, contents = run(job, tmp_path, keep=1)
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, str(tmp_path)], stdout=subprocess.PIPE)
    with victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"begun\n"
        victim.kill()

    async def after(home):
        assert old in await home.upkeep.backups()
        assert await home.contents() == contents
        home.clock.time += 60
        return await home.upkeep.backup(quiet), await home.upkeep.backups()

    made, listed = run(after, tmp_path, keep=1)
    assert listed == [made]
    assert unfinished(tmp_path) == []


def test_what_a_killed_backup_left_is_removed_by_the_next_one(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in ("backup.part", "backup.part-journal", "restored.part"):
        (folder / name).write_text("half")

    run(lambda home: home.upkeep.backup(quiet), tmp_path)
    assert unfinished(tmp_path) == []


def test_without_room_there_is_no_backup_and_the_old_ones_stay(tmp_path, monkeypatch):
    async def job(home):
        await fill(home)
        old = await home.upkeep.backup(quiet)
        home.clock.time += 60
        with monkeypatch.context() as patch:
            patch.setattr(backups, "SPARE", 1 << 62)
            with pytest.raises(StoreFull):
                await home.upkeep.backup(quiet)
        assert await home.upkeep.backups() == [old]
        assert unfinished(tmp_path) == []

    run(job, tmp_path, keep=1)


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, StoreFull), (errno.EIO, StoreBroken)])
def test_a_disk_that_fails_at_the_end_costs_no_old_backup(tmp_path, monkeypatch, number, error):
    async def job(home):
        await fill(home)
        old = await home.upkeep.backup(quiet)
        home.clock.time += 60

        def fail(_):
            raise OSError(number, "no")

        with monkeypatch.context() as patch:
            patch.setattr(backups, "sync", fail)
            with pytest.raises(error):
                await home.upkeep.backup(quiet)
        assert await home.upkeep.backups() == [old]
        assert unfinished(tmp_path) == []

    run(job, tmp_path, keep=1)


@pytest.mark.parametrize("work", ["listing", "fetching"])
def test_a_disk_that_fails_among_the_backups_is_told(tmp_path, monkeypatch, work):
    async def job(home):
        made = await home.upkeep.backup(quiet)

        def fail(*_):
            raise OSError(errno.EIO, "no")

        with monkeypatch.context() as patch:
            patch.setattr(backups, "_backup", fail)
            with pytest.raises(StoreBroken):
                await (home.upkeep.fetch(made, tmp_path / "to", quiet) if work == "fetching" else home.upkeep.backups())

    run(job, tmp_path)


def test_a_damaged_file_makes_no_backup(tmp_path):
    async def job(home):
        await fill(home)
        old = await home.upkeep.backup(quiet)
        edit(home.database.path, "UPDATE messages SET role = 'pirate' WHERE id = 'm7'", rules=False)
        with pytest.raises(StoreDamaged):
            await home.upkeep.backup(quiet)
        assert await home.upkeep.backups() == [old]
        assert unfinished(tmp_path) == []

    run(job, tmp_path, keep=1)
