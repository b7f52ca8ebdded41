"""R17 in short: some of each sort at each door. `scripts/faults clients` judges how long others wait, too."""

import pytest

from tests.faults.clients import GROWTH_MB, besiege, house

FEW = 200
SORTS = [
    ("socket", "slow body"),
    ("socket", "body of a question"),
    ("tcp", "never reading"),
    ("tcp", "huge body"),
    ("wyoming", "huge payload"),
]


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops sockets nobody answers.
def test_hostile_clients_fill_no_memory_and_others_are_answered():
    with house() as besieged:
        before = besieged.rss_mb()
        for door, name in SORTS:
            besiege(besieged, door, name, many=FEW, times=20)
        assert besieged.rss_mb() - before <= GROWTH_MB
        assert besieged.process.is_running()
