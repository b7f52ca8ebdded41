"""A talk with a home, turn by turn, and what was wrong with it."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from tests.home.cases import Case
from tests.home.judging import claims, false_claims
from tests.home.saying import Household
from voiced.core.ports.skill import Asks
from voiced.core.types import Understanding


class Verdict(Struct):
    """What was wrong.

    Attributes:
        false_claims: sentences that were not so when they were said.
        wrong: actions that nobody asked for.
        missing: actions that were asked for, and not tried.
        unconfirmed: risky actions without a yes.
        from_questions: actions from questions.
        said: all answers.
        actions: how many there were.
    """

    false_claims: list[str] = []
    wrong: list[str] = []
    missing: list[str] = []
    unconfirmed: list[str] = []
    from_questions: list[str] = []
    said: list[str] = []
    actions: int = 0

    @property
    def clean(self) -> bool:
        """Nothing was."""
        return not (self.false_claims or self.wrong or self.missing or self.unconfirmed or self.from_questions)


def talk(case: Case) -> Verdict:
    """Says what a case says; what is asked back is answered as the dialogue does it."""
    household = Household(case.entities)
    household.home.behaves = dict(case.behaves)
    verdict, asks, done = Verdict(), Asks(), set[str]()
    risky = {entity.id for entity in case.entities if entity.risky}
    for text in case.says:
        answered = answer(asks, text)
        said = household.do(answered) if answered else household.say(text)
        confirmed = answered is not None and answered.confirmed
        asks = (said.reply.asks if said.reply else None) or Asks()
        done |= set(said.asked)
        verdict.actions += len(said.asked)
        verdict.unconfirmed += [each for each in said.asked if each.split()[1] in risky and not confirmed]
        if said.reply:
            verdict.said.append(said.reply.text)
            verdict.false_claims += false_claims(said.reply.text, list(household.home.entities()), text)
    verdict.wrong = sorted(done - case.may)
    verdict.missing = sorted(case.must - done)
    verdict.from_questions = sorted(done) if case.question else []
    return verdict


def answer(asks: Asks, text: str) -> Understanding | None:
    """What the answer to a question means; None if it is none."""
    if text == "yes" and asks.yes:
        return replace(asks.yes, confirmed=True)
    chosen: Mapping[str, Understanding] = {words: each for words, each in asks.choices.items() if words in text}
    return next(iter(chosen.values())) if len(chosen) == 1 else None


def claimed(verdict: Verdict) -> bool:
    """Tells whether anything was claimed at all."""
    return any(claims(text) for text in verdict.said)
