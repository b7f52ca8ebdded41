"""Whatever goes wrong: nothing is called done that is not, and nothing is done that was not asked for."""

import pytest

from tests.home.cases import Case, cases
from tests.home.judging import false_claims
from tests.home.talking import claimed, talk
from voiced.core.home import Entity

CASES = cases()


def test_there_are_enough() -> None:
    assert len(CASES) >= 300
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    verdict = talk(case)
    assert verdict.clean, verdict
    works = all(behaviour == "works" for behaviour in case.behaves.values())
    assert claimed(verdict) or not (case.must and works), "what was done is told"


LIGHTS = [Entity(f"light.x{number}", f"Lamp {number}", state="on" if number < 3 else "off") for number in range(6)]
LOCKS = [Entity("lock.a", "Front Door", state="locked"), Entity("lock.b", "Back Door", state="")]


@pytest.mark.parametrize(
    ("said", "asked", "so"),
    [
        ("Lamp 1 is on.", "", True),
        ("Lamp 4 is on.", "", False),
        ("Lamp 1 and the lamp 4 are on.", "", False),
        ("It is done, and lamp 4 is on.", "", False),
        ("I started lamp 4, and it is on.", "", False),
        ("Whatever this says.", "", False),
        ("Which one: the lamp 1 or the lamp 2?", "", True),
        ("I could not reach the lamp 4. Look whether it has power, then say it again.", "", True),
        ("Lamp 1 refused it: it is locked against this.", "", True),
        ("Lamp 4 is on and refused it.", "", False),
        ("3 lights are on.", "", True),
        ("2 lights are on.", "", False),
        ("4 lights are on.", "", False),
        ("Lamp 1 is on. 2 lights were on already.", "", True),
        ("3 of 6: the lamp 0, the lamp 1 and the lamp 2.", "how many lights are on", True),
        ("2 of 6: the lamp 0 and the lamp 1 and the lamp 2.", "how many lights are on", False),
        ("3 of 5: the lamp 0, the lamp 1 and the lamp 2.", "how many lights are on", False),
        ("Yes, all of them are locked.", "are all the doors locked", False),
        ("No, none of them is unlocked.", "are any doors unlocked", True),
        ("No, none of them is on.", "are any lights on", False),
        ("I cannot see the state of the back door now.", "", True),
        ("I cannot see the state of the front door now.", "", False),
        ("I sent it, but the lamp 4 did not say that it is on.", "", True),
        ("I sent it, but the lamp 1 did not say that it is on.", "", False),
    ],
)
def test_the_judge_judges(said: str, asked: str, so: bool) -> None:  # noqa: FBT001 (a case)
    assert (false_claims(said, [*LIGHTS, *LOCKS], asked) == []) == so
