"""API keys in a real file."""

import asyncio
from pathlib import Path

import pytest

from tests.store.house import house, quiet, with_database
from voiced.core import keys
from voiced.core.errors import InputInvalid, KeyRefused, NotFound, StoreRefused
from voiced.core.keys import Key, NewKey
from voiced.store import keys as stored
from voiced.store.keys import StoredKeys


class Clock:
    def __init__(self, time: float = 1_000.0) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time


@pytest.fixture(autouse=True)
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Cheap ones, and which of them were computed."""
    monkeypatch.setattr(keys, "LOG_N", 4)
    computed: list[str] = []

    def fits(secret: str, kept: str) -> bool:
        computed.append(secret)
        return keys.fits(secret, kept)

    monkeypatch.setattr(stored, "fits", fits)
    return computed


def run(folder, job):
    clock = Clock()
    return with_database(folder, lambda database: job(database, StoredKeys(database, clock), clock))


async def refused(work) -> str:
    with pytest.raises(KeyRefused) as error:
        await work
    return error.value.message


def test_a_key_opens_and_the_file_does_not_tell_it(tmp_path):
    async def job(_, ring, __):
        new = NewKey(label="phone", scopes=["talk", "read", "talk"], expires_at=2e9, tokens_per_day=9)
        made = await ring.add(new)
        found = await ring.proven(made.token)
        await ring.settled()
        values = {"id": made.id, "label": "phone", "scopes": ["read", "talk"], "made_at": 1e3, "used_at": 1e3}
        assert await ring.all() == [found] == [Key(**values, expires_at=2e9, tokens_per_day=9)]
        return made.token

    token = run(tmp_path, job)
    secret = keys.parts_of(token)[1].encode()
    for path in tmp_path.rglob("voiced.db*"):
        assert secret not in path.read_bytes()
    assert run(tmp_path, lambda _, ring, __: ring.proven(token)).label == "phone", "also after a restart"


def test_what_is_no_key_of_ours_is_refused(tmp_path, hashes):
    async def job(_, ring, __):
        made, other = await ring.add(NewKey(label="a")), await ring.add(NewKey(label="b"))
        await refused(ring.proven("vk_nobody_secret"))
        await refused(ring.proven("secret"))
        await refused(ring.proven("vk_\udc80_x"))
        assert hashes == [], "an unknown id costs nothing"
        wrong = f"vk_{made.id}_{keys.parts_of(other.token)[1]}"
        await refused(ring.proven(wrong))
        await refused(ring.proven(wrong))
        assert len(hashes) == 2, "a wrong key is never remembered"

    run(tmp_path, job)


def test_a_key_that_was_proven_is_known_until_any_is_revoked(tmp_path, hashes):
    async def job(_, ring, clock):
        made, other = await ring.add(NewKey(label="a")), await ring.add(NewKey(label="b"))
        await asyncio.gather(*(ring.proven(made.token) for _ in range(20)))
        assert len(hashes) == 1
        await ring.revoke(other.id)
        await ring.proven(made.token)
        assert len(hashes) == 2
        clock.time += 5
        await ring.revoke(made.id)
        await ring.revoke(made.id)
        assert "revoked" in await refused(ring.proven(made.token))
        assert len(hashes) == 2
        assert [each.revoked_at for each in await ring.all()] == [1_005.0, 1_000.0]
        with pytest.raises(NotFound):
            await ring.revoke("none")

    run(tmp_path, job)


def test_a_key_that_is_revoked_while_it_is_proven_is_refused(tmp_path, monkeypatch):
    async def job(_, ring, __):
        made, loop = await ring.add(NewKey(label="a")), asyncio.get_running_loop()

        def slow(secret: str, kept: str) -> bool:
            asyncio.run_coroutine_threadsafe(ring.revoke(made.id), loop).result()
            return keys.fits(secret, kept)

        monkeypatch.setattr(stored, "fits", slow)
        assert "revoked" in await refused(ring.proven(made.token))

    run(tmp_path, job)


def test_a_key_ends_at_its_time_though_it_is_known(tmp_path):
    async def job(_, ring, clock):
        made = await ring.add(NewKey(label="a", expires_at=1_100.0))
        await ring.proven(made.token)
        clock.time = 1_099.9
        await ring.proven(made.token)
        clock.time = 1_100.0
        assert "expired" in await refused(ring.proven(made.token))
        with pytest.raises(InputInvalid):
            await ring.add(NewKey(label="late", expires_at=1_100.0))

    run(tmp_path, job)


def test_the_last_use_is_written_once_a_minute_however_many_come(tmp_path, monkeypatch):
    written: list[float] = []

    async def job(_, ring, clock):
        note = ring._note
        monkeypatch.setattr(ring, "_note", lambda key, now: (written.append(now), note(key, now)))
        made = await ring.add(NewKey(label="a"))
        for time in (1_000.0, 1_059.9, 1_060.0, 1_060.5, 900.0):
            clock.time = time
            await asyncio.gather(*(ring.proven(made.token) for _ in range(10)))
        await ring.settled()
        return (await ring.all())[0].used_at

    assert run(tmp_path, job) == 900.0, "also where the clock was set back"
    assert written == [1_000.0, 1_060.0, 900.0]


def test_a_key_that_cannot_be_kept_is_told(tmp_path):
    async def job(_, ring, __):
        for wrong in (NewKey(label=""), NewKey(label="a", scopes=[]), NewKey(label="a", tokens_per_day=0)):
            with pytest.raises(InputInvalid):
                await ring.add(wrong)
        assert await ring.all() == []

    run(tmp_path, job)


def test_a_restored_backup_brings_no_revoked_key_to_life(tmp_path):
    async def job():
        async with house(tmp_path) as home:
            ring = StoredKeys(home.database)
            lost, kept = await ring.add(NewKey(label="lost")), await ring.add(NewKey(label="kept"))
            backup = await home.upkeep.backup(quiet)
            await ring.revoke(lost.id)
            later = await ring.add(NewKey(label="later"))
            await home.upkeep.restore(Path(backup.path), quiet)
            ring.forget()
            assert [each.label for each in await ring.all()] == ["lost", "kept"]
            await ring.proven(kept.token)
            await refused(ring.proven(lost.token))
            await refused(ring.proven(later.token))

    asyncio.run(job())


def test_a_hash_of_another_kind_is_refused_by_the_file(tmp_path):
    async def job(database):
        sql = "INSERT INTO keys (id, label, hash, scopes, made_at, changed_at) VALUES ('a', 'a', 'md5', '[]', 1, 1)"
        with pytest.raises(StoreRefused, match="CHECK"):
            await database.write(lambda connection: connection.execute(sql) and None)

    with_database(tmp_path, job)
