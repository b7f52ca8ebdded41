"""API keys in a real file."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.fakes.clock import JumpingClock
from tests.store.house import house, quiet, with_database
from voiced.core import keys
from voiced.core.errors import InputInvalid, KeyRefused, NotFound, StoreRefused
from voiced.core.keys import Allowance, Key, NewKey
from voiced.store import keys as stored
from voiced.store.keys import StoredKeys

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 11, 26, tzinfo=BERLIN).timestamp()


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
    clock = JumpingClock(0.0, BERLIN)
    clock.time = 1_000.0
    return with_database(folder, lambda database: job(database, StoredKeys(database, clock), clock))


async def refused(work) -> str:
    with pytest.raises(KeyRefused) as error:
        await work
    return error.value.message


def test_a_key_opens_and_the_file_does_not_tell_it(tmp_path):
    async def job(_, ring, __):
        limits = {"expires_at": 2e9, "tokens_per_day": 9, "requests_per_day": 7}
        made = await ring.add(NewKey(label="phone", scopes=["talk", "read", "talk"], **limits))
        found = await ring.proven(made.token)
        await ring.settled()
        values = {"id": made.id, "label": "phone", "scopes": ["read", "talk"], "made_at": 1e3, "used_at": 1e3}
        assert await ring.all() == [found] == [Key(**values, **limits)]
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
        monkeypatch.setattr(ring, "_note", lambda key, counted: (written.append(counted.at), note(key, counted)))
        made = await ring.add(NewKey(label="a"))
        for time in (1_000.0, 1_059.9, 1_060.0, 1_060.5, 900.0):
            clock.time = time
            await asyncio.gather(*(ring.proven(made.token) for _ in range(10)))
        await ring.settled()
        return (await ring.all())[0].used_at

    assert run(tmp_path, job) == 900.0, "also where the clock was set back"
    assert written == [1_000.0, 1_060.0, 900.0]


def taken(ring, key: Key, times: int) -> int:
    return sum(ring.take(key) for _ in range(times))


async def written(database) -> list[int]:
    return await database.read(lambda connection: [row[0] for row in connection.execute("SELECT requests FROM keys")])


def test_a_key_has_its_requests_of_a_day_also_over_a_restart(tmp_path):
    async def first(_, ring, clock):
        clock.time = MIDNIGHT - 7200
        made, free = await ring.add(NewKey(label="panel", requests_per_day=5)), await ring.add(NewKey(label="phone"))
        key, other = await ring.proven(made.token), await ring.proven(free.token)
        assert (taken(ring, key, 3), ring.today(key)) == (3, Allowance(5, 2, 7200.0))
        assert (taken(ring, other, 9), ring.today(other)) == (9, None)
        await ring.settled()
        return made.token

    async def later(database, ring, clock):
        clock.time = MIDNIGHT - 60
        key = await ring.proven(token)
        assert taken(ring, key, 9) == 2
        await ring.revoke((await ring.add(NewKey(label="lost"))).id)
        key = await ring.proven(token)
        assert (taken(ring, key, 9), ring.today(key)) == (0, Allowance(5, 0, 60.0)), "what is counted stays so"
        clock.time = MIDNIGHT
        assert (taken(ring, key, 9), ring.today(key)) == (5, Allowance(5, 0, 86_400.0))
        await ring.settled()
        assert await written(database) == [5, 0, 0]

    token = run(tmp_path, first)
    run(tmp_path, later)


def test_a_power_cut_forgets_a_hundredth_of_a_days_requests_and_the_file_is_written_no_more_often(tmp_path):
    async def job(database, ring, clock):
        clock.time = MIDNIGHT - 7200
        key = await ring.proven((await ring.add(NewKey(label="panel", requests_per_day=1000))).token)
        await ring.settled()
        commits: list[float] = []
        database.timed = commits.append
        for count in range(1, 101):
            assert ring.take(key)
            if count % 10 == 0:
                await asyncio.wait(ring._noting)
            assert count - (await written(database))[0] < 10
        assert len(commits) == 10

    run(tmp_path, job)


def test_a_key_that_cannot_be_kept_is_told(tmp_path):
    async def job(_, ring, __):
        quotas = NewKey(label="a", tokens_per_day=0), NewKey(label="a", requests_per_day=0)
        for wrong in (NewKey(label=""), NewKey(label="a", scopes=[]), *quotas):
            with pytest.raises(InputInvalid):
                await ring.add(wrong)
        assert await ring.all() == []

    run(tmp_path, job)


def test_a_restored_backup_brings_no_revoked_key_to_life(tmp_path):
    async def job():
        async with house(tmp_path) as home:
            ring = StoredKeys(home.database, JumpingClock())
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
