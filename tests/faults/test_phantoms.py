"""Everyday sounds start no turn."""

import pytest

from tests.faults import phantoms


@pytest.mark.recordings
@pytest.mark.usefixtures("recordings")
def test_silence_noise_and_music_do_not_wake_it():
    outcome = phantoms.run(0, 60)
    assert not any(outcome.wrong.values()), outcome.problems
