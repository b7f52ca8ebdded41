"""Reading SQLite's pages: what SQLite wrote comes out, and no bytes do harm."""

import random
import struct
from pathlib import Path

import apsw
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiced.store.pages import Pages, ascending, page_size, read_header, rows
from voiced.store.records import Value, record, varint
from voiced.store.wal import read_log

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT | st.binary(max_size=40)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=20)


def database(found: list[tuple[Value, ...]], size: int, *statements: str) -> bytes:
    """A file with a table of these rows, as SQLite writes it."""
    connection = apsw.Connection(":memory:")
    connection.pragma("page_size", size)
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, a, b, c, d)")
    connection.executemany("INSERT INTO rows (a, b, c, d) VALUES (?, ?, ?, ?)", found)
    for statement in statements:
        connection.execute(statement)
    data = connection.serialize("main")
    connection.close()
    return data


def logged(path: Path, *batches: int) -> tuple[bytes, bytes]:
    """A file, and a log with a commit of so many rows for each batch."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, a, b, c, d)")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    for count in batches:
        with connection:
            for _ in range(count):
                connection.execute("INSERT INTO rows (a) VALUES (?)", ("word " * 100,))
    file, wal = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
    connection.close()
    return file, wal


def numbers(file: bytes, wal: bytes = b"") -> list[int]:
    """The numbers of the rows of the table."""
    return [rowid for _, rowid, values in rows(Pages(file, wal)) if values and len(values) == 5 and values[0] is None]


@given(ROWS, st.sampled_from([512, 1024, 4096, 65536]))
@example([("long " * 2000, b"\0" * 9000, 1.0, 2**40)] * 5, 512)
@example([("long " * 9000, None, -1, 0)] * 40, 4096)
def test_rows_come_out_as_sqlite_wrote_them(found: list[tuple[Value, ...]], size: int) -> None:
    file = database(found, size)
    assert page_size(file, b"") == size
    read = sorted((rowid, values[1:]) for _, rowid, values in rows(Pages(file)) if values and values[0] is None)
    # SQLite keeps a whole number of a column without a type as such: 1.0 == 1.
    assert [rowid for rowid, _ in read] == list(range(1, len(found) + 1))
    assert [values for _, values in read] == found


@given(st.integers(0, 2**64 - 1), st.binary(max_size=9))
def test_a_number_ends_where_it_ends(number: int, after: bytes) -> None:
    digits = [number & 0x7F]
    while number >> 7 * len(digits) and number < 1 << 56:
        digits.append(number >> 7 * len(digits) & 0x7F | 0x80)
    if number >= 1 << 56:
        digits = [number & 0xFF, *(number >> 8 + 7 * index & 0x7F | 0x80 for index in range(8))]
    data = bytes(reversed(digits))
    assert varint(data + after, 0) == (number, len(data))
    with pytest.raises(IndexError):
        varint(data[:-1], 0)


@given(st.binary(max_size=200))
@example(b"\x02\x7f")
@example(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff")
@example(b"\x03\x0a\x0b")
@example(b"\x02\x07" + struct.pack(">d", float("nan")))
@example(b"\x02\x0f\xff")
def test_any_bytes_are_a_record_or_none(data: bytes) -> None:
    values = record(data)
    assert values is None or all(type(value) in (type(None), int, float, str, bytes) for value in values)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=60), st.integers(0, 6000))
def test_a_spoiled_file_gives_rows_and_no_error(spoiled: list[tuple[int, int]], length: int) -> None:
    file = bytearray(database([("word " * 90, "x" * 700, 1.5, number) for number in range(8)], 512))
    for place, value in spoiled:
        file[place % len(file)] = value
    for _, _, values in rows(Pages(bytes(file[:length]))):
        assert values is None or type(values) is tuple


@given(st.binary(max_size=3000), st.binary(max_size=3000))
@example(b"\x0d" * 8192, b"")
@example(b"SQLite format 3\0", b"\x37\x7f\x06\x82")
def test_any_bytes_are_a_file_and_a_log(file: bytes, wal: bytes) -> None:
    assert all(values is None or type(values) is tuple for _, _, values in rows(Pages(file, wal)))


def test_the_size_of_pages_is_told_without_a_header() -> None:
    for size in (512, 1024, 4096, 8192, 65536):
        file = database([("word " * 40, None, 1, 2)] * 4000, size)
        assert page_size(bytes(size) + file[size:], b"") == size


def test_one_flipped_bit_in_the_named_size_does_not_mislead() -> None:
    file = bytearray(database([("word " * 40, None, 1, 2)] * 400, 4096))
    file[16] = 0x20
    assert read_header(bytes(file[:100])).page == 8192
    assert len(numbers(bytes(file))) == 400


def test_rows_to_which_no_page_leads_are_found() -> None:
    file = bytearray(database([("word " * 40, None, 1, 2)] * 400, 4096))
    for start in range(4096, len(file), 4096):
        if file[start] == 0x05:
            file[start : start + 4096] = bytes(4096)
    file[:4096] = bytes(4096)
    assert numbers(bytes(file)) == list(range(1, 401))


def test_removed_rows_on_free_pages_do_not_come_back() -> None:
    found = [("word " * 40, None, 1, 2)] * 400
    file = database(found, 4096, "PRAGMA secure_delete = 0", "DELETE FROM rows WHERE number > 100")
    assert b"word" in file[-4096:]
    assert numbers(file) == list(range(1, 101))


def test_what_was_committed_is_read_and_a_torn_end_is_not(tmp_path: Path) -> None:
    file, wal = logged(tmp_path / "a.db", 30, 30, 30)
    assert numbers(file, wal) == list(range(1, 91))
    for cut in (1, 4000, 4121, 9000):
        torn = wal[:-cut]
        connection = apsw.Connection(":memory:")
        (tmp_path / "b.db").write_bytes(file)
        (tmp_path / "b.db-wal").write_bytes(torn)
        connection = apsw.Connection(str(tmp_path / "b.db"))
        expected = [number for (number,) in connection.execute("SELECT number FROM rows")]
        connection.close()
        assert len(expected) == 60
        assert numbers(file, torn) == expected
        assert not read_log(torn, 4096).cut


def test_damage_in_the_middle_of_a_log_hides_its_own_page_alone(tmp_path: Path) -> None:
    file, wal = logged(tmp_path / "a.db", *[10] * 20)
    spoiled = bytearray(wal)
    spoiled[32 + 24 + 4120 * 3 + 4000] ^= 1
    assert read_log(bytes(spoiled), 4096).cut
    assert not read_log(wal, 4096).cut
    assert sorted(set(numbers(file, bytes(spoiled)))) == list(range(1, 201))


def test_the_rest_of_a_torn_commit_hides_nothing_that_was_written_over_it(tmp_path: Path) -> None:
    file, wal = logged(tmp_path / "a.db", 300)
    path = tmp_path / "b.db"
    logs: list[bytes] = []
    for sql in ("UPDATE rows SET c = 'torn'", "UPDATE rows SET d = 'kept' WHERE number = 290"):
        path.write_bytes(file)
        path.with_name("b.db-wal").write_bytes(wal)
        connection = apsw.Connection(str(path))
        connection.execute(sql)
        logs.append(path.with_name("b.db-wal").read_bytes())
        connection.close()
    torn, short = logs
    mixed = short + torn[len(short) :]
    assert len(mixed) > len(short)
    assert not read_log(mixed, 4096).cut
    assert "kept" in [values[4] for _, rowid, values in rows(Pages(file, mixed)) if values and rowid == 290]


def test_the_log_of_a_life_before_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    logged(path, 200)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE rows SET b = 1")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
    connection.execute("DELETE FROM rows WHERE number != 7")
    connection.execute("VACUUM")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
    connection.execute("UPDATE rows SET c = 1")
    found = numbers(path.read_bytes(), path.with_name("a.db-wal").read_bytes())
    connection.close()
    assert found == [7]


@given(st.lists(st.integers(-5, 30), max_size=30))
def test_the_fewest_cells_are_dropped_that_make_numbers_ascend(rowids: list[int]) -> None:
    kept = [rowid for rowid, _ in ascending([(rowid, ()) for rowid in rowids])]
    assert kept == sorted(set(kept))
    longest = [0] * len(rowids)
    for index, rowid in enumerate(rowids):
        longest[index] = 1 + max((longest[i] for i in range(index) if rowids[i] < rowid), default=0)
    assert len(kept) == max(longest, default=0)


def test_a_chain_of_pages_in_a_circle_ends() -> None:
    file = bytearray(database([("x" * 200_000, None, 1, 2)], 512))
    following = struct.unpack_from(">I", file, 512 * 4)[0]
    assert following == 6
    struct.pack_into(">I", file, 512 * 4, 4)
    assert numbers(bytes(file)) == []


def test_noise_has_no_rows() -> None:
    noise = random.Random(7).randbytes(4_000_000)
    assert [values for _, _, values in rows(Pages(noise)) if values and len(values) > 3] == []


def test_a_row_whose_number_is_out_of_order_is_not_read() -> None:
    file = bytearray(database([(word, None, 1, 2) for word in ("one", "two", "three")], 512))
    place = file.index(b"two") - 7
    assert file[place] == 2
    file[place] = 100
    read = [(rowid, values and values[1]) for number, rowid, values in rows(Pages(bytes(file))) if number == 2]
    assert read == [(1, "one"), (3, "three"), (0, None)]
