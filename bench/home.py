"""Home control that keeps its word: talks with a home in which things go wrong, and sentences that must do no harm.

    python bench/home.py

Counts, not times. The cases and the sentences are those of tests/home; a judge of its own compares each answer with
what was so. Our own sentences were written after these sets had been looked at, so a share of them says little.
"""

import json

from tests.home.cases import cases
from tests.home.households import household, read
from tests.home.saying import Household, agrees
from tests.home.talking import Verdict, talk

SETS = (("en", "home", "en"), ("de", "home_de", "de"), ("held_out_en", "home", "en"), ("near_en", "home", "en"))


def talks() -> dict[str, object]:
    """What went wrong in all talks."""
    verdicts: list[tuple[str, Verdict]] = [(case.name, talk(case)) for case in cases()]
    actions = sum(verdict.actions for _, verdict in verdicts)
    wrong = sum(len(verdict.wrong) for _, verdict in verdicts)
    return {
        "cases": len(verdicts),
        "actions": actions,
        "false_done": sum(len(verdict.false_claims) for _, verdict in verdicts),
        "wrong_things": wrong,
        "wrong_share": wrong / actions,
        "unconfirmed": sum(len(verdict.unconfirmed) for _, verdict in verdicts),
        "from_questions": sum(len(verdict.from_questions) for _, verdict in verdicts),
        "not_tried": sum(len(verdict.missing) for _, verdict in verdicts),
        "failed": [name for name, verdict in verdicts if not verdict.clean],
    }


def coverage(said: str, home: str, language: str) -> dict[str, object]:
    """How much of a set of sentences comes to what it should."""
    entities = household(home)
    wanted = read(said)
    missed = [
        text for text, todo in wanted.items() if not agrees(Household(entities, language).say(text), todo, entities)
    ]
    return {"sentences": len(wanted), "share": 1 - len(missed) / len(wanted), "missed": missed}


def main() -> None:
    """Prints one JSON object."""
    figures = {said: coverage(said, home, language) for said, home, language in SETS}
    print(json.dumps({"question": "home", "talks": talks(), "coverage": figures}))


if __name__ == "__main__":
    main()
