"""Engines that crash, hang and babble in the middle of a turn."""

import pytest

from tests.faults import engine_faults


@pytest.mark.parametrize("seed", [0, 1_000])
def test_the_user_is_told_and_the_next_turn_works(seed):
    outcome = engine_faults.run(seed, 12)
    assert not any(outcome.wrong.values()), outcome.problems
