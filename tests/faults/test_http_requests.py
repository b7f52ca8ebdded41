"""R16 of the API in short. The long run: `scripts/faults http`."""

import pytest

from tests.faults.http_requests import run


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops sockets nobody answers.
def test_no_request_is_a_fault_of_ours_and_every_answer_has_the_form_that_is_described():
    outcome = run(0, 100)
    assert outcome.times >= 100
    assert not any(outcome.wrong.values()), outcome.problems
