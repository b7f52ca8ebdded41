"""A restore is done or was never begun, and never at the cost of what is there."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import apsw
import pytest

from tests.store.house import BERLIN, edit, embed, fill, messages, quiet, raw, removes, run, unfinished
from voiced.core.errors import InputInvalid, StoreNewer
from voiced.core.memories import NewMemory, Scope
from voiced.core.promises import Promise, Schedule
from voiced.store import restore
from voiced.store.backups import Backups
from voiced.store.migrations import scripts

pytestmark = pytest.mark.usefixtures("either_way")


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


def test_what_is_restored_is_remembered_and_gets_new_vectors(tmp_path):
    async def job(home):
        await home.memories.add([NewMemory(text="the violin is in the loft", id="n", tags=["a"])])
        await fill(home)
        await embed(home)
        assert (await home.memories.state()).embedded == 301
        made = await home.upkeep.backup(quiet)
        await home.memories.remove(["n"])
        await home.upkeep.restore(Path(made.path), quiet)
        assert [hit.memory.id for hit in await home.memories.search("violin", None, Scope())] == ["n"]
        state = await home.memories.state("m")
        assert (state.model, state.embedded, state.waiting) == ("", 0, 301)
        await embed(home)
        assert (await home.memories.state("m")).embedded == 301
        assert (await home.upkeep.check(quiet)).problems == []
        await home.database.write(removes("c"))
        assert (await home.memories.state("m")).embedded == 1

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
        await home.database.write(removes("c"))
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
        await home.database.write(removes("c"))
        await home.upkeep.restore(tmp_path / "copy" / "copy.db", quiet)
        assert await home.contents() == was

    run(job, tmp_path / "home")


def test_a_copy_with_pages_of_another_size_is_restored(tmp_path):
    async def job(home):
        await fill(home)
        was = await home.contents()
        made = await home.upkeep.backup(quiet)
        edit(Path(made.path), "PRAGMA page_size = 8192; VACUUM")
        await home.database.write(removes("c"))
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

        def and_then(*arguments, **options):
            result = original(*arguments, **options)
            if not calls:
                calls.append(asyncio.run_coroutine_threadsafe(say(), loop).result())
            return result

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(*((restore, "fetch") if moment == "fetched" else (Backups, "make")), and_then)
            before = await home.upkeep.restore(source, quiet)
        assert done.is_set()
        with contextlib.closing(raw(Path(before.path))) as copy:
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
    edit(path, "DELETE FROM words_idx; DELETE FROM sqlite_schema WHERE name = 'messages_by_id'", rules=False)


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


def a_promise_that_is_no_text(path):
    edit(path, "UPDATE promises SET name = CAST(x'a0ff' AS TEXT)")


def a_message_that_is_no_text(path):
    edit(path, "UPDATE messages SET content = CAST(x'a0ff' AS TEXT); INSERT INTO words (words) VALUES ('rebuild')")


def a_key_that_is_no_text(path):
    add = "INSERT INTO keys (id, label, hash, scopes, made_at, changed_at)"
    edit(path, f"{add} VALUES ('k', CAST(x'ff' AS TEXT), '$scrypt$', '[]', 1, 1)")


def a_new_file(path):
    path.unlink()
    edit(path, "PRAGMA user_version = 0; CREATE TABLE t (x); DROP TABLE t")


DAMAGES = [newer, foreign, another_schema, index_damaged, truncated, scribbled, ciphered, emptied, gone, a_new_file]


NO_TEXT = [a_promise_that_is_no_text, a_message_that_is_no_text, a_key_that_is_no_text]


@pytest.mark.parametrize("damage", [*DAMAGES, a_time_without_a_day, a_promise_of_nonsense, *NO_TEXT])
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
