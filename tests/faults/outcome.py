"""What came of many trials."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager

from msgspec import Struct, field

FIRST = 10


class Outcome(Struct):
    """Adds up.

    Attributes:
        times: how many trials.
        wrong: how many of them went wrong in which way.
        problems: the first few, in words, each with what makes it happen again.
        counted: what else is worth knowing, added up.
    """

    times: int = 0
    wrong: dict[str, int] = field(default_factory=dict[str, int])
    problems: list[str] = field(default_factory=list[str])
    counted: dict[str, int] = field(default_factory=dict[str, int])

    def __add__(self, other: "Outcome") -> "Outcome":
        problems = (self.problems + other.problems)[:FIRST]
        return Outcome(
            self.times + other.times, _sum(self.wrong, other.wrong), problems, _sum(self.counted, other.counted)
        )


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}


def trial(where: str, **problems: list[str]) -> Outcome:
    """One trial.

    Args:
        where: what makes it happen again.
        problems: in words, by the way in which it went wrong.
    """
    words = [f"{where}: {way}: {problem}" for way, found in problems.items() for problem in found[:3]]
    return Outcome(1, {way: int(bool(found)) for way, found in problems.items()}, words)


@contextmanager
def replaced(where: object, name: str, what: float | str | Callable[..., object]) -> Generator[None]:
    """For a while, something of a module is something else."""
    before = getattr(where, name)
    setattr(where, name, what)
    try:
        yield
    finally:
        setattr(where, name, before)


def cores() -> int:
    """How many processes have one to themselves."""
    return len(os.sched_getaffinity(0))
