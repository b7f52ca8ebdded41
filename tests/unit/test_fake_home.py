"""The fake home itself: what it says was done is what its things then are."""

import asyncio

import pytest

from tests.fakes.home import FakeHome
from voiced.core.home import Action, Entity

KITCHEN, BEDROOM = Entity("light.kitchen", "kitchen light", state="off"), Entity("light.bedroom", "lamp", state="off")
ON = Action("light.kitchen", "turn_on")


def acted(home, *actions):
    return asyncio.run(home.act(actions))


@pytest.mark.parametrize(
    ("behaviour", "outcome", "kitchen", "bedroom"),
    [
        ("works", "done", "on", "off"),
        ("ignores", "unobserved", "off", "off"),
        ("drops", "unobserved", "off", "off"),
        ("late", "unobserved", "off", "off"),
        ("contradicts", "unobserved", "off", "off"),
        ("mistaken", "unobserved", "off", "on"),
        ("refuses", "refused", "off", "off"),
        ("unreachable", "unreachable", "off", "off"),
    ],
)
def test_each_behaviour_has_its_outcome(behaviour, outcome, kitchen, bedroom):
    home = FakeHome(KITCHEN, BEDROOM)
    home.behaves["light.kitchen"] = behaviour
    [receipt] = acted(home, ON)
    assert receipt.outcome == outcome
    assert (home.entity("light.kitchen").state, home.entity("light.bedroom").state) == (kitchen, bedroom)


def test_what_was_so_before_is_unchanged_and_a_contradiction_is_seen():
    home = FakeHome(KITCHEN)
    assert [each.outcome for each in acted(home, ON, ON)] == ["done", "unchanged"]
    home.behaves["light.kitchen"] = "contradicts"
    assert acted(home, ON)[0].outcome == "unobserved"
    assert home.entity("light.kitchen").state == "off"


def test_what_is_late_happens_later_and_what_is_not_there_is_refused():
    home = FakeHome(KITCHEN)
    home.behaves["light.kitchen"] = "late"
    acted(home, ON)
    home.later()
    assert home.entity("light.kitchen").state == "on"
    assert acted(home, Action("light.none", "turn_on"))[0].outcome == "refused"


def test_a_scene_can_be_used_again_and_again():
    home = FakeHome(Entity("scene.cosy", "cosy", state="unknown"))
    use = Action("scene.cosy", "turn_on")
    assert [acted(home, use)[0].outcome for _ in range(2)] == ["done", "done"]
