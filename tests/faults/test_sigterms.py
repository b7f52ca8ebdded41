"""R24 in short. The long run, `scripts/faults sigterm`, judges how long it takes, too: here others compute as well."""

import pytest

from tests.faults.sigterms import ALL, run


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops sockets nobody answers.
def test_sigterm_ends_it_in_order_in_any_state_and_leaves_nobody():
    outcome = run(0, len(ALL))
    assert outcome.times == len(ALL)
    assert {way: number for way, number in outcome.wrong.items() if way != "late"} == {"code": 0, "orphans": 0}, (
        outcome.problems
    )
