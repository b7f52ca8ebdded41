"""Beside all work: the log is moved, the file is checked, and damage that is met is told."""

import asyncio
import threading
from pathlib import Path

import apsw
import pytest

from tests.store.house import ADD, adds, ids, with_database
from voiced.core.errors import (
    StoreDamaged,
)
from voiced.store import keeper as keeper_module
from voiced.store.connection import onlooker, writer
from voiced.store.db import Database
from voiced.store.start import NAME


def many(folder: Path) -> None:
    """A file of some thousand promises, all of it moved out of the log."""

    def job(connection: apsw.Connection) -> None:
        connection.executemany(ADD, ((f"{number:08}",) for number in range(5_000)))

    with_database(folder, lambda database: database.write(job))


def damage(folder: Path) -> None:
    """Overwrites a part of the file."""
    with (folder / NAME).open("r+b") as file:
        file.seek(40 * 4_096)
        file.write(b"garbage!" * 4_096)


async def told_of_damage(database: Database, act) -> list[str]:
    """What watchers are told until damage is among it."""
    told, found = [], asyncio.Event()

    def listen(error):
        told.append(error.code)
        found.set()

    database.watch(lambda error: told.append(f"outage: {error}"))
    database.watch_damage(listen)
    await act()
    await found.wait()
    return told


def test_damage_that_is_met_is_told_once_and_mended_at_the_next_start(tmp_path):
    many(tmp_path)

    async def use(database):
        damage(tmp_path)

        async def read():
            for _ in range(2):
                with pytest.raises(StoreDamaged):
                    await database.read(ids)

        told = await told_of_damage(database, read)
        await database.write(adds("after all"))
        return told

    assert with_database(tmp_path, use) == ["store-damaged"]
    saved = with_database(tmp_path, lambda database: database.read(ids))
    assert 4_000 < len(saved) < 5_000
    assert list(tmp_path.glob("voiced.db.damaged-*")), "the original is kept"


def test_what_the_check_at_the_start_had_no_time_for_is_checked_beside_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper_module, "STEPS", 1)
    many(tmp_path)
    damage(tmp_path)

    async def use():
        database = Database(tmp_path, check_s=0.0)
        told = await told_of_damage(database, database.opened)
        await database.close()
        return told

    assert asyncio.run(use()) == ["store-damaged"]


def test_a_page_that_was_read_wrong_once_is_no_damage(tmp_path):
    many(tmp_path)

    async def use(database):
        told = []
        database.watch_damage(told.append)

        def wrong(_):
            raise apsw.CorruptError("the script says so")

        with pytest.raises(StoreDamaged):
            await database.read(wrong)
        return told

    assert with_database(tmp_path, use) == []
    assert not list(tmp_path.glob("*damaged*"))


def test_the_log_is_moved_into_the_file_beside_the_work(tmp_path):
    async def use(database):
        def much(connection):
            connection.execute("CREATE TABLE much (thing)")
            connection.executemany("INSERT INTO much VALUES (?)", ((bytes(4_000),) for _ in range(1_500)))

        await database.write(much)
        while (tmp_path / NAME).stat().st_size < 1_000 * 4_096:  # noqa: ASYNC110 (another thread's work)
            await asyncio.sleep(0.01)
        return await database.read(lambda connection: connection.execute("SELECT count(*) FROM much").get)

    assert with_database(tmp_path, use) == 1_500


def test_a_disk_that_fails_in_a_check_keeps_nobody_from_moving_the_log(tmp_path, monkeypatch, caplog):
    path = tmp_path / NAME
    writing, keeping = writer(path), writer(path)
    writing.execute("CREATE TABLE much (thing)")
    looked = threading.Semaphore(0)

    def broken(*_):
        looked.release()
        raise apsw.IOError("the script says so")

    monkeypatch.setattr(keeper_module, "quick_check", broken)
    keeper = keeper_module.Keeper(keeping, writing, lambda: onlooker(path), lambda _: None, check=True)
    looked.acquire()
    keeper.check()
    assert looked.acquire(timeout=10), "the thread goes on"
    while path.stat().st_size < 1_000 * 4_096:
        writing.execute("INSERT INTO much VALUES (zeroblob(4000000))")
    keeper.close()
    writing.close()
    keeping.close()
    assert [record.message for record in caplog.records if "checked" in record.message] == [
        "the file cannot be checked: the disk does not do what it is asked: the script says so"
    ]
