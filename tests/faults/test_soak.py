"""R23 in short: some faults, each once. `scripts/faults soak` judges how fast all works again, and growth, too."""

import pytest

from tests.faults.soak import GROWTH_MB, HOUR, WARM, Sample, _judged, run

pytestmark = pytest.mark.server
FEW = 4


@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # httpcore drops sockets nobody answers.
def test_it_lives_with_each_fault_and_keeps_what_it_promised():
    outcome = run(0, FEW)
    assert outcome.counted["promises"] >= FEW
    assert not any(number for way, number in outcome.wrong.items() if way != "late"), outcome.problems


@pytest.mark.parametrize(
    ("part", "grows_mb"), [("daemon", 2 * GROWTH_MB), ("stt", 2 * GROWTH_MB), ("stt", GROWTH_MB / 2)]
)
def test_whoever_grows_after_the_first_quarter_is_named(part: str, grows_mb: float):
    def memory(fault: int) -> dict[str, float]:
        caches = min(fault, WARM)
        return {"daemon": 170.0 + caches, "stt": 90.0} | {part: 100 + caches + grows_mb * fault / HOUR}

    samples = [Sample(memory(fault), 40, 10, [0.001]) for fault in range(HOUR)]
    samples[-1] = Sample({"daemon": samples[-1].memory_mb["daemon"]}, 40, 10, [0.001])  # The other is just killed.
    judged = _judged(0, samples, [], [])
    assert judged.problems == ([f"seed 0: grown: {part} by {grows_mb:.2f} MB an hour"] if grows_mb > GROWTH_MB else [])
