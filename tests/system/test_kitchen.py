"""A morning in a kitchen, in real sound; `scripts/faults kitchen` has all of it, and other voices."""

import asyncio

import pytest

from tests.kitchen.day import day

BREAKFAST = 1
"""Lives of the daemon; lunch comes after a restart."""


@pytest.mark.recordings
@pytest.mark.usefixtures("recordings")
@pytest.mark.timeout(600)
def test_a_morning_in_a_kitchen_keeps_every_promise_and_does_nothing_that_nobody_asked_for() -> None:
    outcome = asyncio.run(day(0, BREAKFAST))
    assert not any(outcome.wrong.values()), outcome.problems
    # Who is not understood says it again; what is never understood is the recogniser's, and told in numbers.
    assert outcome.counted["spoken and right"] >= 0.8 * outcome.counted["spoken"], outcome
    assert outcome.counted["written and right"] == outcome.counted["written"], outcome
