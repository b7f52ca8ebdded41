"""What is sent to a device, and what its messages mean: the devices of docs/home.md, and worse ones."""

import json
import re
import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from voiced.core.config_home import CommandConfig, DeviceConfig
from voiced.core.errors import HomeFailed, InputInvalid
from voiced.core.home import Action
from voiced.home.device import Device, is_online

GUIDE = (ROOT / "docs" / "home.md").read_text("utf-8")
EXAMPLES = {
    name: msgspec.convert(device, DeviceConfig)
    for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    for name, device in tomllib.loads(block).get("home", {}).get("devices", {}).items()
}


def device(name):
    return Device(name, EXAMPLES[name], ())


def sent(name, service, **values):
    messages = device(name).messages(Action(f"x.{name}", service, values))
    return [(message.topic, message.payload) for message in messages]


def told(name, *payloads):
    made = device(name)
    entity = made.entity
    for payload in payloads:
        entity = made.heard(entity, payload.encode()) or entity
    return entity


def test_zigbee2mqtt():
    topic = "zigbee2mqtt/kitchen_light/set"
    assert sent("kitchen_light", "turn_on") == [(topic, '{"state": "ON"}')]
    assert sent("kitchen_light", "turn_on", brightness_pct=50) == [(topic, '{"brightness": 127}')]
    assert sent("kitchen_light", "turn_on", color_temp_kelvin=2700)[0][1] == '{"color_temp_kelvin": 2700}'
    entity = told("kitchen_light", '{"state": "ON", "brightness": 254, "linkquality": 120}')
    assert (entity.id, entity.state, entity.attributes["brightness"]) == ("light.kitchen_light", "on", 255)
    assert told("kitchen_light", '{"state": "ON"}', '{"brightness": 127}').state == "on"


def test_tasmota():
    assert sent("mirror", "turn_off") == [("cmnd/mirror/POWER", "OFF")]
    assert sent("mirror", "turn_on", brightness_pct=40) == [("cmnd/mirror/Dimmer", "40")]
    assert told("mirror", '{"POWER": "ON"}').state == "on"
    entity = told("mirror", '{"Dimmer": 40}')
    assert (entity.state, entity.attributes["brightness"]) == ("unknown", 102)


def test_esphome():
    assert sent("front_door", "unlock") == [("hall/lock/front_door/command", "UNLOCK")]
    assert told("front_door", "LOCKED", "UNLOCKING").state == "unlocking"


def made(**config):
    return Device("x", DeviceConfig(domain="switch", command_topic="c", **config), ())


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        ("ON", "on"),
        ("off ", "off"),
        ("LOCKED", "locked"),
        ("21.5", "21.5"),
        ("", "unknown"),
        ("ja", "on"),
        ("7", "off"),
    ],
)
def test_a_plain_state(payload, state):
    mine = made(states={"ja": "on", "7": "off"})
    assert mine.heard(mine.entity, payload.encode()).state == state


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        ('{"a": {"b": true}}', "on"),
        ('{"a": {"b": false}}', "off"),
        ('{"a": {"b": 3}}', "3"),
        ('{"a": {"b": null}}', "unknown"),
        ('{"a": {}}', None),
        ('{"a": 3}', None),
        ("", None),
    ],
)
def test_a_state_in_json(payload, state):
    mine = made(state="a.b")
    heard = mine.heard(mine.entity, payload.encode())
    assert (heard.state if heard else None) == state


@pytest.mark.parametrize("payload", ["ON", "[" * 100_000, '{"a": {"b": NaN}}', '{"a": {"b": "\\ud800"}}', "{"])
def test_what_has_to_be_json_and_is_not_is_no_state(payload):
    mine = made(state="a.b")
    with pytest.raises(InputInvalid):
        mine.heard(mine.entity, payload.encode())


def test_what_it_cannot_do_is_said_before_anything_is_sent():
    mine = made(commands={"turn_on": "ON"})
    for action in (Action("switch.x", "toggle"), Action("switch.x", "turn_on", {"brightness_pct": 3})):
        with pytest.raises(HomeFailed, match="cannot do"):
            list(mine.messages(action))


def payloads(action, **commands):
    mine = made(commands=commands)
    return [message.payload for message in mine.messages(action)]


def test_a_command_may_have_a_topic_of_its_own_and_signs_of_templates():
    mine = made(commands={"set_value.value": CommandConfig(topic="t", payload="$$ $value $other")})
    [message] = mine.messages(Action("switch.x", "set_value", {"value": 0.5}))
    assert (message.topic, message.payload) == ("t", "$ 0.5 $other")


def test_a_code_goes_along_where_it_is_taken_and_is_asked_for():
    template = '{"action": "unlock", "code": "$code"}'
    coded, plain = Action("switch.x", "unlock", {"code": '12"34'}), Action("switch.x", "unlock")
    assert payloads(coded, unlock=template) == ['{"action": "unlock", "code": "12\\"34"}']
    assert payloads(Action("switch.x", "unlock", {"code": 1234}), unlock="UNLOCK:${code}") == ["UNLOCK:1234"]
    assert payloads(plain, unlock="UNLOCK") == ["UNLOCK"]
    with pytest.raises(HomeFailed, match="x takes no code"):
        payloads(coded, unlock="UNLOCK")
    with pytest.raises(HomeFailed, match="x needs a code"):
        payloads(plain, unlock=template)


def test_how_something_is_done_goes_along_with_each_value():
    action = Action("switch.x", "turn_on", {"brightness_pct": 100, "transition": 2})
    commands = {"turn_on.brightness_pct": '{"brightness": $value, "transition": $transition}'}
    assert payloads(action, **commands) == ['{"brightness": 255, "transition": 2}']


@given(st.text() | st.integers(-1000, 1000) | st.booleans())
def test_what_stands_in_json_stays_a_value(value):
    inside = {"set_value.value": '{"a": "$value", "b": "\\"is \\" $value!", "c": $value}'}
    [payload] = payloads(Action("switch.x", "set_value", {"value": value}), **inside)
    text = value if isinstance(value, str) else json.dumps(value)
    assert json.loads(payload) == {"a": text, "b": f'"is " {text}!', "c": value}


@pytest.mark.parametrize(
    ("payload", "online"),
    [(b"online", True), (b"Online", True), (b"offline", False), (b'{"state":"online"}', True), (b'{"state":1}', False)],
)
def test_availability(payload, online):
    assert is_online(payload) == online
