"""A morning in a kitchen, in real sound; `scripts/faults kitchen` has all of it, and other voices."""

import asyncio

import pytest

from tests.kitchen.day import day

BREAKFAST = 1
"""Lives of the daemon; lunch comes after a restart."""
HEARS = 2 / 3


@pytest.mark.recordings
@pytest.mark.usefixtures("recordings")
@pytest.mark.timeout(600)
def test_a_morning_in_a_kitchen_keeps_every_promise_and_does_nothing_that_nobody_asked_for() -> None:
    outcome = asyncio.run(day(0, BREAKFAST))
    assert not any(outcome.wrong.values()), outcome.problems
    # Who is not understood says it again. How much is never understood is the recogniser's, and differs with who talks
    # and with the processor: `scripts/faults kitchen` tells how much. Here it only has to hear.
    assert outcome.counted["spoken and right"] >= HEARS * outcome.counted["spoken"], outcome
    assert outcome.counted["written and right"] == outcome.counted["written"], outcome
