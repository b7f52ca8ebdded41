"""Encryption at rest: nothing is in clear, a wrong key touches nothing, and what was tampered with is noticed."""

import asyncio
import os
import shutil
from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import pytest

from tests.store.house import SECRET, fill, messages, quiet, raw, run
from voiced.core.errors import InputInvalid, StoreDamaged, StoreKeyWrong, StoreLocked, StorePlain
from voiced.core.secret import Secret
from voiced.store import connection, encryption
from voiced.store.backups import UNFINISHED
from voiced.store.crypto import KeyFile, fitting, key_file, keys_of, unwrapped, wrapped_keys
from voiced.store.db import Database
from voiced.store.locked import state
from voiced.store.salvage import originals
from voiced.store.start import NAME, start

CANARY = "xylophone quicksilver"
OTHERS = [
    pytest.param(Secret("keyfile", b"another one altogether. " * 3), "store-key-wrong", id="another key"),
    pytest.param(Secret("passphrase", b"nobody guesses this. " * 3), "store-locked", id="another kind"),
    pytest.param(None, "store-locked", id="none"),
]
pytestmark = pytest.mark.usefixtures("locked")


class Quiet:
    """Nobody looks how far it is."""

    def __init__(self):
        self.told = []

    def __call__(self, done, total):
        self.told.append((done, total))

    def watch(self, *_):
        pass


def contents(folder: Path) -> dict[str, bytes]:
    """Every byte below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_clear(folder: Path) -> list[str]:
    """The files that tell."""
    return [name for name, content in contents(folder).items() if CANARY.encode() in content]


async def tell(home, count=300):
    await fill(home, 3)
    said = messages(count, "told", CANARY)
    for first in range(0, count, 100):
        await home.conversations.add(said[first : first + 100], "c")


def filled(folder: Path, count=300):
    async def job(home):
        await tell(home, count)
        return await home.contents()

    return run(job, folder)


def test_what_is_said_is_in_clear_in_no_byte_of_the_file_its_log_its_backups_and_whatever_is_restored(tmp_path):
    async def job(home):
        await tell(home)
        assert (tmp_path / f"{NAME}-wal").stat().st_size > 100_000
        assert in_clear(tmp_path) == []
        made = await home.upkeep.backup(quiet)
        assert in_clear(tmp_path) == []
        await home.upkeep.restore(Path(made.path), quiet)
        assert [each.content for each in (await home.conversations.recent(text="xylophone")).items]

    run(job, tmp_path)
    assert in_clear(tmp_path) == []
    assert state(tmp_path / NAME) == "locked"
    assert (tmp_path / "voiced.key").stat().st_mode & 0o777 == 0o600


def test_sqlite_keeps_what_it_sorts_in_memory():
    options = [name for (name,) in apsw.Connection(":memory:").execute("PRAGMA compile_options")]
    assert "TEMP_STORE=2" in options


@pytest.mark.parametrize(("secret", "code"), OTHERS)
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "with a log"])
def test_a_wrong_key_changes_no_byte(tmp_path, secret, code, killed):
    filled(tmp_path)
    if killed:
        leave_a_log(tmp_path)
    before = contents(tmp_path)
    for work in (encryption.rotate, encryption.decrypt, encryption.encrypt) if secret else ():
        with pytest.raises((StoreLocked, StoreKeyWrong)) as raised:
            work(tmp_path, secret, Quiet())
        assert raised.value.hint
    with pytest.raises((StoreLocked, StoreKeyWrong)) as raised:
        start(tmp_path, 1.0, None, secret)
    assert raised.value.code == code
    assert contents(tmp_path) == before


def leave_a_log(folder: Path) -> None:
    """Puts the files there as a kill leaves them."""

    async def job(home):
        await home.conversations.add(messages(200, "more", CANARY), "c")
        return {name: (folder / name).read_bytes() for name in (NAME, f"{NAME}-wal")}

    for name, content in run(job, folder).items():
        (folder / name).write_bytes(content)
    assert (folder / f"{NAME}-wal").stat().st_size > 10_000


def test_the_key_file_of_another_box_is_noticed_and_changes_no_byte(tmp_path):
    filled(tmp_path / "one")
    filled(tmp_path / "other")
    leave_a_log(tmp_path / "one")
    shutil.copy(key_file(tmp_path / "other" / NAME), key_file(tmp_path / "one" / NAME))
    before = contents(tmp_path)
    with pytest.raises(StoreKeyWrong, match="key of another file"):
        start(tmp_path / "one", 1.0, None, SECRET)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("secret", [SECRET, None])
def test_without_its_key_file_an_encrypted_file_is_left_alone(tmp_path, secret):
    filled(tmp_path)
    key_file(tmp_path / NAME).unlink()
    before = contents(tmp_path)
    with pytest.raises(StoreLocked):
        start(tmp_path, 1.0, None, secret)
    for work in (encryption.encrypt, encryption.decrypt, encryption.rotate):
        with pytest.raises(StoreLocked):
            work(tmp_path, SECRET, Quiet())
    assert contents(tmp_path) == before


def test_a_damaged_backup_stays_with_its_key_and_all_else_gets_another(tmp_path):
    rows = filled(tmp_path)

    async def back_up(home):
        home.clock.time += 60
        return Path((await home.upkeep.backup(quiet)).path)

    good, bad = run(back_up, tmp_path), run(lambda home: back_up_later(home, back_up), tmp_path)
    content = bytearray(bad.read_bytes())
    content[3 * 4096 + 100] ^= 1
    bad.write_bytes(content)
    (before,) = unwrapped(key_file(tmp_path / NAME), SECRET)
    with pytest.raises(StoreDamaged, match=bad.name):
        encryption.rotate(tmp_path, SECRET, Quiet())
    new, old = unwrapped(key_file(tmp_path / NAME), SECRET)
    assert old == before
    assert bad.read_bytes() == content
    assert fitting(good, [new.value]) == fitting(tmp_path / NAME, [new.value]) == new.value
    bad.unlink()
    encryption.rotate(tmp_path, SECRET, Quiet())
    assert unwrapped(key_file(tmp_path / NAME), SECRET) == [new]
    assert run(lambda home: home.contents(), tmp_path) == rows
    assert not list(tmp_path.rglob("*.rewriting*"))


async def back_up_later(home, back_up):
    home.clock.time += 60
    return await back_up(home)


def test_every_change_to_the_key_file_is_noticed_and_changes_nothing_else(tmp_path):
    filled(tmp_path)
    path = key_file(tmp_path / NAME)
    good, before = path.read_bytes(), contents(tmp_path)
    ways = [good[:length] for length in range(0, len(good) - 1, 7)]
    ways += [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in range(0, len(good), 3)]
    ways += [b"[" * 100_000, b"\xff" * 300, b"x" * 1_000_000]
    noticed = 0
    for content in ways:
        path.write_bytes(content)
        try:
            keys = keys_of(tmp_path / NAME, SECRET)
        except (StoreLocked, StoreKeyWrong):
            noticed += 1
        else:
            # White space between the parts means nothing.
            assert keys == tuple(key.value for key in unwrapped(path, SECRET))
            assert b"".join(content.split()) == b"".join(good.split()) or len(content.strip()) == len(good.strip())
    assert noticed > len(ways) * 0.75
    path.write_bytes(good)
    assert contents(tmp_path) == before


def test_a_page_that_was_tampered_with_is_not_believed(tmp_path):
    filled(tmp_path)
    path = tmp_path / NAME
    with closing(raw(path)) as opened:
        opened.execute("VACUUM")  # Nobody reads a page that is free.
    good = bytearray(path.read_bytes())
    for page in range(1, len(good) // 4096):
        content = bytearray(good)
        content[page * 4096 + 2000] ^= 1
        path.write_bytes(content)
        with pytest.raises((apsw.CorruptError, apsw.NotADBError)), closing(raw(path)) as opened:
            everything(opened)


def everything(opened: apsw.Connection) -> None:
    """Reads each page, as a check does."""
    if (problem := opened.execute("PRAGMA integrity_check(1)").get) != "ok":
        raise apsw.CorruptError(problem)


def test_two_pages_that_were_exchanged_are_noticed(tmp_path):
    filled(tmp_path)
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    content[4096:8192], content[8192:12288] = content[8192:12288], content[4096:8192]
    path.write_bytes(content)
    with pytest.raises(apsw.CorruptError), closing(raw(path)) as opened:
        everything(opened)


@pytest.mark.parametrize("page", [0, 1, 5, 20])
def test_a_start_saves_what_was_not_tampered_with_and_keeps_the_original(tmp_path, page):
    filled(tmp_path, 1000)
    path = tmp_path / NAME
    content = bytearray(path.read_bytes())
    content[page * 4096 + 3000] ^= 1
    path.write_bytes(content)
    before = path.read_bytes()

    async def job(home):
        return await home.database.read(lambda opened: opened.execute("SELECT count(*) FROM messages").get)

    assert run(job, tmp_path) > 900
    assert [each.read_bytes() for each in originals(path)] == [before]
    assert state(path) == "locked"
    assert in_clear(tmp_path) == []


class Deaf(apsw.Connection):
    """Hears no key."""

    def pragma(self, name, *values, **more):
        return None if name in {"cipher", "hexkey"} else super().pragma(name, *values, **more)


def test_a_file_that_is_plain_is_not_written_where_it_should_be_encrypted(tmp_path, monkeypatch):
    filled(tmp_path)
    encryption.decrypt(tmp_path, SECRET, Quiet())
    before = contents(tmp_path)
    with pytest.raises(StorePlain):
        start(tmp_path, 1.0, None, SECRET)
    assert contents(tmp_path) == before
    # A library that takes a key, and writes plain pages all the same.
    monkeypatch.setattr(apsw, "Connection", Deaf)
    (tmp_path / "new").mkdir()
    with pytest.raises(StorePlain):
        connection.writer(tmp_path / "new" / NAME, key=b"k" * 32)


def test_everything_is_encrypted_decrypted_and_gets_another_key(tmp_path, monkeypatch):
    monkeypatch.delenv("VOICED_TEST_LOCKED")

    async def job(home):
        await tell(home)
        await home.upkeep.backup(quiet)
        return await home.contents()

    rows = run(job, tmp_path)
    assert len(in_clear(tmp_path)) == 2
    told = Quiet()
    encryption.encrypt(tmp_path, SECRET, told)
    assert told.told[-1][0] == told.told[-1][1] > 0
    assert in_clear(tmp_path) == []
    status = encryption.status(tmp_path)
    assert (status.file, status.locked, status.plain, len(status.keys)) == ("locked", 1, [], 1)
    monkeypatch.setenv("VOICED_TEST_LOCKED", "1")
    assert run(lambda home: home.contents(), tmp_path) == rows

    before = unwrapped(key_file(tmp_path / NAME), SECRET)
    encryption.rotate(tmp_path, SECRET, Quiet())
    (key,) = unwrapped(key_file(tmp_path / NAME), SECRET)
    assert key.value != before[0].value
    assert run(lambda home: home.contents(), tmp_path) == rows

    async def restored(home):
        (backup,) = await home.upkeep.backups()
        await home.upkeep.restore(Path(backup.path), quiet)
        return await home.contents()

    assert run(restored, tmp_path) == rows

    encryption.decrypt(tmp_path, SECRET, Quiet())
    assert not key_file(tmp_path / NAME).exists()
    monkeypatch.delenv("VOICED_TEST_LOCKED")
    assert run(lambda home: home.contents(), tmp_path) == rows
    assert encryption.status(tmp_path).file == "plain"


def test_another_passphrase_opens_the_same_key_and_the_old_one_does_not(tmp_path):
    rows = filled(tmp_path)
    before = (tmp_path / NAME).read_bytes()
    first, second = Secret("passphrase", b"correct horse battery"), Secret("passphrase", b"staple of another one")
    encryption.rewrap(tmp_path, SECRET, first)
    encryption.rewrap(tmp_path, first, second)
    assert (tmp_path / NAME).read_bytes() == before
    with pytest.raises(StoreKeyWrong):
        start(tmp_path, 1.0, None, first)
    encryption.rewrap(tmp_path, second, SECRET)
    assert run(lambda home: home.contents(), tmp_path) == rows


def test_a_backup_that_is_plain_or_of_the_key_before_is_restored(tmp_path):
    rows = filled(tmp_path)

    async def back_up(home):
        return (await home.upkeep.backup(quiet)).path

    of_before = tmp_path / "before.db"
    shutil.copy(run(back_up, tmp_path), of_before)
    plain = tmp_path / "plain.db"
    with closing(connection.still(of_before, keys_of(tmp_path / NAME, SECRET)[0])) as opened:
        connection.copy_into(opened, plain, None)

    async def restored(home):
        with pytest.raises(InputInvalid, match="another key"):
            await home.upkeep.restore(of_before, quiet)
        await home.upkeep.restore(plain, quiet)
        return await home.contents()

    encryption.rotate(tmp_path, SECRET, Quiet())
    assert run(restored, tmp_path) == rows
    plain.unlink()
    assert in_clear(tmp_path) == []
    assert not list(tmp_path.rglob(f"*{UNFINISHED}*"))


def test_what_an_interrupted_change_left_is_overwritten_by_the_next_start(tmp_path):
    filled(tmp_path)
    (tmp_path / f"{NAME}.replaced").write_text(CANARY)
    (tmp_path / f"{NAME}.rewriting").write_text(CANARY)
    run(lambda home: home.contents(), tmp_path)
    assert in_clear(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "voiced.key", "voiced.lock"]


def test_nothing_changes_while_somebody_has_the_file(tmp_path):
    async def job(home):
        await tell(home)
        before = contents(tmp_path)
        for work in (encryption.rotate, encryption.encrypt, encryption.decrypt):
            with pytest.raises(Exception, match="another process") as raised:
                work(tmp_path, SECRET, Quiet())
            assert raised.value.code == "store-held"
        assert contents(tmp_path) == before

    run(job, tmp_path)


def test_a_newer_key_file_is_left_alone(tmp_path):
    filled(tmp_path)
    path = key_file(tmp_path / NAME)
    path.write_bytes(msgspec.json.encode(KeyFile(version=9, keys=list(wrapped_keys(path)))))
    with pytest.raises(StoreLocked) as raised:
        start(tmp_path, 1.0, None, SECRET)
    assert raised.value.code == "store-newer"


def test_no_secret_shows_itself(tmp_path):
    filled(tmp_path)
    key = unwrapped(key_file(tmp_path / NAME), SECRET)[0]
    assert "guesses" not in repr(SECRET) + str([SECRET])
    assert repr(key.value) not in repr(key) + str([key])


def test_a_store_opens_with_its_passphrase(tmp_path):
    secret = Secret("passphrase", os.urandom(20).hex().encode())

    async def use():
        for _ in range(2):
            database = await Database.open(tmp_path, secret=secret)
            assert len(database.keys) == 1
            await database.close()

    asyncio.run(use())
    assert wrapped_keys(tmp_path / "voiced.key")[0].scrypt
