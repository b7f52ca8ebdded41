"""The open file: what is written together, what fails alone, and what is tried again."""

import asyncio
import contextlib
import fcntl
import os
import threading

import apsw
import pytest

from tests.faults.disk import Action, Disk
from tests.store.house import ADD, adds, ids, removes, with_database
from voiced.core.errors import (
    NotFound,
    StoreBusy,
    StoreFailed,
    StoreForeign,
    StoreFull,
    StoreHeld,
    StoreRefused,
)
from voiced.core.history import Message
from voiced.core.ids import new_id
from voiced.store import connection as connection_module
from voiced.store import db as db_module
from voiced.store import writer as writer_module
from voiced.store.connection import reader, writer
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.start import NAME, start


def test_what_is_written_is_there_after_opening_again(tmp_path):
    with_database(tmp_path, lambda database: database.write(adds("a")))
    assert with_database(tmp_path, lambda database: database.read(ids)) == ["a"]


def test_writes_that_wait_together_are_committed_together(tmp_path):
    async def use(database):
        commits = []

        def count(connection):
            connection.set_commit_hook(lambda: bool(commits.append(1)))

        await database.exclusive(count)
        await asyncio.gather(*(database.write(adds(f"{number}")) for number in range(100)))
        return len(commits), await database.read(ids)

    commits, kept = with_database(tmp_path, use)
    assert commits <= 3
    assert kept == [f"{number}" for number in range(100)]


def test_a_write_that_fails_takes_no_other_with_it(tmp_path):
    def missing(_):
        raise NotFound("there is none")

    def half_done(connection):
        connection.execute(ADD, ("half",))
        raise ZeroDivisionError("a fault of ours")

    async def use(database):
        jobs = [adds("a"), adds("a"), missing, half_done, adds("b")]
        outcomes = await asyncio.gather(*(database.write(job) for job in jobs), return_exceptions=True)
        return outcomes, await database.read(ids)

    outcomes, kept = with_database(tmp_path, use)
    assert [type(outcome) for outcome in outcomes] == [str, StoreRefused, NotFound, ZeroDivisionError, str]
    assert kept == ["a", "b"]


def failing(times: int, error: type[apsw.Error]):
    """A job that fails so often before it succeeds."""
    left = [times]

    def job(connection: apsw.Connection) -> str:
        if left[0]:
            left[0] -= 1
            raise error("the script says so")
        return adds("late")(connection)

    return job


@pytest.mark.parametrize("error", [apsw.BusyError, apsw.LockedError, apsw.IOError, apsw.FullError])
def test_what_may_yet_succeed_is_tried_again(tmp_path, error):
    async def use(database):
        told = []
        database.watch(told.append)
        await database.write(failing(3, error))
        return told, await database.read(ids)

    assert with_database(tmp_path, use) == ([], ["late"])


def test_an_outage_is_told_once_and_its_end_too(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(writer_module, "WELL_S", 0.0)

    async def use(database):
        told = []
        database.watch(told.append)
        full = failing(3, apsw.FullError)
        for _ in range(3):
            with pytest.raises(StoreFull) as raised:
                await database.write(full)
            assert raised.value.hint
        await database.write(adds("a"))
        await database.write(adds("b"))
        return [error and error.code for error in told]

    assert with_database(tmp_path, use) == ["store-full", None]


def test_an_outage_ends_though_nobody_writes(monkeypatch):
    monkeypatch.setattr(writer_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(writer_module, "WELL_S", 0.0)
    monkeypatch.setattr(writer_module, "LOOK_S", 0.01)
    met = threading.Semaphore(0)

    def full(action: Action, _: str) -> apsw.Error | None:
        if action != "write":
            return None
        met.release()
        return apsw.exception_for(apsw.SQLITE_FULL)

    async def use(disk: Disk):
        told, found = [], asyncio.Event()
        database = await Database.open(disk.folder, vfs=disk.vfs)
        database.watch(lambda error: (told.append(error and error.code), found.set() if error is None else None))
        disk.fault = full
        with pytest.raises(StoreFull):
            await database.write(adds("a"))
        for _ in range(5):
            await asyncio.to_thread(met.acquire)
        before = list(told)
        disk.fault = None
        await found.wait()
        kept = await database.read(ids)
        await database.close()
        return before, told, kept

    with Disk() as disk:
        assert asyncio.run(use(disk)) == (["store-full"], ["store-full", None], [])


def test_an_outage_does_not_end_while_the_disk_is_full_though_little_fits_on_it(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "PATIENCE_S", 0.0)
    monkeypatch.setattr(writer_module, "WELL_S", 0.0)
    monkeypatch.setattr(writer_module, "LOOK_S", 0.01)
    looked = threading.Semaphore(0)

    def leave_room(*_: object) -> None:
        looked.release()
        raise StoreFull("the script says so")

    monkeypatch.setattr(writer_module, "leave_room", leave_room)

    async def use(database):
        told = []
        database.watch(told.append)
        with pytest.raises(StoreFull):
            await database.write(failing(1, apsw.FullError))
        for _ in range(3):
            await asyncio.to_thread(looked.acquire)
        await asyncio.sleep(0)
        return [error and error.code for error in told]

    assert with_database(tmp_path, use) == ["store-full"]


def test_too_many_writes_are_refused_and_not_heaped(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "CAPACITY", 5)

    async def use(database):
        outcomes = await asyncio.gather(
            *(database.write(adds(f"{number}")) for number in range(50)), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, StoreBusy)]
        return len(refused), len(await database.read(ids))

    refused, kept = with_database(tmp_path, use)
    assert refused + kept == 50
    assert kept >= 5


def test_a_read_cannot_write(tmp_path):
    with pytest.raises(StoreFailed):
        with_database(tmp_path, lambda database: database.read(adds("a")))


def test_what_waits_is_written_before_it_closes(tmp_path):
    async def use(database):
        writing = [asyncio.ensure_future(database.write(adds(f"{number}"))) for number in range(20)]
        await asyncio.sleep(0)
        await database.close()
        with pytest.raises(StoreFailed, match="closed"):
            await database.write(adds("late"))
        return await asyncio.gather(*writing)

    assert len(with_database(tmp_path, use)) == 20
    assert len(with_database(tmp_path, lambda database: database.read(ids))) == 20


def test_one_process_at_a_time(tmp_path):
    lock = os.open(tmp_path / "voiced.lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(StoreHeld):
        with_database(tmp_path, lambda database: database.read(ids), patience_s=0.0)
    os.close(lock)
    assert with_database(tmp_path, lambda database: database.read(ids)) == []


def test_a_file_that_a_command_still_has_is_waited_for(tmp_path):
    async def use():
        command = await Database.open(tmp_path)
        daemon = Database(tmp_path, patience_s=0.0)
        told, found = [], asyncio.Event()
        daemon.watch(told.append)
        daemon.watch(lambda error: error is None and found.set())
        with pytest.raises(StoreHeld):
            await daemon.write(adds("a"))
        await command.close()
        await asyncio.wait_for(found.wait(), 30)
        await daemon.write(adds("b"))
        await daemon.close()
        return [error and error.code for error in told]

    assert asyncio.run(use()) == ["store-held", None]


def test_another_programs_file_is_left_as_it_is(tmp_path):
    connection = apsw.Connection(str(tmp_path / NAME))
    connection.execute("CREATE TABLE precious (thing)")
    connection.close()
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(StoreForeign):
        with_database(tmp_path, lambda database: database.read(ids))
    assert (tmp_path / NAME).read_bytes()[100:] == before[100:]


def test_a_folder_that_comes_late_is_waited_for(tmp_path):
    place = tmp_path / "mount"
    place.write_text("not mounted yet")

    async def use():
        database = Database(place, patience_s=0.0)
        told = []
        database.watch(told.append)
        with pytest.raises(StoreFailed) as raised:
            await database.write(adds("a"))
        place.unlink()
        database.watch(lambda error: error is None and found.set())
        found = asyncio.Event()
        await found.wait()
        await database.write(adds("b"))
        kept = await database.read(ids)
        await database.close()
        return raised.value.retriable, [error and error.code for error in told], kept

    assert asyncio.run(use()) == (True, ["store-io", None], ["b"])


def test_whoever_comes_while_it_opens_waits_for_it(tmp_path):
    async def use():
        database = Database(tmp_path)
        try:
            return await asyncio.gather(database.write(adds("a")), database.write(adds("b")))
        finally:
            await database.close()

    assert asyncio.run(use()) == ["a", "b"]


def test_it_can_be_closed_before_it_is_open(tmp_path):
    async def use():
        await Database(tmp_path).close()

    asyncio.run(use())
    assert with_database(tmp_path, lambda database: database.read(ids)) == []


@pytest.mark.parametrize(("module", "name"), [(db_module, "start"), (connection_module, "reader")])
def test_a_disk_that_hangs_while_it_opens_does_not_keep_it_from_closing(tmp_path, monkeypatch, module, name):
    hanging, over, opens = threading.Event(), threading.Event(), getattr(module, name)

    def hangs(*given):
        opened = opens(*given)
        hanging.set()
        over.wait(30)
        return opened

    monkeypatch.setattr(module, name, hangs)

    async def use():
        database = Database(tmp_path)
        await asyncio.to_thread(hanging.wait)
        await asyncio.wait_for(database.close(), 30)

    asyncio.run(use())
    with pytest.raises(StoreHeld):
        start(tmp_path, 0.0, None)
    over.set()
    for thread in threading.enumerate():
        if thread.name == "store start":
            thread.join()
    assert with_database(tmp_path, lambda database: database.read(ids)) == []


def test_connections_are_as_promised(tmp_path):
    path = tmp_path / NAME
    writing = writer(path)
    assert writing.pragma("journal_mode") == "wal"
    assert writing.pragma("synchronous") == 2, "full"
    assert writing.pragma("secure_delete") == 1
    assert writing.pragma("foreign_keys") == 1
    reading = reader(path)
    with pytest.raises(apsw.ReadOnlyError):
        reading.execute("CREATE TABLE x (y)")
    reading.close()
    writing.close()


def test_only_its_user_can_read_it_and_its_log(tmp_path):
    tmp_path.chmod(0o755)

    async def use(database):
        await database.write(adds("a"))
        return {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("voiced.db*")}

    modes = with_database(tmp_path, use)
    assert modes.keys() == {"voiced.db", "voiced.db-wal", "voiced.db-shm"}
    assert set(modes.values()) == {0o600}


def test_a_file_that_is_gone_is_told_with_the_backup_that_brings_it_back(tmp_path, caplog):
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "voiced-2026-11-25T10-00-00Z.db").touch()
    assert with_database(tmp_path, lambda database: database.read(ids)) == []
    assert "voiced restore voiced-2026-11-25T10-00-00Z.db" in caplog.text


def test_a_log_that_cannot_be_emptied_is_no_outage(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(writer_module, "PATIENCE_S", 0.0)
    told = []

    async def use(database):
        kept = StoredConversations(database, 300.0)
        database.watch(told.append)
        (message,) = await kept.add([Message(new_id(), "user", "walrusword quartz", 1.0)])
        with contextlib.closing(reader(database.path)) as backup:
            backup.execute("BEGIN; SELECT count(*) FROM messages")
            await database.write(removes(message.conversation))
            await database.empty_log()
        with pytest.raises(NotFound):
            await kept.get(message.conversation)

    with_database(tmp_path, use)
    assert "stays in the log" in caplog.text
    assert told == []
