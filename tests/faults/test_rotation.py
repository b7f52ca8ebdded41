"""R21 in short; the long run is `scripts/faults rotation`."""

from tests.faults.outcome import Outcome
from tests.faults.rotation import run


def test_a_kill_while_keys_change_leaves_what_opens_and_nothing_in_clear():
    outcome = sum((run(seed, 10) for seed in (0, 1_000)), Outcome())
    assert outcome.wrong == {"wrong": 0}, outcome.problems
    assert outcome.times == 20
    assert outcome.counted["in between"] > 5
