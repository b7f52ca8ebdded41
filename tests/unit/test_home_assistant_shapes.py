"""What Home Assistant tells: shapes recorded from a real one (2025.4)."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.home import Action, Entity
from voiced.home.compressed import StatesEvent
from voiced.home.registry import Area, DeviceRow, EntityRow, Exposed, Floor, Registry
from voiced.home.understood import Answer, Understandings

ADDED = """{"a": {"script.cosy": {"s": "off", "a": {"last_triggered": null, "mode": "single", "friendly_name": "Cosy"},
 "c": "01M8", "lc": 1795955184.58}, "lock.front_door": {"s": "locked", "a": {"friendly_name": "Front Door"},
 "c": "0"}}}"""
CHANGED = """{"c": {"lock.front_door": {"+": {"s": "unlocked", "lc": 1795955252.05, "c": {"user_id": "9fe2",
 "id": "01M8"}, "a": {"code_format": null}}, "-": {"a": ["friendly_name"]}}, "script.cosy": {"+": {"lu": 1.5,
 "a": {"current": 1}}}}}"""


def event(text):
    return msgspec.convert(json.loads(text), StatesEvent)


def test_states_are_told_whole_and_then_what_changed():
    added, changed = event(ADDED), event(CHANGED)
    lock, script = added.a["lock.front_door"], added.a["script.cosy"]
    assert changed.changed("lock.front_door", (lock.s, lock.a)) == ("unlocked", {"code_format": None})
    assert changed.changed("script.cosy", (script.s, script.a))[0] == "off"
    assert changed.changed("script.cosy", (script.s, script.a))[1]["current"] == 1
    assert event('{"r": ["lock.front_door"]}').r == ["lock.front_door"]


@given(st.dictionaries(st.text(max_size=3), st.integers()), st.dictionaries(st.text(max_size=3), st.integers()))
def test_a_change_from_any_attributes_leads_to_any_others(before, after):
    change = {"+": {"s": "x", "a": after}, "-": {"a": sorted(before.keys() - after.keys())}}
    assert msgspec.convert({"c": {"a.b": change}}, StatesEvent).changed("a.b", ("y", before)) == ("x", after)


def registry(rows, exposed):
    areas = [Area("kitchen", "Kitchen", "up"), Area("hall", "Hall")]
    devices = [DeviceRow("d1", "hall"), DeviceRow("d2", None)]
    return Registry(exposed, rows, areas, [Floor("up", "Upstairs")], devices, ["lock", "cover.garage"])


def test_names_rooms_and_aliases_come_from_the_registries():
    rows = {
        "light.big": EntityRow("light.big", area_id="kitchen", device_id="d1", aliases=["sun"]),
        "cover.drive": EntityRow("cover.drive", name="Drive", device_id="d1", original_device_class="garage"),
        "switch.hidden": EntityRow("switch.hidden", hidden_by="user"),
        "light.none": None,
    }
    known = registry(rows, [*rows, "sensor.free"])
    assert known.ids == {"light.big", "cover.drive", "light.none", "sensor.free"}
    big = known.entity("light.big", "on", {"friendly_name": "Big Light"})
    assert (big.name, big.area, big.floor, big.aliases, big.risky) == (
        "Big Light",
        "Kitchen",
        "Upstairs",
        ("sun",),
        False,
    )
    drive = known.entity("cover.drive", "open", {})
    assert (drive.name, drive.area, drive.floor, drive.kind, drive.risky) == ("Drive", "Hall", "", "garage", True)
    assert known.entity("sensor.free", "3", {}).name == "free"


def test_only_what_is_exposed_to_assist_is_known():
    told = {"exposed_entities": {"light.a": {"conversation": True}, "light.b": {"cloud.alexa": True}, "light.c": {}}}
    assert msgspec.convert(told, Exposed).ids() == ["light.a"]


DEBUG = """{"results": [{"intent": {"name": "HassTurnOff"}, "slots": {"name": "front door"}, "details": {"name":
{"name": "name", "value": "Front Door", "text": "front door"}}, "targets": {"lock.front_door": {"matched": true}},
"match": true, "sentence_template": "unlock <name> [in <area>]", "unmatched_slots": {}, "source": "builtin"}, null,
{"intent": {"name": "HassTurnOn"}, "slots": {}, "details": {}, "targets": {}, "match": false,
"unmatched_slots": {"name": "flux"}}, {"intent": {"name": "HassGetState"}, "slots": {"state": "locked"},
"targets": {"lock.front_door": {"matched": true}}, "match": true, "source": "builtin"},
{"match": true, "sentence_template": "party time", "source": "trigger"},
{"intent": {"name": "HassGetState"}, "slots": {}, "targets": {}, "match": true, "source": "custom"}]}"""


def test_what_assist_would_do_is_told_before_it_is_done():
    unlock, nothing, unknown, question, trigger, custom = msgspec.convert(json.loads(DEBUG), Understandings).results
    assert unlock.action(Entity("lock.front_door", "x")) == Action("lock.front_door", "unlock")
    assert list(unlock.targets) == ["lock.front_door"]
    assert nothing is None
    assert not unknown.match
    assert question.asks
    assert not unlock.asks
    assert trigger.match
    assert trigger.action(Entity("light.x", "x")) is None
    assert not custom.asks


def understood(intent, source="builtin", **slots):
    told = {"results": [{"match": True, "intent": {"name": intent}, "slots": slots, "source": source}]}
    return msgspec.convert(told, Understandings).results[0]


def action(id_, intent, source="builtin", **slots):
    return understood(intent, source, **slots).action(Entity(id_, "x"))


def test_only_home_assistants_own_questions_change_nothing():
    assert understood("HassGetState").asks
    assert understood("HassClimateGetTemperature").asks
    assert not understood("HassGetState", "custom").asks
    assert not understood("HassGetState", "").asks
    assert not understood("HassGetEverythingReady").asks
    assert not understood("HassTurnOn").asks


def test_only_home_assistants_own_intents_are_actions():
    assert action("cover.x", "HassTurnOn").service == "open_cover"
    assert action("light.x", "HassTurnOff").service == "turn_off"
    assert action("light.x", "HassLightSet", brightness=40).values == {"brightness_pct": 40}
    assert action("light.x", "HassLightSet", color="red").values == {"color_name": "red"}
    assert action("valve.x", "HassSetPosition", position=3).service == "set_valve_position"
    assert action("climate.x", "HassClimateSetTemperature", temperature=21.5).values == {"temperature": 21.5}
    assert action("vacuum.x", "HassVacuumStart").service == "start"
    assert action("light.x", "HassTurnOn", "custom") is None
    assert action("light.x", "HassTurnOn", "trigger") is None


@pytest.mark.parametrize(
    ("id_", "intent", "slots"),
    [
        ("light.x", "HassLightSet", {"temperature": [1]}),
        ("light.x", "HassLightSet", {"brightness": "bright"}),
        ("light.x", "HassLightSet", {"brightness": 10**400}),
        ("light.x", "HassToggle", {}),
        ("automation.x", "HassTurnOn", {}),
        ("cover.x", "HassSetPosition", {}),
        ("light.x", "VoicedPlayerMute", {}),
    ],
)
def test_what_cannot_be_told_is_no_action(id_, intent, slots):
    assert action(id_, intent, **slots) is None


def test_what_assist_answers():
    error = {"response_type": "error", "speech": {"plain": {"speech": "No"}}, "data": {"code": "no_valid_targets"}}
    answer = msgspec.convert({"response": error, "conversation_id": "x"}, Answer)
    assert (answer.text, answer.understood, answer.failed) == ("No", False, True)
    error["data"]["code"] = "failed_to_handle"
    answer = msgspec.convert({"response": error}, Answer)
    assert (answer.understood, answer.failed) == (True, True)
