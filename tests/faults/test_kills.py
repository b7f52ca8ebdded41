"""R2 in short; the long run is `scripts/faults kills`."""

import pytest

from tests.faults.kills import run, run_locked, told
from tests.faults.outcome import Outcome
from tests.faults.workload import Workload, after, lost


@pytest.mark.parametrize("run", [run, run_locked], ids=["plain", "locked"])
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(run):
    outcome = sum((run(seed, 10) for seed in (0, 1_000)), Outcome())
    assert outcome.wrong == {"wrong": 0}, outcome.problems
    assert outcome.times == 20


def test_the_oracle_takes_what_was_not_acknowledged_either_way_and_everything_else_strictly():
    (opening,) = Workload(3).round({})
    before, done = {}, after({}, opening)
    assert told(["open", "begin", "0"], 3, {})[0] == done
    (step,) = told(["open", "begin"], 3, {})[1]
    assert step.changes == opening.changes
    assert not lost(before, before, [step])
    assert not lost(done, before, [step])
    assert not lost(done, done)
    assert lost(before, done)
    assert lost(done, before)


def test_the_oracle_sees_what_is_half_done():
    workload = Workload(3)
    facts = after({}, *workload.round({}))
    step = next(step for step in iter(lambda: workload.round(facts)[0], None) if len(step.changes) > 1)
    half = dict(list(step.changes.items())[:1])
    assert lost(facts | half, facts, [step])
