"""What the home skill says and does."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from tests.fakes.home import FakeHome
from voiced.core.home import Action, Entity, Outcome, Receipt
from voiced.core.ports.skill import Reply
from voiced.core.types import Understanding
from voiced.skills.home import HomeSkill
from voiced.skills.targets import apart, targets

LAMP = Entity("light.lamp", "Floor Lamp", area="Den", state="off")
DOOR = Entity("lock.door", "Front Door", area="Hall", state="locked", risky=True)


class Telling(FakeHome):
    """A home that tells what it is told to tell."""

    def __init__(self, *entities: Entity, outcome: Outcome, seen: Entity | None, problem: str = "") -> None:
        super().__init__(*entities)
        self._told = (outcome, seen, problem)

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        outcome, seen, problem = self._told
        return [Receipt(action, outcome, seen, problem) for action in actions]


def _answer(home: FakeHome, intent: str, *, confirmed: bool = False, likeness: float = 1, **slots: str | int) -> Reply:
    understood = Understanding(intent, dict(slots), confirmed=confirmed, likeness=likeness)
    return asyncio.run(HomeSkill(home).answer(understood))


@pytest.mark.parametrize(
    ("outcome", "seen", "text"),
    [
        ("done", Entity("light.lamp", "Floor Lamp", state="on"), "Floor lamp is on."),
        ("unchanged", Entity("light.lamp", "Floor Lamp", state="on"), "Floor lamp was on already."),
        ("done", Entity("light.lamp", "Floor Lamp", state="off"), "I sent it, but the floor lamp did not say"),
        ("unchanged", Entity("light.lamp", "Floor Lamp", state="off"), "I sent it, but the floor lamp did not say"),
        (
            "done",
            Entity("light.other", "Other", state="on"),
            "I sent it, but the floor lamp did not say",
        ),
        ("done", None, "I sent it, but the floor lamp did not say"),
        ("unobserved", LAMP, "I sent it, but the floor lamp did not say"),
        ("refused", LAMP, "Floor lamp refused it: too hot."),
        ("unreachable", LAMP, "I could not reach the floor lamp. Look whether it has power, then say it again."),
    ],
)
def test_says_done_only_if_it_was_observed(outcome: Outcome, seen: Entity | None, text: str) -> None:
    home = Telling(LAMP, outcome=outcome, seen=seen, problem="too hot")
    assert _answer(home, "HassTurnOn", name="Floor Lamp").text.startswith(text)


@pytest.mark.parametrize(("service", "intent"), [("lock", "HassTurnOn"), ("unlock", "HassTurnOff")])
def test_what_is_risky_is_asked_by_name(service: str, intent: str) -> None:
    home = FakeHome(DOOR)
    reply = _answer(home, intent, name="front door", domain="lock")
    assert reply.text == f"Shall I {service} the front door?"
    assert reply.asks is not None
    assert reply.asks.yes is not None
    assert not reply.asks.yes.confirmed
    assert home.asked == []


def test_what_was_confirmed_is_what_was_named() -> None:
    home = FakeHome(DOOR)
    asks = _answer(home, "HassTurnOff", domain="lock").asks
    assert asks is not None
    assert asks.yes is not None
    more = FakeHome(DOOR, Entity("lock.safe", "Safe", state="locked", risky=True))
    slots = asks.yes.slots
    asyncio.run(HomeSkill(more).answer(Understanding("HassTurnOff", slots, confirmed=True)))
    assert [action.entity for action in more.asked] == ["lock.door"]


def test_things_that_were_named_are_forgotten_without_a_yes() -> None:
    home = FakeHome(DOOR, LAMP)
    reply = _answer(home, "HassTurnOff", things="lock.door", name="Floor Lamp")
    assert reply.text == "Floor lamp was off already."
    assert [action.entity for action in home.asked] == ["light.lamp"]


def test_what_was_confirmed_is_gone() -> None:
    home = FakeHome(LAMP)
    assert _answer(home, "HassTurnOff", confirmed=True, things="lock.door").text == "I know nothing like that."
    assert home.asked == []


def test_a_guess_is_no_wish_for_what_is_risky() -> None:
    home = FakeHome(DOOR, LAMP)
    assert "would rather not guess" in _answer(home, "HassTurnOff", likeness=0.9, name="Front Door", domain="lock").text
    assert _answer(home, "HassTurnOn", likeness=0.9, name="Floor Lamp").text == "Floor lamp is on."


def test_what_is_not_there() -> None:
    home = FakeHome(LAMP)
    assert _answer(home, "HassTurnOn", name="Star").text == "I know no Star."
    assert _answer(home, "HassTurnOn", area="Attic", domain="light").text == "I know nothing like that in the attic."


def test_what_is_on_its_way_is_told_so() -> None:
    class Slow(FakeHome):
        async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
            return [Receipt(each, "moving", replace(self.entity(each.entity), state="closing")) for each in actions]

    blinds = [Entity(f"cover.{name}", f"{name} Blinds", area="Kitchen", state="open") for name in ("Left", "Right")]
    assert (
        _answer(Slow(blinds[0]), "HassTurnOff", name="Left Blinds", domain="cover").text == "Left blinds are closing."
    )
    reply = _answer(Slow(*blinds), "HassTurnOff", area="Kitchen", domain="cover")
    assert reply.text == "Left blinds and the right blinds are closing."
    assert [each["outcome"] for each in reply.notes["receipts"]] == ["moving", "moving"]


def test_making_darker_switches_nothing_on() -> None:
    home = FakeHome(LAMP)
    assert _answer(home, "HassLightSet", name="Floor Lamp", brightness_step=-20).text == "Floor lamp cannot do that."
    assert home.asked == []


def test_many_are_counted_and_failures_named() -> None:
    lamps = [Entity(f"light.l{index}", f"Lamp {index}", state="on") for index in range(7)]
    home = FakeHome(*lamps)
    home.behaves["light.l3"] = "drops"
    text = _answer(home, "HassTurnOff", domain="light").text
    assert text == "6 lights are off. I sent it, but the lamp 3 did not say that it is off."


def test_questions_never_act() -> None:
    home = FakeHome(DOOR, LAMP)
    for question in ("one", "one_yesno", "any", "all", "which", "how_many", "nonsense"):
        assert _answer(home, "HassGetState", confirmed=True, question=question, state="on").text
        assert _answer(home, "HassGetState", confirmed=True, question=question, name="Front Door", state="locked").text
    assert home.asked == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("any", "No, none of them is on."),
        ("which", "None of them is on."),
        ("how_many", "None of them is on."),
    ],
)
def test_no_is_said_where_it_was_asked(question: str, text: str) -> None:
    home = FakeHome(LAMP, Entity("light.desk", "Desk Lamp", state="off"))
    assert _answer(home, "HassGetState", question=question, domain="light", state="on").text == text


def test_a_name_in_two_rooms() -> None:
    two = [Entity(f"light.{area}", "Ceiling Light", area=area) for area in ("Den", "Hall")]
    assert targets(two, {"name": "ceiling light"}).entities == tuple(two)
    assert targets(two, {"name": "ceiling light", "area": "den"}).entities == (two[0],)
    assert apart(two) == {"den": two[0], "hall": two[1]}


def test_the_end_of_a_name() -> None:
    lamps = [LAMP, Entity("light.desk", "Desk Lamp"), Entity("switch.tv", "TV")]
    assert targets(lamps, {"name": "lamp"}).entities == tuple(lamps[:2])
    assert targets(lamps, {"name": "Floor Lamp"}).entities == (LAMP,)
    assert set(apart(lamps[:2])) == {"floor", "desk"}
