"""R23 in short: some faults, each once. `scripts/faults soak` judges how fast all works again, and growth, too."""

import pytest

from tests.faults.soak import run

pytestmark = pytest.mark.server
FEW = 4


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops sockets nobody answers.
def test_it_lives_with_each_fault_and_keeps_what_it_promised():
    outcome = run(0, FEW)
    assert outcome.counted["promises"] >= FEW
    assert not any(number for way, number in outcome.wrong.items() if way != "late"), outcome.problems
