"""How many threads an engine computes with."""

import os

from voiced.engines.threads import threads


def test_so_many_as_are_wanted() -> None:
    assert threads(7) == threads(7, most=4) == 7


def test_the_machine_decides_where_nobody_does() -> None:
    assert 1 <= threads(0) <= len(os.sched_getaffinity(0))
    assert threads(0, most=1) == 1
