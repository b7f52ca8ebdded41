"""The audit log in a real file: it is added to, and only age removes what is in it."""

import asyncio

import pytest

from tests.store.house import with_database
from voiced.core.errors import InputInvalid, StoreFull, StoreRefused
from voiced.store.audit import DAY_S, MOST_WAITING, StoredAudit

NOW = 1_800_000_000.0


class Clock:
    time = NOW

    def __call__(self) -> float:
        return self.time


def run(folder, job, days: float = 30):
    async def inside(database):
        clock = Clock()
        return await job(database, StoredAudit(database, days, clock), clock)

    return with_database(folder, inside)


async def noted(log: StoredAudit, *actions: str) -> None:
    for action in actions:
        log.note("uid:1000", action, "", "200")
    await log.settled()


def actions(page) -> list[str]:
    return [entry.action for entry in page.items]


def test_what_was_done_is_there_after_a_restart_the_newest_first_page_by_page(tmp_path):
    async def first(_, log, clock):
        for number in range(5):
            clock.time += number % 2
            await noted(log, f"POST {number}")

    async def second(_, log, __):
        page = await log.entries(limit=2)
        rest = await log.entries(limit=10, cursor=page.next)
        assert actions(page) + actions(rest) == [f"POST {number}" for number in (4, 3, 2, 1, 0)]
        assert rest.next is None
        assert actions(await log.entries(since=NOW + 2)) == ["POST 4", "POST 3"]
        entry = page.items[0]
        assert (entry.who, entry.subject, entry.result, entry.at) == ("uid:1000", "", "200", NOW + 2)
        for wrong in ({"cursor": "x"}, {"limit": 0}, {"limit": 10**6}):
            with pytest.raises(InputInvalid):
                await log.entries(**wrong)

    run(tmp_path, first)
    run(tmp_path, second)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody'",
        "UPDATE OR REPLACE audit SET id = 'x'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE at < 9e9",
        "REPLACE INTO audit SELECT number, id, at, 'nobody', action, subject, result FROM audit",
        (
            "INSERT OR REPLACE INTO audit (id, at, who, action, subject, result)"
            " SELECT id, at, 'nobody', action, subject, result FROM audit"
        ),
        (
            "INSERT INTO audit SELECT number, id, at, 'nobody', action, subject, result FROM audit"
            " WHERE true ON CONFLICT DO UPDATE SET who = 'nobody'"
        ),
    ],
)
def test_nothing_in_it_is_changed_or_removed(tmp_path, statement):
    async def job(database, log, _):
        await noted(log, "POST a", "DELETE b")
        before = await log.entries()
        try:
            await database.write(lambda connection: connection.execute(statement) and None)
        except StoreRefused as error:
            assert "only added to" in error.message  # noqa: PT017 (replacing is not refused, and does nothing)
        assert await log.entries() == before

    run(tmp_path, job)


def test_only_age_removes_and_then_the_log_is_closed_again(tmp_path):
    async def job(database, log, clock):
        await noted(log, "POST old")
        clock.time += 29 * DAY_S
        await noted(log, "POST middle")
        assert actions(await log.entries()) == ["POST middle", "POST old"]
        clock.time += DAY_S + 1
        await noted(log, "POST new")
        assert actions(await log.entries()) == ["POST new", "POST middle"]
        with pytest.raises(StoreRefused):
            await database.write(lambda connection: connection.execute("DELETE FROM audit") and None)
        assert len((await log.entries()).items) == 2

    run(tmp_path, job)


def test_what_a_disk_does_not_take_is_written_with_the_next_entry(tmp_path, monkeypatch):
    async def job(database, log, _):
        write = database.write

        async def full(*_: object) -> None:
            raise StoreFull("the script says so")

        monkeypatch.setattr(database, "write", full)
        await noted(log, *map(str, range(MOST_WAITING + 10)))
        monkeypatch.setattr(database, "write", write)
        await noted(log, "after")
        page = await log.entries(limit=1000)
        assert actions(page)[:3] == ["after", str(MOST_WAITING + 9), str(MOST_WAITING + 8)]
        assert len(page.items) == MOST_WAITING, "the oldest of too many are lost"

    run(tmp_path, job)


def test_what_comes_while_others_are_written_is_written_too_and_once(tmp_path):
    async def job(_, log, __):
        async def busy(name: str) -> None:
            for number in range(50):
                log.note("local", f"{name}{number}", "", "200")
                await asyncio.sleep(0)

        await asyncio.gather(*map(busy, "abc"))
        while log._writing and not log._writing.done():
            await log.settled()
        found = actions(await log.entries(limit=1000))
        assert len(found) == len(set(found)) == 150
        assert [each for each in reversed(found) if each.startswith("b")] == [f"b{number}" for number in range(50)]

    run(tmp_path, job)
