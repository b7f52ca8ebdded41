"""R8 in short; the long run is `scripts/faults broker`."""

import pytest

from tests.faults.outages import run


@pytest.mark.parametrize("seed", [1, 2])
def test_a_broker_that_goes_and_comes_back(seed):
    outcome = run(seed, 10)
    assert not any(outcome.wrong.values()), outcome.problems
    assert outcome.times == 10
