"""R1 in short; the long run is `scripts/faults power-cuts`."""

import random

import apsw
import pytest

from tests.faults.disk import NAME, Disk
from tests.faults.outcome import Outcome
from tests.faults.power_cuts import run, run_locked
from tests.faults.tape import Entry, Platter, Sync, SyncFolder, Truncate, Write

CHANCES = 200


def survivors(tape, files=None) -> list[dict[str, bytes]]:
    platter = Platter(files or {})
    platter.play(tape)
    return [platter.survivors(random.Random(seed)) for seed in range(CHANCES)]


@pytest.mark.parametrize("run", [run, run_locked], ids=["plain", "locked"])
def test_nothing_acknowledged_is_lost_and_nothing_is_damaged_wherever_the_power_is_cut(run):
    outcome = sum((run(seed, 40) for seed in range(8)), Outcome())
    assert outcome.times >= 320
    assert outcome.wrong == {"corrupt": 0, "lost": 0}, outcome.problems


@pytest.mark.parametrize("run", [run, run_locked], ids=["plain", "locked"])
@pytest.mark.parametrize(("synchronous", "way"), [("normal", "lost"), ("off", "corrupt"), ("off", "lost")])
def test_the_same_work_with_a_weaker_promise_does_not_survive(run, synchronous, way):
    outcome = sum((run(seed, 40, synchronous) for seed in range(4)), Outcome())
    assert outcome.wrong[way] > 0


def test_what_was_synced_is_always_there():
    tape = [Write(0, 0, b"a" * 600), Sync(0), Write(0, 0, b"b" * 600)]
    assert all(set(files["x"]) <= set(b"ab") and len(files["x"]) == 600 for files in survivors(tape, {"x": b""}))


def test_what_was_not_synced_may_be_there_in_any_part():
    tape = [Write(0, 0, b"a" * 1024), Sync(0), Write(0, 0, b"b" * 1024)]
    found = {files["x"] for files in survivors(tape, {"x": b""})}
    a, b = b"a" * 512, b"b" * 512
    assert found == {a + a, a + b, b + a, b + b}


def test_a_gap_that_was_not_synced_holds_zeros_or_garbage():
    found = {files["x"][:100] for files in survivors([Write(0, 100, b"end")], {"x": b""}) if files["x"]}
    assert bytes(100) in found
    assert len(found) > 2


def test_a_truncation_that_was_not_synced_may_not_have_happened():
    assert {files["x"] for files in survivors([Truncate(0, 1)], {"x": b"long"})} == {b"l", b"long"}


def test_a_new_file_and_a_deletion_are_certain_once_the_folder_was_synced():
    tape = [Entry("new", 1), Write(1, 0, b"it"), Sync(1), Entry("old", None)]
    found = {tuple(sorted(files)) for files in survivors(tape, {"old": b""})}
    assert found == {(), ("old",), ("new",), ("new", "old")}
    assert {tuple(files.items()) for files in survivors([*tape, SyncFolder()], {"old": b""})} == {(("new", b"it"),)}


def test_two_connections_see_each_other_through_the_disk():
    with Disk() as disk:
        one = apsw.Connection(str(disk.path), vfs=disk.vfs)
        one.pragma("journal_mode", "wal")
        one.execute("CREATE TABLE told (word); INSERT INTO told VALUES ('yes')")
        other = apsw.Connection(str(disk.path), vfs=disk.vfs, flags=apsw.SQLITE_OPEN_READONLY)
        assert other.execute("SELECT word FROM told").get == "yes"
        other.close()
        one.close()
        assert set(disk.files) == {NAME}
        assert disk.path.stat().st_size == 0
