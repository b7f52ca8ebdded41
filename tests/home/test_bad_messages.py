"""Whatever a broker or Home Assistant sends, it ends nothing, and what is known of the home stays usable."""

import asyncio
import json
from contextlib import suppress

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import JumpingClock
from tests.fakes.home import FakeHome
from tests.home.households import INTENTS
from voiced.core.config_home import DeviceConfig, HomeConfig
from voiced.core.errors import HomeFailed, InputInvalid
from voiced.core.home import Action, Entity
from voiced.core.home_names import names_of
from voiced.core.ports.broker import BrokerMessage
from voiced.core.types import Understanding
from voiced.core.wire import Message, encode
from voiced.home.assistant import HomeAssistant
from voiced.home.devices import MqttDevices
from voiced.home.effects import ENDS, SHOWN, done, holds
from voiced.home.told import Unreadable
from voiced.home.websocket import WebSocket
from voiced.skills.home import HomeSkill
from voiced.turn.home_sentences import HomeSentences
from voiced.turn.rules import Rules

DOMAINS = ("light", "climate", "fan", "cover", "media_player", "number", "lock", "sensor", "scene", "script")
NAMES = ("brightness", "rgb_color", "color_temp_kelvin", "current_position", "temperature", "current_temperature",
         "target_temp_step", "humidity", "percentage", "percentage_step", "volume_level", "step", "last_triggered",
         "friendly_name", "device_class", "unit_of_measurement", "assumed_state", "effect")  # fmt: skip
"""Attributes that something is read from."""
HUGE = 10**399
NUMBERS = [HUGE, -HUGE, 1e308, -1e308, 5e-324, 0, -1, -5.5, True]
TEXTS = ["", "on", "off", "21.5", "1e999", "nan", "a\0b", "{name}", "x" * 300]
LISTS = [[], [0, -5, -5], [HUGE] * 3, [-1, 1e308, 0], ["a"]]
HOSTILE = st.sampled_from([None, {}, *NUMBERS, *TEXTS, *LISTS])
NO_JSON = st.sampled_from([float("inf"), float("nan"), "\ud800"])
"""What Python writes, and JSON has not: a message with it cannot be read."""
ANY = st.recursive(
    HOSTILE | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner),
    max_leaves=8,
)
WORDS = st.sampled_from(["on", "off", "heat", "open", "playing", "locked", "21.5"])
ATTRIBUTES = st.fixed_dictionaries(dict.fromkeys(NAMES, HOSTILE)) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(NAMES, HOSTILE | ANY)
)
STATE = st.builds(lambda state, attributes: attributes | {"state": state}, WORDS | ANY, ATTRIBUTES)
STRANGE = ANY | NO_JSON | st.fixed_dictionaries({"state": NO_JSON})
ACTIONS = [(service, {}) for service in ("turn_on", "turn_off", *ENDS)]
ACTIONS += [
    (service, {name: value})
    for service in ("turn_on", "set_value", "set_temperature")
    for name in SHOWN
    for value in (3, 21.5, "red")
]
QUESTIONS = (
    Understanding("HassGetState", {"question": "one"}),
    Understanding("HassGetState", {"question": "how_many", "state": "on"}),
    Understanding("HassClimateGetTemperature"),
    Understanding("HassLightSet", {"brightness_step": 10}),
    Understanding("VoicedPlayerVolumeRelative", {"volume_step": "up"}),
)


class KeptBroker:
    """Implements `Broker`, without one: what is subscribed to can be told by hand."""

    def __init__(self):
        self.handlers = {}

    def subscribe(self, topics, handler):
        self.handlers |= dict.fromkeys(topics, handler)

    def watch(self, connected):
        pass

    def publish(self, *_):
        raise AssertionError("nothing is asked")

    async def send(self, topic, payload):
        pass


def usable(entities, befores):
    """Whatever is known can be told to people and programs, and compared with whatever was wished."""
    msgspec.json.encode(entities)
    for after in entities:
        before = befores.get(after.id, after)
        for service, values in ACTIONS:
            action = Action(after.id, service, values)
            assert isinstance(holds(action, after), bool)
            assert isinstance(done(action, before, after), bool)
    for question in QUESTIONS:
        reply = asyncio.run(HomeSkill(FakeHome(*entities)).answer(question))
        reply.text.encode()
    names = names_of(entities)
    encode(Message("home", msgspec.to_builtins(names)))


def devices():
    told = {name: name for name in NAMES}
    config = {
        domain: DeviceConfig(domain=domain, name=domain, state_topics=[domain], state="state", attributes=told)
        for domain in DOMAINS
    }
    config["plain"] = DeviceConfig(domain="sensor", state_topics=["plain"], availability_topic="there")
    broker = KeptBroker()
    return MqttDevices(HomeConfig(devices=config), broker, JumpingClock()), broker.handlers


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*DOMAINS, "plain", "there"]),
            (STATE | STRANGE).map(json.dumps).map(str.encode) | st.binary(max_size=40),
            st.booleans(),
        ),
        max_size=4,
    )
)
def test_whatever_a_broker_sends(messages):
    home, handlers = devices()
    befores = {entity.id: entity for entity in home.entities()}
    for topic, payload, retained in messages:
        with suppress(InputInvalid):
            handlers[topic](BrokerMessage(topic, payload, retained))
    usable(home.entities(), befores)


ROW = st.fixed_dictionaries(
    {"entity_id": HOSTILE},
    optional=dict.fromkeys(("name", "original_name", "area_id", "device_id", "device_class", "hidden_by"), HOSTILE)
    | {"aliases": st.lists(HOSTILE, max_size=2) | HOSTILE},
)
IDS = [f"{domain}.x" for domain in DOMAINS]
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "a": st.dictionaries(st.sampled_from(IDS), st.fixed_dictionaries({"s": WORDS | ANY, "a": ATTRIBUTES})),
        "c": st.dictionaries(
            st.sampled_from(IDS),
            st.fixed_dictionaries(
                {"+": st.fixed_dictionaries({}, optional={"s": WORDS | ANY, "a": ATTRIBUTES})},
                optional={"-": st.fixed_dictionaries({"a": st.lists(st.sampled_from(NAMES))})},
            ),
        ),
        "r": st.lists(st.sampled_from(IDS), max_size=2),
    },
)
ANSWERS = {
    "homeassistant/expose_entity/list": STRANGE,
    "config/area_registry/list": st.lists(
        st.fixed_dictionaries({"area_id": st.just("den") | HOSTILE, "name": HOSTILE}) | ANY, max_size=2
    )
    | ANY,
    "config/floor_registry/list": st.lists(
        st.fixed_dictionaries({"floor_id": HOSTILE, "name": HOSTILE}) | ANY, max_size=2
    )
    | ANY,
    "config/device_registry/list": st.lists(
        st.fixed_dictionaries({"id": st.just("d") | HOSTILE}, optional={"area_id": HOSTILE}), max_size=2
    )
    | ANY,
    "config/entity_registry/get_entries": st.dictionaries(st.sampled_from(IDS), ROW | st.none()) | ANY,
}
GOOD = {
    "homeassistant/expose_entity/list": {"exposed_entities": {id_: {"conversation": True} for id_ in IDS}},
    "config/area_registry/list": [{"area_id": "den", "name": "Den"}],
    "config/floor_registry/list": [],
    "config/device_registry/list": [],
    "config/entity_registry/get_entries": {id_: {"entity_id": id_, "area_id": "den"} for id_ in IDS},
}


class KeptConnection:
    """A connection that answers each command by a table, at once."""

    def __init__(self, answers):
        self.answers = answers
        self.socket = WebSocket(self, Unreadable())

    async def send(self, text):
        command = json.loads(text)
        result = {"id": command["id"], "type": "result", "success": True, "result": self.answers[command["type"]]}
        try:
            self.socket.take(json.dumps(result))
        except InputInvalid:
            self.socket.take(json.dumps({**result, "result": None, "success": False}))


@settings(max_examples=300)
@given(
    st.just({}) | st.fixed_dictionaries({}, optional=ANSWERS),
    st.lists(EVENT | STRANGE | st.dictionaries(st.sampled_from("acr"), ANY), max_size=4),
)
def test_whatever_home_assistant_sends(answers, events):
    home = HomeAssistant(HomeConfig(), JumpingClock())
    socket = KeptConnection(GOOD | answers).socket

    async def read():
        with suppress(HomeFailed):
            home._registry = await home._read(socket)

    asyncio.run(read())
    socket._subscribers[1] = home._told
    for event in events:
        with suppress(InputInvalid):
            socket.take(json.dumps({"id": 1, "type": "event", "event": event}))
    usable(home.entities(), {})


@given(STRANGE.map(json.dumps) | st.text() | st.binary(max_size=20))
def test_whatever_else_comes_over_its_connection(text):
    socket = WebSocket(None, Unreadable())
    socket._subscribers[1] = lambda _: None
    with suppress(InputInvalid):
        socket.take(text)


def test_the_values_that_ended_the_daemon():
    home, handlers = devices()
    for attribute, value in (("brightness", HUGE), ("rgb_color", [0, -5, -5]), ("effect", {"a": [HUGE]})):
        handlers["light"](BrokerMessage("light", json.dumps({"state": "on", attribute: value}).encode()))
    [light] = [entity for entity in home.entities() if entity.domain == "light"]
    assert (light.state, light.attributes["brightness"], light.attributes["effect"]) == ("on", None, {"a": [None]})
    assert not holds(Action(light.id, "turn_on", {"color_name": "red"}), light)


def test_the_strangest_names_can_be_listened_for():
    long = ["\N{PILE OF POO}" * 50, '"' * 50]
    strange = ["{name}", "[a|b]", "(", "a\0b", "!!!", "<the>", " ", "$value", "{", "x" * 10_000, *long]
    strange += [f"{name} {number}" for name in long for number in range(500)]
    entities = [Entity(f"light.x{number}", name, name) for number, name in enumerate(strange)]
    names = names_of(entities)
    encode(Message("home", msgspec.to_builtins(names)))
    rules = Rules(INTENTS, "en")
    rules.hear(names)
    sentences = HomeSentences(INTENTS, "en", FakeHome(*entities))
    assert sentences.understand("turn on the kitchen") is None
    sentences.guess("turn on the kitchen")
    asyncio.run(HomeSkill(FakeHome(*entities)).answer(Understanding("HassTurnOn", {"name": "{name}"})))


def test_what_cannot_be_read_is_counted_and_told_of_once(caplog):
    unreadable = Unreadable()
    for place in ("lamp", "lamp", "door", "lamp"):
        with unreadable.guarding(place):
            raise ZeroDivisionError(place)
    assert unreadable.count == 4
    assert [record.args[0] for record in caplog.records] == ["lamp", "door"]
