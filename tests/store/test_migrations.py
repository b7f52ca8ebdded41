"""Files of every older version open in the newest; newer ones are refused."""

import asyncio
from contextlib import closing
from pathlib import Path

import apsw
import numpy as np
import pytest
from numpy.typing import NDArray

from voiced.core.errors import StoreForeign, StoreNewer
from voiced.core.history import Wanted
from voiced.core.memories import Scope
from voiced.core.promises import Schedule
from voiced.store import vectors
from voiced.store.connection import writer
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.migrations import migrate, scripts, version
from voiced.store.promises import StoredPromises
from voiced.store.start import NAME

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))


def schema(connection: apsw.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def old(request, tmp_path) -> Path:
    with closing(apsw.Connection(str(tmp_path / NAME))) as connection:
        connection.execute(request.param.read_text())
    return tmp_path


def test_every_version_before_the_newest_has_a_file_that_it_wrote():
    assert [path.stem for path in RELEASED] == [f"{number}" for number in range(1, len(scripts()))]


def test_an_old_file_becomes_a_new_one(old):
    with closing(writer(old / NAME)) as upgraded, closing(apsw.Connection(":memory:")) as fresh:
        migrate(upgraded)
        migrate(fresh)
        assert version(upgraded) == version(fresh) == len(scripts())
        assert schema(upgraded) == schema(fresh)
        assert upgraded.pragma("integrity_check") == "ok"


def test_nothing_in_an_old_file_is_lost(old):
    async def look():
        database = await Database.open(old)
        conversations, promises = StoredConversations(database, 300.0), StoredPromises(database)
        found = await conversations.find(Wanted(text="eggs"))
        messages = await conversations.messages(found.items[0].id)
        kept = await promises.active(), await promises.past(10)
        await database.close()
        return found.items, messages.items, kept

    (dinner,), messages, (active, past) = asyncio.run(look())
    assert (dinner.title, dinner.tags, dinner.messages, dinner.metadata) == ("Dinner", ["food"], 2, {"a": 1})
    assert messages[1].spoken == "Ten minutes,"
    assert messages[1].sources[0].reference == "https://example.org/eggs"
    assert messages[1].tokens_out == 12
    if active:
        assert (active[0].name, active[0].seconds) == ("pizza", 600.0)
        assert past[0].schedule == Schedule("07:00", days=(0, 1))


def test_vectors_of_an_older_file_are_found_as_before(tmp_path):
    connection = writer(tmp_path / NAME)
    connection.execute((Path(__file__).parent / "released" / "5.sql").read_text())
    connection.execute("""
        INSERT INTO models (number, name, size, used) VALUES (1, 'm', 8, 1);
        CREATE TABLE vectors_1 (key INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
        CREATE VIRTUAL TABLE vector_bits_1 USING vec0 (bits bit[8]);
    """)
    rows = np.eye(8, dtype=np.float32)
    for number, row in enumerate(rows, 10):
        connection.execute(
            "INSERT INTO memories (number, id, kind, text, at) VALUES (?, ?, 'note', 'x', 1)", (number, f"n{number}")
        )
        connection.execute("INSERT INTO vectors_1 VALUES (?, ?)", (number, row.astype(np.float16).tobytes()))
        connection.execute("INSERT INTO vector_bits_1 (rowid, bits) VALUES (?, vec_bit(?))", (number, bits(row)))
    with closing(connection):
        migrate(connection)
        for number, row in enumerate(rows, 10):
            assert next(iter(vectors.nearest(connection, row, Scope(), 3))) == number


def bits(row: NDArray[np.float32]) -> bytes:
    return vectors._bits(row[np.newaxis])[0].tobytes()


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path):
    with closing(writer(tmp_path / NAME)) as connection:
        migrate(connection)
        connection.pragma("user_version", len(scripts()) + 1)
        before = schema(connection)
        with pytest.raises(StoreNewer, match=f"version {len(scripts()) + 1}") as raised:
            migrate(connection)
        assert "Update voiced" in raised.value.hint
        assert schema(connection) == before


@pytest.mark.parametrize("trace", ["CREATE TABLE precious (thing)", "PRAGMA user_version = 7"])
def test_another_programs_file_is_refused(tmp_path, trace):
    with closing(writer(tmp_path / NAME)) as connection:
        connection.execute(trace)
        with pytest.raises(StoreForeign):
            migrate(connection)


def test_a_step_that_fails_leaves_the_version_before_it(tmp_path, monkeypatch):
    broken = (*scripts()[:1], "CREATE TABLE half (thing); CREATE TABLE half (thing)")
    monkeypatch.setattr("voiced.store.migrations.scripts", lambda: broken)
    with closing(writer(tmp_path / NAME)) as connection:
        with pytest.raises(apsw.SQLError):
            migrate(connection)
        assert version(connection) == 1
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'half'").fetchall()
