"""What skills offer to models: every tool can be held to its schema, and no call of it does anything by itself."""

import asyncio
from itertools import product

import pytest

from tests.pipeline.household import House
from voiced.core.chat import ToolCall
from voiced.core.home import Entity
from voiced.core.ports.skill import Named
from voiced.engines.tool_calls import _call_schema, grammar
from voiced.skills.home_tools import LISTED_NAMES, tools

JUNK = (
    None,
    "",
    " ",
    "Kitchen Light",
    "tomorrow",
    "x" * 10_000,
    -1,
    0,
    7,
    10**30,
    2.5,
    float("nan"),
    True,
    [],
    ["a"],
    {},
)
PROMPT = 6_500
"""Characters of all tools for a household: each is read by the model once, and again when the home changes."""


def wish(tool, **arguments):
    return House().wish(ToolCall(tool, arguments), "")


def names(wish):
    return [each.names for each in wish.named]


def test_every_tool_is_held_to_its_schema_and_all_of_them_are_short():
    offered = House().toolbox.tools()
    assert len({tool.name for tool in offered}) == len(offered) >= 18
    assert grammar(offered)
    assert [tool.name for tool in offered if _call_schema(tool)["properties"]["arguments"] != tool.parameters] == []
    assert sum(len(repr(tool)) for tool in offered) < PROMPT


def test_whatever_a_model_makes_up_a_call_does_nothing_by_itself():
    async def run():
        house = House()
        await house.prepare()
        before = await house.state()
        for tool in house.toolbox.tools():
            given = list(tool.parameters.get("properties", {}))
            for first, rest in product(JUNK, JUNK):
                made = ToolCall(tool.name, dict.fromkeys(given, rest) | dict.fromkeys(given[:1], first))
                house.wish(made, "turn on the kitchen light")
        return before, await house.state()

    before, after = asyncio.run(run())
    assert before == after


def test_what_acts_says_what_has_to_be_named_and_can_be_asked_back():
    made = wish("start_timer", minutes=5, name="eggs")
    assert (made.act, names(made)) == ("start_timer", [(5, 300), ("eggs",)])
    assert made.question.text == "Shall I set the eggs timer for 5 minutes?"
    assert made.question.asks.yes == made.understood
    made = wish("set_alarm", hour=19, minute=30, day="tomorrow")
    assert names(made) == [(19, 7), (30,), ("tomorrow",)]
    assert made.question.text == "Shall I set an alarm tomorrow at 7:30 PM?"
    made = wish("remind", text="call my mum", minutes=10)
    assert made.question.text == "Shall I remind you to call your mum in 10 minutes?"
    made = wish("add_to_list", items="milk and eggs", list="hardware")
    assert names(made) == [("milk",), ("eggs",), ("hardware", "hardware list")]
    assert made.question.text == "Shall I put milk and eggs on your hardware list?"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("start_timer", {}),
        ("start_timer", {"minutes": 0}),
        ("set_alarm", {"hour": 24}),
        ("remind", {"text": "call"}),
        ("add_to_list", {"items": " , "}),
        ("home_control", {"action": "on"}),
        ("home_control", {"action": "on", "area": "Kitchen"}),
        ("home_control", {"action": "on", "kind": "light"}),
        ("home_control", {"action": "explode", "name": "Kitchen Light"}),
        ("home_set", {"what": "brightness", "name": "Kitchen Light"}),
        ("home_set", {"what": "brightness", "name": "Kitchen Light", "value": 1000}),
        ("calculate", {"sum": "the meaning of life"}),
        ("convert", {"amount": "5", "unit": "mile", "to": "hearts"}),
        ("recall", {"topic": " "}),
    ],
)
def test_what_makes_no_sense_is_no_wish(tool, arguments):
    assert wish(tool, **arguments) is None


def test_a_thing_is_called_by_its_names_and_by_its_room_where_it_is_the_only_one():
    (kitchen,) = wish("home_control", action="on", name="Kitchen Light").named
    assert kitchen == Named(("Kitchen Light",), ("Kitchen",))
    (hallway,) = wish("home_control", action="on", name="Hallway Light").named
    assert set(hallway.names) >= {"Hallway Light", "Hallway light", "Hallway lights"}
    lights = wish("home_control", action="on", area="Kitchen", kind="light")
    assert ["Kitchen lights" in each.names and "Kitchen light" not in each.names for each in lights.named] == [
        True,
        True,
    ]


def test_what_is_risky_is_asked_with_its_name_and_pinned_to_it():
    made = wish("home_control", action="unlock", name="Front Door")
    assert made.question.text == "Shall I unlock the front door?"
    assert made.question.asks.yes.slots["things"] == "lock.front"
    assert not made.question.asks.yes.confirmed


def test_what_is_not_there_has_to_be_named_all_the_same():
    made = wish("home_control", action="on", name="Disco Ball")
    assert names(made) == [("Disco Ball",)]
    assert made.question.text == "I know no Disco Ball."


def test_names_are_listed_as_far_as_there_is_room():
    few = [Entity(f"light.l{number}", f"Lamp {number}", "Hall") for number in range(LISTED_NAMES)]
    listed = tools(few)[0].parameters["properties"]
    assert len(listed["name"]["enum"]) == LISTED_NAMES
    many = [*few, Entity("light.more", "One More", "Hall"), Entity("light.long", "L" * 100, "Hall")]
    assert tools(many)[0].parameters["properties"]["name"] == {"type": "string"}
    assert tools([]) == ()
