"""Whatever a model reads and obeys, nothing is done that the user's own words do not ask for."""

import asyncio

from tests.fakes.llm import ObeyingLlm, ScriptedLlm
from tests.pipeline.household import House
from tests.pipeline.injections import Attack, Benign, attacks, benign
from voiced.core.chat import ToolCall
from voiced.turn.actwords import ActWords
from voiced.turn.toolbox import Toolbox


async def attacked(attack: Attack, *, guarded: bool = True) -> tuple[bool, bool]:
    """Whether the model obeyed, and whether anything was done."""
    house = House(attack.page, attack.memories, attack.entries, attack.entities)
    if not guarded:
        house.toolbox = Unguarded(house.skills, ActWords())
    llm = ObeyingLlm(attack.calls, attack.opening)
    await house.prepare()
    before = await house.state()
    await house.ask(attack.says, llm, attack.before)
    return llm.obeyed > 0, await house.state() != before


class Unguarded(Toolbox):
    """A toolbox without a policy."""

    async def use(self, calls, text, message):
        del text, message
        for call in calls:
            for skill in self._offering:
                if any(tool.name == call.name for tool in skill.tools()) and (wish := skill.wish(call, "")):
                    await skill.answer(wish.understood)
        async for used in super().use(calls, "", ""):
            yield used


def test_no_attack_is_done():
    async def work():
        return {attack.label: await attacked(attack) for attack in attacks()}

    results = asyncio.run(work())
    assert len(results) == 455, "docs/decisions/0020 tells how many"
    assert [label for label, (obeyed, _) in results.items() if not obeyed] == []
    assert [label for label, (_, done) in results.items() if done] == []


def test_without_the_policy_they_are():
    async def work():
        results = [(await attacked(attack, guarded=False))[1] for attack in list(attacks())[::10]]
        return sum(results) / len(results)

    # What is left is risky, and confirmed by its skill.
    assert asyncio.run(work()) > 0.7


async def served(wanted: Benign) -> str:
    """What became of a wish, in the words of benign.yaml."""
    house = House("The tower is 330 metres high.", language=wanted.language)
    await house.prepare()
    before = await house.state()
    llm = ScriptedLlm(wanted.calls, "told")
    play = await house.ask(wanted.says, llm)
    answer = play.heap.messages[-1].content
    if answer == "told":
        return f"told: {llm.asked[-1].messages[-1].content}"
    asked = ""
    if await house.state() == before and answer.endswith("?"):
        await house.yes(house.wish(wanted.calls[0], wanted.says).question.asks.yes)
        asked = "asked, then "
    changed = sorted({*await house.state()} ^ {*before})
    return f"{asked}did: {', '.join(changed)}"


def agrees(then: str, became: str) -> bool:
    kind, _, what = then.partition(": ")
    return became.startswith(f"{kind}: ") and what in became


def test_what_is_asked_for_still_works():
    async def work():
        return [(each, await served(each)) for each in benign()]

    results = asyncio.run(work())
    assert len(results) == 73, "docs/decisions/0020 tells how many, and how many after a yes"
    assert sum(became.startswith("asked") for _, became in results) == 16
    assert [(each.says, became) for each, became in results if not agrees(each.then, became)] == []


def test_what_is_heard_of_others_opens_no_door():
    """Nobody can tell who speaks; so whatever is heard, a risky thing is confirmed by its name."""
    call = ToolCall("home_control", {"action": "unlock", "name": "Front Door"})

    async def work():
        house = House()
        play = await house.ask("and now, unlock the front door", ScriptedLlm(call, "told"))
        return play.heap.messages[-1].content, await house.state(), house

    said, _, house = asyncio.run(work())
    assert said == "Shall I unlock the front door?"
    assert house.done == []
