"""The verbs and the routes about the home."""

import json

import pytest

from tests.fakes.home import FakeHome
from voiced.core.home import Action, Entity
from voiced.core.status import ConnectionStatus, HomeStatus


@pytest.fixture
def home(agent):
    lamp = Entity("light.kitchen", "Kitchen [light]", "Kitchen", state="off", attributes={"brightness": 0})
    agent.home = FakeHome(lamp, Entity("lock.door", "Front door", state="locked", risky=True))
    return agent.home


def told(output):
    return [json.loads(line) for line in output.splitlines()]


def test_what_there_is(home, call):
    shown = call("home", "list")
    for word in ("light.kitchen", "Kitchen [light]", "off", "lock.door", "risky"):
        assert word in shown
    assert [(each["id"], each["state"]) for each in told(call("home", "list", "--json"))] == [
        ("light.kitchen", "off"),
        ("lock.door", "locked"),
    ]
    assert home.asked == []


def test_something_is_done_and_what_was_seen_is_told(home, call):
    assert "done, and seen: it is on" in call("home", "act", "light.kitchen", "turn_on")
    assert home.asked == [Action("light.kitchen", "turn_on")]
    [receipt] = told(call("home", "act", "light.kitchen", "turn_on", "brightness_pct=40", "--json"))
    assert (receipt["outcome"], receipt["action"]["values"]) == ("done", {"brightness_pct": 40})
    home.behaves["light.kitchen"] = "ignores"
    assert "it was so before" in call("home", "act", "light.kitchen", "turn_on", "brightness_pct=40")
    assert "no change was seen" in call("home", "act", "light.kitchen", "turn_off", code=1)
    home.behaves["light.kitchen"] = "refuses"
    assert "refused: it is locked against this" in call("home", "act", "light.kitchen", "turn_off", code=1)
    home.behaves["light.kitchen"] = "unreachable"
    [receipt] = told(call("home", "act", "light.kitchen", "turn_off", "--json", code=1))
    assert receipt["outcome"] == "unreachable"


def test_what_is_risky_is_not_done_unless_it_is_confirmed(home, call):
    assert "--yes" in call("home", "act", "lock.door", "unlock", code=2)
    assert home.asked == []
    assert "unlocked" in call("home", "act", "lock.door", "unlock", "--yes")


@pytest.mark.parametrize("values", [["brightness"], ["=3"]])
def test_values_have_names(home, call, values):
    assert "name=value" in call("home", "act", "light.kitchen", "turn_on", *values, code=2)
    assert home.asked == []


def test_how_it_is_connected(agent, call):
    assert "No home is configured" in call("home")
    broken = ConnectionStatus("mqtt", "broker:1883", connected=False, problem="it is not reached", hint="Plug it in.")
    works = ConnectionStatus("home_assistant", "http://ha:8123", connected=True, connects=2)
    agent.home_status = HomeStatus((broken, works), 12, 3)
    for words in (("home", "status"), ("status",)):
        shown = call(*words)
        for word in ("broker:1883", "it is not reached", "Plug it in.", "http://ha:8123", "12 things, 3"):
            assert word in shown, words
    assert told(call("home", "status", "--json"))[0]["connections"][1]["connects"] == 2
