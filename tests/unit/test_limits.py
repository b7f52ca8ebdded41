"""How much may be asked in a minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.control.limits import MOST, PERIOD_S, Left, Limit


def test_what_was_saved_up_may_be_taken_at_once_and_comes_back_bit_by_bit():
    limit = Limit("key", 60)
    assert [limit.take("a", 0.0) for _ in range(61)] == [True] * 60 + [False]
    assert limit.left("a", 0.0) == Left(0, 60.0, 1.0)
    assert (limit.take("a", 0.9), limit.take("a", 1.0), limit.take("a", 1.1)) == (False, True, False)
    assert limit.left("a", 1_000.0) == Left(60, 0.0, 0.0)


def test_each_has_his_own():
    limit = Limit("key", 1)
    assert (limit.take("a", 0.0), limit.take("b", 0.0), limit.take("a", 0.0)) == (True, True, False)


def test_many_who_ask_fill_no_memory():
    limit = Limit("address", 1)
    for number in range(3 * MOST):
        limit.take(str(number), 0.0)
    assert len(limit._paid) == MOST
    assert not limit.take(str(3 * MOST - 1), 0.0)


@given(st.integers(1, 10_000), st.lists(st.floats(0, 30), max_size=200))
def test_no_more_than_twice_the_quota_in_any_minute_and_whoever_waits_as_told_gets_one(quota, pauses):
    limit, now, taken = Limit("key", quota), 0.0, []
    for pause in pauses:
        now += pause
        before = limit.left("a", now)
        assert 0 <= before.requests <= quota
        assert limit.take("a", now) == bool(before.requests)
        if before.requests:
            taken.append(now)
        else:
            assert limit.left("a", now + before.wait_s + 1e-6).requests
    for first in taken:
        assert sum(first <= at < first + PERIOD_S for at in taken) <= 2 * quota


@pytest.mark.parametrize("quota", [1, 7, 60, 600, 999])
def test_who_asks_evenly_is_never_refused(quota):
    limit = Limit("key", quota)
    moments = [number * PERIOD_S / quota for number in range(3 * quota)]
    assert all(limit.take("a", moment) for moment in moments)
