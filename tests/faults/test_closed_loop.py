"""What voiced says comes back through a room, and starts nothing."""

import importlib.util

import pytest

from tests.faults import closed_loop


@pytest.mark.recordings
@pytest.mark.usefixtures("recordings")
@pytest.mark.parametrize("run", ["run", "run_half_duplex"])
def test_what_voiced_says_starts_no_turn(run: str) -> None:
    if run == "run" and not importlib.util.find_spec("livekit"):
        pytest.skip("the extra `aec` is not installed")
    outcome = getattr(closed_loop, run)(0, 8)
    assert not any(outcome.wrong.values()), outcome.problems
    # How many is for `scripts/faults room`; a deaf ear is found here.
    assert outcome.counted["alexa heard in time"] > outcome.counted["alexa"] / 2
