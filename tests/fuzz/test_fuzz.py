"""R16 in short. The long run: `scripts/faults fuzz`."""

import pytest

from tests.fuzz.run import PARSERS, run


@pytest.mark.parametrize("name", PARSERS)
def test_bad_input_is_refused_in_our_own_words(name: str) -> None:
    outcome = run(0, 200, name)
    assert outcome.times >= 200
    assert not any(outcome.wrong.values()), outcome.problems
