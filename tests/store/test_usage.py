"""What turns take, in a real file."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import JumpingClock
from tests.store.house import house, removes, with_database
from voiced.core.config_keeping import PriceConfig, UsageConfig
from voiced.core.errors import BudgetSpent, StoreBusy
from voiced.core.history import NewConversation
from voiced.core.keys import NewKey
from voiced.core.usage import FIGURES, Use, day
from voiced.store.keys import StoredKeys
from voiced.store.usage import StoredUsage

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 11, 26, tzinfo=BERLIN).timestamp()
PRICES = {"large": PriceConfig(tokens_in=1.0, tokens_out=2.0)}


def run(folder, job, config: UsageConfig | None = None, at: float = MIDNIGHT - 3600):
    async def inside(database):
        clock = JumpingClock(at, BERLIN)
        return await job(database, StoredUsage(database, config or UsageConfig(prices=PRICES), clock), clock)

    return with_database(folder, inside)


def use(number: int, at: float, **more) -> Use:
    return Use(id=f"u{number}", at=at, **more)


def test_a_turn_is_counted_once_with_what_it_costs(tmp_path):
    async def job(_, usage, __):
        first = use(1, 1e9, model="large", tokens_in=1_000_000, tokens_out=500_000, heard_s=1.5, cost=99.0)
        await usage.add(first)
        await usage.add(first)
        await usage.add(use(2, 1e9, model="small", tokens_in=7, key="k", conversation="c"))
        await usage.add(use(3, 1e9, spoken_s=2.0))
        large, small, none = await usage.sums("model")
        assert (large.name, large.turns, large.cost, large.heard_s) == ("large", 1, 2.0, 1.5)
        assert (small.name, small.cost, small.tokens_in) == ("small", 0.0, 7)
        assert (none.name, none.spoken_s) == ("", 2.0)
        assert [each.name for each in await usage.sums("key")] == ["", "k"]
        assert [each.name for each in await usage.sums("conversation")] == ["", "c"]
        assert await usage.sums("day", since=1e9 + 1) == []

    run(tmp_path, job)


some_uses = st.lists(
    st.builds(
        Use,
        id=st.just("-"),
        at=st.floats(MIDNIGHT - 2e5, MIDNIGHT + 2e5),
        model=st.sampled_from([None, "large", "small"]),
        key=st.sampled_from([None, "a", "b"]),
        tokens_in=st.integers(0, 10_000),
        tokens_out=st.integers(0, 10_000),
        heard_s=st.floats(0, 100),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(some_uses, st.sampled_from(["day", "model", "key"]), st.floats(MIDNIGHT - 2e5, MIDNIGHT + 2e5))
def test_sums_are_those_of_a_list(uses, by, since):
    async def job(_, usage, __):
        expected: dict[str, list[Use]] = {}
        for number, each in enumerate(uses):
            await usage.add(use(number, each.at, **{name: getattr(each, name) for name in ("model", "key", *FIGURES)}))
            day_of = datetime.fromtimestamp(each.at, BERLIN).date().isoformat()
            if each.at >= since:
                expected.setdefault(day_of if by == "day" else getattr(each, by) or "", []).append(each)
        sums = {each.name: each for each in await usage.sums(by, since)}
        assert sums.keys() == expected.keys()
        for name, found in sums.items():
            assert found.turns == len(expected[name])
            for figure in ("tokens_in", "tokens_out", "heard_s"):
                assert getattr(found, figure) == pytest.approx(sum(getattr(each, figure) for each in expected[name]))

    with TemporaryDirectory() as folder:
        run(Path(folder), job)


def test_a_day_begins_anew_at_local_midnight(tmp_path):
    async def job(_, usage, clock):
        await usage.add(use(1, MIDNIGHT - 1, tokens_in=60))
        await usage.add(use(2, MIDNIGHT - 86_400, tokens_in=39))  # the first moment of the day
        await usage.add(use(3, MIDNIGHT - 86_400 - 1, tokens_in=1000))
        await usage.check(None)
        await usage.add(use(4, MIDNIGHT - 1, tokens_out=1))
        (limit,) = await usage.limits()
        assert (limit.name, limit.limit, limit.spent, limit.until) == ("tokens_per_day", 100, 100, MIDNIGHT)
        clock.time = 3599.9
        with pytest.raises(BudgetSpent):
            await usage.check(None)
        clock.time = 3600.0
        await usage.check(None)
        (limit,) = await usage.limits()
        assert (limit.spent, limit.until) == (0, MIDNIGHT + 86_400)

    run(tmp_path, job, UsageConfig(tokens_per_day=100))


def test_a_month_goes_on_over_midnight(tmp_path):
    async def job(_, usage, clock):
        await usage.add(use(1, MIDNIGHT - 1, model="large", tokens_out=1_000_000))
        clock.time = 7200.0
        daily, monthly = await usage.limits()
        assert (daily.spent, monthly.spent) == (0, 2.0)
        assert monthly.until == datetime(2026, 12, 1, tzinfo=BERLIN).timestamp()
        with pytest.raises(BudgetSpent, match="cost_per_month"):
            await usage.check(None)

    run(tmp_path, job, UsageConfig(cost_per_day=5.0, cost_per_month=2.0, prices=PRICES))


def test_a_key_has_a_quota_of_its_own(tmp_path):
    async def job(database, usage, clock):
        ring = StoredKeys(database, clock)
        key = await ring.add(NewKey(label="child", tokens_per_day=50))
        free = await ring.add(NewKey(label="phone"))
        await usage.add(use(1, clock.wall(), key=free.id, tokens_in=500))
        await usage.check(key.id)
        await usage.add(use(2, clock.wall(), key=key.id, tokens_in=49, tokens_out=1))
        with pytest.raises(BudgetSpent, match=key.id):
            await usage.check(key.id)
        await usage.check(free.id)
        await usage.check(None)
        (limit,) = await usage.limits()
        assert (limit.key, limit.spent, limit.until) == (key.id, 50, MIDNIGHT)
        clock.time += 3600
        await usage.check(key.id)
        await ring.revoke(key.id)
        assert await usage.limits() == []

    run(tmp_path, job)


def test_a_spent_quota_of_requests_is_told_and_does_not_keep_the_last_of_them_from_an_answer(tmp_path):
    async def job(database, usage, clock):
        ring = StoredKeys(database, clock)
        key = await ring.proven((await ring.add(NewKey(label="panel", requests_per_day=1))).token)
        assert ring.take(key)
        await ring.settled()
        await usage.check(key.id)
        (limit,) = await usage.limits()
        assert (limit.name, limit.key, limit.limit, limit.spent) == ("requests_per_day", key.id, 1, 1)
        clock.time += 3600
        (limit,) = await usage.limits()
        assert (limit.spent, limit.until) == (0, MIDNIGHT + 86_400)

    run(tmp_path, job)


def test_a_file_that_cannot_be_read_makes_nobody_mute_and_is_told_once(tmp_path, monkeypatch, caplog):
    async def job(database, usage, _):
        async def busy(_: object) -> None:
            raise StoreBusy("the script says so")

        for _time in range(2):
            with monkeypatch.context() as script:
                script.setattr(database, "read", busy)
                await usage.check("any key")
                await usage.check(None)
            await usage.check(None)

    run(tmp_path, job, UsageConfig(tokens_per_day=1))
    told = [record.getMessage() for record in caplog.records if record.name == "voiced.store.usage"]
    assert told == ["no budget holds until it can be read again: the script says so"] * 2


def test_the_figures_outlive_a_conversation_that_is_purged_and_its_name_does_not(tmp_path):
    async def job():
        async with house(tmp_path) as home:
            usage = StoredUsage(home.database, UsageConfig(), JumpingClock())
            for name in ("gone", "there"):
                await home.conversations.open(NewConversation(id=name))
                await usage.add(Use(id=name, at=1e9, conversation=name, tokens_in=5))
            await home.database.write(removes("gone"))
            assert {each.name: each.tokens_in for each in await usage.sums("conversation")} == {"": 5, "there": 5}

    asyncio.run(job())


def test_the_day_of_a_moment_is_that_of_the_zone():
    tokyo = datetime.fromtimestamp(MIDNIGHT, ZoneInfo("Asia/Tokyo"))
    assert day(tokyo).astimezone(UTC) == datetime(2026, 11, 25, 15, tzinfo=UTC)
    assert day(tokyo, 1) - day(tokyo) == timedelta(days=1)
