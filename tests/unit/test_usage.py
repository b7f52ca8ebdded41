"""What turns cost, when days begin, and when a budget is spent."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.config_keeping import PriceConfig
from voiced.core.errors import BudgetSpent
from voiced.core.usage import AMOUNTS, COUNTS, FIGURES, Limit, Sum, Use, check_limits, cost, day, month, total

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Asia/Kathmandu")]
MOMENTS = st.floats(datetime(2016, 1, 1, tzinfo=UTC).timestamp(), datetime(2036, 1, 1, tzinfo=UTC).timestamp())
some_figures = st.fixed_dictionaries(
    {name: st.integers(0, 10**6) for name in COUNTS} | {name: st.floats(0, 1e6) for name in AMOUNTS}
)


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_moment_is_within_its_day_and_its_month(at: float, zone: ZoneInfo):
    now = datetime.fromtimestamp(at, zone)
    at = now.timestamp()  # A datetime knows microseconds.
    for begin in (day, month):
        assert begin(now).timestamp() <= at < begin(now, 1).timestamp()
        before = datetime.fromtimestamp(begin(now).timestamp() - 1, zone)
        assert begin(before).timestamp() < begin(now).timestamp()
    assert datetime.fromtimestamp(day(now).timestamp(), zone).date() == now.date()


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=BERLIN), 23),  # summer begins
        (datetime(2026, 10, 25, 12, tzinfo=BERLIN), 25),  # and ends
        (datetime(2026, 11, 25, 12, tzinfo=BERLIN), 24),
    ],
)
def test_a_day_is_as_long_as_it_is(now: datetime, hours: int):
    assert day(now, 1).timestamp() - day(now).timestamp() == hours * 3600


def test_a_day_whose_midnight_there_is_not_begins_when_the_clock_has_jumped():
    spring = datetime(2026, 3, 8, 12, tzinfo=ZoneInfo("America/Havana"))
    begin = datetime.fromtimestamp(day(spring).timestamp(), spring.tzinfo)
    assert (begin.hour, begin.date()) == (1, spring.date())
    assert datetime.fromtimestamp(day(spring).timestamp() - 1, spring.tzinfo).date() < spring.date()


def test_a_month_follows_a_year():
    assert month(datetime(2026, 12, 31, 23, tzinfo=UTC), 1) == datetime(2027, 1, 1, tzinfo=UTC)
    assert month(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2028, 2, 1, tzinfo=UTC)


def test_a_model_costs_its_price_and_others_nothing():
    prices = {"large": PriceConfig(tokens_in=2.0, tokens_out=10.0)}
    use = Use(id="1", at=1.0, model="large", tokens_in=500_000, tokens_out=100_000)
    assert cost(use, prices) == 2.0
    assert cost(Use(id="1", at=1.0, model="small", tokens_in=9), prices) == 0.0
    assert cost(Use(id="1", at=1.0, heard_s=9.0), prices) == 0.0


@given(st.lists(some_figures, max_size=5), st.integers(0, 5))
def test_a_total_does_not_hang_on_how_it_is_put_together(figures, split: int):
    sums = [Sum(name="a", turns=1, **each) for each in figures]
    whole = total("all", sums)
    parts = total("all", [total("one", sums[:split]), total("other", sums[split:])])
    assert whole.turns == parts.turns == len(sums)
    for name in FIGURES:
        assert getattr(whole, name) == pytest.approx(getattr(parts, name))
        assert getattr(whole, name) == pytest.approx(sum(each[name] for each in figures))


@given(st.floats(0, 100), st.floats(0.01, 100))
def test_a_budget_is_spent_when_nothing_is_left(spent: float, most: float):
    limits = [Limit(name="cost_per_day", limit=most, spent=spent, until=1.0)]
    if spent < most:
        check_limits(limits, None, 0.0)
    else:
        with pytest.raises(BudgetSpent, match="cost_per_day"):
            check_limits(limits, "any key", 0.0)


def test_a_keys_quota_is_its_own():
    limits = [Limit(name="tokens_per_day", limit=10, spent=10, until=90_000.0, key="a")]
    check_limits(limits, None, 3_600.0)
    check_limits(limits, "b", 3_600.0)
    with pytest.raises(BudgetSpent) as spent:
        check_limits(limits, "a", 3_600.0)
    assert spent.value.wait_s == 86_400.0
