"""Check, backup and restore: beside all work, all or nothing, and never at the cost of what is there."""

import asyncio
import contextlib
import errno
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from tests.store.house import BERLIN, StillClock, house, messages, quiet
from voiced.core.errors import InputInvalid, StoreBroken, StoreDamaged, StoreFull, StoreNewer
from voiced.core.history import LONGEST_BATCH, NewConversation
from voiced.core.ports.upkeep import Backup
from voiced.core.promises import Promise, Schedule
from voiced.store import backups, restore
from voiced.store.backups import Backups
from voiced.store.migrations import scripts
from voiced.store.upkeep import AGAIN_S, FIRST_S, keep_backing_up


def run(job, folder, keep=7):
    """Runs a job in a house."""

    async def inside():
        async with house(folder, keep) as home:
            return await job(home)

    return asyncio.run(inside())


async def fill(home, count=300, name="m"):
    await home.conversations.open(NewConversation(id="c"))
    said = messages(count, name)
    for first in range(0, count, LONGEST_BATCH):
        await home.conversations.add(said[first : first + LONGEST_BATCH], "c")
    await home.promises.save([Promise(id="p", kind="timer", made_at=1, changed_at=1, due=9e9)])


def edit(path: Path, script: str, *, rules: bool = True) -> None:
    """Does to a file what nobody should do."""
    with contextlib.closing(apsw.Connection(str(path))) as connection:
        if not rules:
            connection.execute("PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON")
        connection.execute(script)


def unfinished(folder: Path) -> list[str]:
    """What should not be left in a folder."""
    return [path.name for path in folder.rglob("*") if ".part" in path.name]


# --- check ---


def test_a_good_file_has_no_problems(tmp_path):
    async def job(home):
        await fill(home)
        return await home.upkeep.check(quiet)

    checked = run(job, tmp_path)
    assert checked.problems == []
    assert checked.version == len(scripts())
    assert checked.rows == {"conversations": 1, "messages": 300, "promises": 1}
    assert checked.bytes > 0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE conversations SET messages = 7", "count"),
        ("UPDATE conversations SET last_at = 7", "last time"),
        ("UPDATE conversations SET last_at = 9e9", "last time"),
        ("UPDATE conversations SET metadata = '[]'", "metadata"),
        ("UPDATE messages SET metadata = '7' WHERE id = 'm7'", "metadata.*m7"),
        ("UPDATE conversations SET tags = '{}'", "tags"),
        ("DROP TRIGGER conversation_removed; DELETE FROM conversations", "no conversation"),
        ("UPDATE messages SET sources = '{}' WHERE id = 'm7'", "sources.*m7"),
        ("DELETE FROM messages_text_docsize WHERE id % 100 = 7", "not in the full-text index"),
        ("INSERT INTO messages_text_docsize VALUES (7, x'01')", "that is not there"),
        (
            "UPDATE messages_text_data SET block = x'00' WHERE id = (SELECT max(id) FROM messages_text_data)",
            "messages_text",
        ),
        ("UPDATE messages SET role = 'pirate' WHERE id = 'm7'", "CHECK"),
        ("DELETE FROM sqlite_schema WHERE name = 'messages_by_id'", "never used"),
    ],
)
def test_a_check_finds_what_breaks_a_rule_and_the_next_start_mends_it(tmp_path, damage, words):
    async def job(home):
        await fill(home)
        edit(home.database.path, damage, rules=False)
        found = await home.upkeep.check(quiet)
        return found.problems, home.database.path.with_suffix(".damaged").exists()

    problems, noted = run(job, tmp_path)
    assert problems
    assert any(re.search(words, problem) for problem in problems), problems
    assert noted
    for _ in range(2):
        found = run(lambda home: home.upkeep.check(quiet), tmp_path)
        assert (found.problems, len(found.salvaged)) == ([], 1), "one salvage mends it"


def test_a_check_tells_of_damaged_originals(tmp_path):
    async def job(home):
        for name in ("voiced.db.damaged-1", "voiced.db.damaged-2"):
            (tmp_path / name).touch()
        return await home.upkeep.check(quiet)

    assert [Path(path).name for path in run(job, tmp_path).salvaged] == ["voiced.db.damaged-2", "voiced.db.damaged-1"]


# --- backup ---


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
    with contextlib.closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as copy:
        rows = [
            row
            for table in ("conversations", "messages", "promises")
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
        with contextlib.closing(apsw.Connection(each.path, flags=apsw.SQLITE_OPEN_READONLY)) as copy:
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


# --- restore ---


def test_a_restored_file_is_all_that_it_was_and_work_goes_on(tmp_path):
    async def job(home):
        await fill(home)
        was = await home.contents()
        made = await home.upkeep.backup(quiet)
        await home.conversations.add(messages(9, "later"), "c")
        now = await home.contents()
        home.clock.time += 60
        before = await home.upkeep.restore(Path(made.path), quiet)
        assert await home.contents() == was
        assert home.replaced == 1
        assert (await home.upkeep.check(quiet)).problems == []
        kept = await home.conversations.add(messages(1, "blue whale", "blue whale"), "c")
        assert kept[0].number == 301
        assert [found.id for found in (await home.conversations.recent(text="whale")).items] == [kept[0].id]
        assert (await home.conversations.recent(text="later")).items == []
        await home.upkeep.restore(Path(before.path), quiet)
        assert await home.contents() == now, "what was there before a restore comes back with another one"
        assert unfinished(tmp_path) == []

    run(job, tmp_path)


def test_what_was_over_since_a_backup_does_not_ring_after_a_restore(tmp_path):
    daily = Schedule("07:00", days=(0, 1, 2, 3, 4, 5, 6))

    async def job(home):
        now = home.clock.time
        made = [
            Promise(
                id="egg", kind="timer", due=now + 60, seconds=60, boot="b", monotonic=6e3, made_at=now, changed_at=now
            ),
            Promise(
                id="tea", kind="timer", due=now + 9e5, seconds=9e5, boot="b", monotonic=1e6, made_at=1, changed_at=1
            ),
            Promise(id="work", kind="alarm", due=now + 5, schedule=daily, unheard=now, made_at=1, changed_at=1),
        ]
        await home.promises.save(made)
        backup = await home.upkeep.backup(quiet)
        home.clock.time += 24 * 3600
        await home.upkeep.restore(Path(backup.path), quiet)
        return now, await home.promises.active(), await home.promises.past(9)

    now, active, past = run(job, tmp_path)
    assert [(each.id, each.state) for each in past] == [("egg", "done")]
    assert [(each.id, each.unheard, each.boot, each.monotonic) for each in active] == [
        ("work", None, "", None),
        ("tea", None, "", None),
    ]
    assert active[0].due == datetime(2026, 11, 27, 7, tzinfo=BERLIN).timestamp()
    assert active[1].due == now + 9e5


def test_a_restored_file_is_there_after_the_next_start(tmp_path):
    async def first(home):
        await fill(home)
        made = await home.upkeep.backup(quiet)
        await home.conversations.purge("c")
        await home.upkeep.restore(Path(made.path), quiet)
        return await home.contents()

    contents = run(first, tmp_path)
    assert run(lambda home: home.contents(), tmp_path) == contents
    assert contents


@pytest.mark.parametrize("version", range(1, len(scripts()) + 1))
def test_a_backup_of_each_older_version_is_restored(tmp_path, version):
    old = tmp_path / "old.db"
    with contextlib.closing(apsw.Connection(str(old))) as connection:
        for number, script in enumerate(scripts()[:version], 1):
            connection.execute(script)
            connection.pragma("user_version", number)
        connection.execute("INSERT INTO conversations (id, made_at, changed_at, last_at) VALUES ('c', 1, 1, 1)")
        connection.execute(
            "INSERT INTO messages (place, id, role, content, at, channel, mode, privacy) "
            "VALUES ((1 << 24) + 1, 'm', 'user', 'blue whale', 2, 'text', 'chat', 'personal')"
        )

    async def job(home):
        await fill(home)
        await home.upkeep.restore(old, quiet)
        checked = await home.upkeep.check(quiet)
        assert (checked.problems, checked.version) == ([], len(scripts()))
        assert [message.id for message in (await home.conversations.recent(text="whale")).items] == ["m"]

    run(job, tmp_path / "home")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "old.db"], "nothing is left beside the source"


RESTORER = """
import asyncio, sys
from pathlib import Path
from tests.store.house import house
from voiced.store import restore

restore.PAGES = 10

async def run():
    async with house(Path(sys.argv[1])) as home:
        await home.upkeep.restore(Path(sys.argv[2]), lambda *_: print("on", flush=True))
        print("done", flush=True)

asyncio.run(run())
"""


def test_a_restore_whose_process_is_killed_is_done_or_was_never_begun(tmp_path):
    async def job(home):
        await fill(home)
        made, was = await home.upkeep.backup(quiet), await home.contents()
        await home.conversations.add(messages(9, "later"), "c")
        source = shutil.copy(made.path, tmp_path / "source.db")
        return source, was, await home.contents()

    source, was, now = run(job, tmp_path / "first")
    command = [sys.executable, "-c", RESTORER]
    shutil.copytree(tmp_path / "first", tmp_path / "whole")
    told = subprocess.run([*command, tmp_path / "whole", source], stdout=subprocess.PIPE, check=True).stdout.split()
    found = []
    for count in (1, len(told) - 3, len(told) - 2, len(told) - 1, len(told)):
        folder = tmp_path / f"after {count}"
        shutil.copytree(tmp_path / "first", folder)
        with subprocess.Popen([*command, folder, source], stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            for _ in range(count):
                victim.stdout.readline()
            victim.kill()
        found.append(run(lambda home: home.contents(), folder))
    assert all(each in (was, now) for each in found)
    assert found[0] == now
    assert found[-1] == was


def test_a_copy_that_was_taken_with_its_log_is_restored_with_it(tmp_path):
    async def job(home):
        await fill(home)
        (tmp_path / "copy").mkdir()
        for ending in ("", "-wal"):
            shutil.copy(f"{home.database.path}{ending}", tmp_path / "copy" / f"copy.db{ending}")
        was = await home.contents()
        await home.conversations.purge("c")
        await home.upkeep.restore(tmp_path / "copy" / "copy.db", quiet)
        assert await home.contents() == was

    run(job, tmp_path / "home")


def test_a_copy_with_pages_of_another_size_is_restored(tmp_path):
    async def job(home):
        await fill(home)
        was = await home.contents()
        made = await home.upkeep.backup(quiet)
        edit(Path(made.path), "PRAGMA page_size = 8192; VACUUM")
        await home.conversations.purge("c")
        await home.upkeep.restore(Path(made.path), quiet)
        assert await home.contents() == was

    run(job, tmp_path)


@pytest.mark.parametrize("moment", ["fetched", "backed up"])
def test_what_is_kept_while_a_restore_is_under_way_is_in_the_backup_of_before_or_in_the_file(tmp_path, moment):
    """Nothing that was acknowledged is in neither."""

    async def job(home):
        await fill(home, 3)
        source = Path((await home.upkeep.backup(quiet)).path)
        done, calls = asyncio.Event(), []

        async def say():
            await home.promises.save([Promise(id="mine", kind="timer", made_at=1, changed_at=1, due=9e9)])
            done.set()

        original = restore.fetch if moment == "fetched" else Backups.make
        loop = asyncio.get_running_loop()

        def and_then(*arguments):
            result = original(*arguments)
            if not calls:
                calls.append(asyncio.run_coroutine_threadsafe(say(), loop).result())
            return result

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(*((restore, "fetch") if moment == "fetched" else (Backups, "make")), and_then)
            before = await home.upkeep.restore(source, quiet)
        assert done.is_set()
        with contextlib.closing(apsw.Connection(before.path, flags=apsw.SQLITE_OPEN_READONLY)) as copy:
            kept = copy.execute("SELECT count(*) FROM promises WHERE id = 'mine'").get
        return kept, await home.promises.active(), await home.upkeep.backups(), before

    kept, active, listed, before = run(job, tmp_path)
    assert kept == 1
    assert [each.id for each in active] == ["p"]
    assert before in listed
    assert unfinished(tmp_path) == []


def test_the_source_of_a_restore_is_not_rotated_away(tmp_path):
    async def job(home):
        await fill(home)
        oldest = await home.upkeep.backup(quiet)
        home.clock.time += 60
        await home.upkeep.restore(Path(oldest.path), quiet)
        assert oldest in await home.upkeep.backups()

    run(job, tmp_path, keep=1)


def newer(path):
    edit(path, "PRAGMA user_version = 999")


def foreign(path):
    edit(path, "PRAGMA application_id = 5")


def another_schema(path):
    edit(path, "CREATE TRIGGER mine AFTER INSERT ON messages BEGIN DELETE FROM messages; END")


def index_damaged(path):
    edit(path, "DELETE FROM messages_text_idx; DELETE FROM sqlite_schema WHERE name = 'messages_by_id'", rules=False)


def truncated(path):
    path.write_bytes(path.read_bytes()[:20_000])


def scribbled(path):
    content = bytearray(path.read_bytes())
    content[8192:12_288] = bytes(4096)
    path.write_bytes(content)


def ciphered(path):
    edit(path, "PRAGMA rekey = 'secret'")


def emptied(path):
    path.write_bytes(b"")


def gone(path):
    path.unlink()


def a_time_without_a_day(path):
    edit(path, """UPDATE promises SET schedule = '{"time":"07:00"}'""")


def a_promise_of_nonsense(path):
    edit(path, "UPDATE promises SET due = -9e99")


def a_new_file(path):
    path.unlink()
    edit(path, "PRAGMA user_version = 0; CREATE TABLE t (x); DROP TABLE t")


DAMAGES = [newer, foreign, another_schema, index_damaged, truncated, scribbled, ciphered, emptied, gone, a_new_file]


@pytest.mark.parametrize("damage", [*DAMAGES, a_time_without_a_day, a_promise_of_nonsense])
def test_a_refused_restore_leaves_everything_as_it_was(tmp_path, damage):
    async def job(home):
        await fill(home)
        source = tmp_path / "source.db"
        shutil.copy((await home.upkeep.backup(quiet)).path, source)
        damage(source)
        await home.conversations.add(messages(9, "later"), "c")
        was, listed = await home.contents(), await home.upkeep.backups()
        with pytest.raises(StoreNewer if damage is newer else InputInvalid) as caught:
            await home.upkeep.restore(source, quiet)
        assert caught.value.hint
        assert await home.contents() == was
        assert await home.upkeep.backups() == listed
        assert home.replaced == 0
        assert unfinished(tmp_path) == []
        await home.conversations.add(messages(1, "more"), "c")

    run(job, tmp_path)


def test_a_cancelled_restore_is_done_or_was_never_begun(tmp_path):
    async def job(home):
        await fill(home, 20_000)
        was = await home.contents()
        made = await home.upkeep.backup(quiet)
        await home.conversations.add(messages(9, "later"), "c")
        now = await home.contents()
        for after in (0, 1, 30, 60, 120, 240, 300):
            count, reached = 0, asyncio.Event()

            def tell(*_, after=after, reached=reached):
                nonlocal count
                count += 1
                if count > after:
                    reached.set()

            task = asyncio.create_task(home.upkeep.restore(Path(made.path), tell))
            waiting = asyncio.create_task(reached.wait())
            await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
            task.cancel()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            found = await home.contents()
            assert found in (was, now)
            assert unfinished(tmp_path) == []
            if found == was:
                break
        assert (await home.upkeep.check(quiet)).problems == []

    run(job, tmp_path)


# --- again and again ---


class Shelf:
    """Backups that succeed or fail as told."""

    def __init__(self, clock: StillClock, outcomes: list[bool]) -> None:
        self.clock = clock
        self.outcomes = outcomes
        self.made: list[float] = []
        self.held: list[Backup] = []

    async def backups(self):
        return self.held

    async def backup(self, _):
        if not self.outcomes:
            raise asyncio.CancelledError
        self.made.append(self.clock.time)
        if not self.outcomes.pop(0):
            raise StoreFull("there is no room left")
        self.held.insert(0, Backup("", self.clock.time, 0))
        return self.held[0]


def backing_up(outcomes, age=None, hours=24.0):
    """When backups are tried, in seconds after the start."""
    clock = StillClock()
    start = clock.time
    shelf = Shelf(clock, list(outcomes))
    if age is not None:
        shelf.held = [Backup("", start - age, 0)]
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(keep_backing_up(shelf, hours, clock))
    return [at - start for at in shelf.made]


DAY = 24 * 3600


def test_a_backup_is_made_each_day_and_the_first_one_not_at_the_start():
    assert backing_up([True] * 3) == [FIRST_S, FIRST_S + DAY, FIRST_S + 2 * DAY]


def test_a_backup_of_before_the_start_counts():
    assert backing_up([True] * 2, age=DAY / 2) == [DAY / 2, DAY / 2 + DAY]


def test_a_backup_of_the_future_does_not_put_off_the_next_one_for_ever():
    assert backing_up([True], age=-1000 * DAY) == [FIRST_S + DAY]


def test_a_backup_that_fails_is_tried_again_and_told_of_once(caplog):
    times = backing_up([False, False, True, False, True])
    first = FIRST_S + 2 * AGAIN_S
    assert times == [FIRST_S, FIRST_S + AGAIN_S, first, first + DAY, first + DAY + AGAIN_S]
    assert len([record for record in caplog.records if "no backup" in record.message]) == 2


def test_the_time_of_a_backup_is_that_of_its_name(tmp_path):
    async def job(home):
        made = await home.upkeep.backup(quiet)
        return made, await home.upkeep.backups()

    made, listed = run(job, tmp_path)
    assert listed == [made]
    assert datetime.fromtimestamp(made.at, UTC) == datetime(2026, 11, 25, 12, tzinfo=UTC)
