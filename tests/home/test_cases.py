"""Whatever goes wrong: nothing is called done that is not, and nothing is done that was not asked for."""

import pytest

from tests.home.cases import Case, cases
from tests.home.talking import talk

CASES = cases()


def test_there_are_enough() -> None:
    assert len(CASES) >= 300
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    verdict = talk(case)
    assert verdict.clean, verdict
