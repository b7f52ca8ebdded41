"""Voiced as a device on a broker: what it is, how it is and what happens, as it is told there."""

import json
import re
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from voiced.control.mqtt_commands import COMMANDS
from voiced.control.mqtt_entities import (
    EVENTS,
    ORDERS,
    RETIRED,
    SETTABLE,
    STATES,
    Topics,
    discovery,
    node_of,
)
from voiced.control.mqtt_names import DEVICE, NAMES
from voiced.control.mqtt_states import Happenings, States, ailing, attributes
from voiced.core.announcing import DoNotDisturb
from voiced.core.attention import Attention
from voiced.core.config import Config
from voiced.core.events import (
    AnyEvent,
    ButtonPressed,
    Failed,
    Heard,
    Interrupted,
    NotUnderstood,
    PromiseCancelled,
    PromiseChanged,
    PromiseEvent,
    PromiseMade,
    PromiseMissed,
    PromiseRang,
    Routed,
    Speaking,
    Spoken,
    StateChanged,
    TurnEnded,
    Woke,
)
from voiced.core.status import (
    AudioStatus,
    ConnectionStatus,
    EngineStatus,
    HomeStatus,
    LoadStatus,
    MachineStatus,
    PromiseStatus,
    Status,
    StoreStatus,
)
from voiced.core.types import Timeline

TOPICS = Topics("homeassistant", "voiced_ab12")
PRIVATE = "mother's operation"
PLATFORMS = {"sensor", "binary_sensor", "switch", "number", "notify", "button", "text", "event"}
LONGEST_STATE = 255
"""Home Assistant's MAX_LENGTH_STATE_STATE."""


def configured(room="Kitchen", *, transcripts=False, **settings):
    home = {"room": room, "mqtt": {"transcripts": transcripts}}
    return convert({"home": home, **settings}, Config)


def told_of(config, model=""):
    return json.loads(discovery(TOPICS, config, model))


def components(**settings):
    """Of a box with a button, unless it is told otherwise."""
    settings = {"gpio": {"button": 27}, **settings}
    return told_of(configured(**settings))["components"]


def status(**changes):
    fields = {
        "version": "1",
        "pid": 1,
        "state": "idle",
        "muted": False,
        "volume": 70,
        "wake_words": [],
        "woke": 0,
        "near_misses": 0,
        "turns": 0,
        "failures": 0,
        "uptime_s": 100.0,
        "ear_turned_s": 0.0,
        "audio": AudioStatus(listening=True),
        "store": StoreStatus(),
        "engines": [],
        "promises": [],
    }
    return Status(**{**fields, **changes})


def timer(due, name=PRIVATE, kind="timer"):
    return PromiseStatus(f"{kind}1", kind, name, due, 1.0)


def states(now=1_000_000.0, **changes):
    return States().all(status(**changes), DoNotDisturb(on=False), now)


def happenings(*, transcripts):
    return Happenings(lambda text, privacy: transcripts and "password" not in text and privacy == "public")


@pytest.mark.parametrize("transcripts", [False, True])
def test_the_device_is_one_that_home_assistant_takes(transcripts):
    told = told_of(configured(transcripts=transcripts))
    assert told["device"]["identifiers"] == ["voiced_ab12"]
    assert (told["device"]["name"], told["device"]["suggested_area"]) == ("Kitchen voice", "Kitchen")
    assert told["origin"]["name"] == "voiced"
    assert told["availability"] == [{"topic": "voiced/voiced_ab12/availability"}]
    there = {key: each for key, each in told["components"].items() if set(each) != {"platform"}}
    assert len({each["unique_id"] for each in there.values()}) == len(there)
    for key, each in there.items():
        assert each["platform"] in PLATFORMS, key
        assert each["unique_id"] == f"voiced_ab12_{key}"
        for name, topic in each.items():
            if name.endswith("_topic"):
                assert topic.startswith("voiced/voiced_ab12/")
                assert not set(topic) & set("+#~")


def test_a_device_of_no_room_has_a_name_and_no_area():
    device = told_of(configured(room=""))["device"]
    assert device["name"] == "Voiced"
    assert "suggested_area" not in device


def test_questions_are_taken_only_with_transcripts():
    assert components()["ask"] == {"platform": "text"}
    assert components(transcripts=True)["ask"]["command_topic"] == "voiced/voiced_ab12/ask/set"


def test_who_is_configured_never_to_listen_for_an_answer_is_not_told_to_from_the_broker():
    assert components(dialogue={"follow_up_s": 0})["follow_up"] == {"platform": "switch"}
    assert components()["follow_up"]["command_topic"] == "voiced/voiced_ab12/follow_up/set"


def test_there_is_a_button_where_there_is_one():
    assert components(gpio={})["button"] == {"platform": "event"}
    button = components()["button"]
    assert button["state_topic"] == TOPICS.event("button")
    for press in button["event_types"]:
        told = happenings(transcripts=False).told(ButtonPressed(press, at=1.0))
        assert told == ("button", {"event_type": press})


def test_every_command_has_an_entity_and_every_entity_of_commands_its_command():
    commanded = {key for key, each in components(transcripts=True).items() if "command_topic" in each}
    assert commanded == set(COMMANDS) == {*ORDERS, *SETTABLE}


def test_every_state_that_is_shown_is_told():
    shown = {re.search(r"value_json\.(\w+)", each["value_template"])[1] for each in STATES.values()}
    assert shown == set(states())


def test_what_is_retired_is_not_used_for_something_else():
    assert not set(RETIRED) & {*STATES, *EVENTS, *ORDERS}


def test_every_entity_has_a_name_of_its_own_in_each_language_and_keeps_its_id():
    english = components(transcripts=True)
    for language, names in NAMES.items():
        told = told_of(configured("Küche", transcripts=True, language=language, gpio={"button": 27}), "Pie 5")
        assert told["device"]["name"] == names[DEVICE].format(room="Küche")
        assert told["device"]["model"] == "Pie 5"
        named = {key: each["name"] for key, each in told["components"].items()}
        assert set(names) - {DEVICE} == {key for key, name in named.items() if name}
        assert len(set(named.values())) == len(named)
        assert {key: {**each, "name": english[key]["name"]} for key, each in told["components"].items()} == english


@given(st.text())
def test_any_name_is_a_node(name):
    assert re.fullmatch("[a-zA-Z0-9_-]*", node_of(name))
    assert len(node_of(name)) == len(name)


def test_states():
    timers = [timer(2000.0), timer(1000.5), timer(None), timer(10.0, kind="alarm")]
    made = States()
    made.machine = MachineStatus(41.6, 12.4, None)
    made.take(Routed("rules", at=0.0, turn="t"))
    attention = Attention(follow_up=False, sensitivity=30)
    changed = status(promises=timers, muted=True, state="listening", attention=attention, load=LoadStatus(postponed=3))
    told = made.all(changed, DoNotDisturb(on=True), 1_000_000.0)
    assert told == {
        "satellite": "listening",
        "conversation": False,
        "muted": True,
        "volume": 70,
        "do_not_disturb": True,
        "wake_word": True,
        "follow_up": False,
        "sensitivity": 30,
        "next_timer": "1970-01-01T00:16:40+00:00",
        "active_timers": 3,
        "microphone_problem": False,
        "degraded": False,
        "uptime": "1970-01-12T13:45:00+00:00",
        "latency_p50": None,
        "latency_p95": None,
        "route": "rules",
        "model": None,
        "postponed": 3,
        "temperature": 42,
        "processor": 12,
        "memory": None,
    }


def test_a_conversation_is_what_somebody_began_and_lasts_as_long_as_its_turn():
    made = States()

    def goes_on(*events):
        for event in events:
            made.take(event)
        return made.all(status(), DoNotDisturb(on=False), 0.0)["conversation"]

    assert not goes_on(StateChanged("responding", at=0.0, turn="alarm"))
    assert goes_on(Woke("alexa", 0.9, at=1.0, turn="a"))
    assert goes_on(TurnEnded(Timeline(), at=1.0, turn="alarm"))
    assert not goes_on(TurnEnded(Timeline(), at=2.0, turn="a"))
    assert goes_on(Woke("", 1.0, at=2.1, turn="b"))
    # The wake word cuts a turn short, which ends then.
    assert goes_on(TurnEnded(Timeline(), at=3.0, turn="b"), Woke("alexa", 0.9, at=3.0, turn="c"))


def test_the_language_models_are_those_that_can_answer():
    engines = [
        EngineStatus("llm", "llama", "ready", 7, 0, model="qwen2.5-0.5b-instruct-q4_k_m.gguf"),
        EngineStatus("llm", "gpu-box", "remote", None, 0),
        EngineStatus("llm", "http://old-box:8080", "remote", None, 0, "it is gone"),
        EngineStatus("stt", "whisper", "ready", 8, 0, model="base.en.bin"),
    ]
    assert states(engines=engines)["model"] == "qwen2.5-0.5b-instruct-q4_k_m.gguf, gpu-box"
    assert states(engines=engines[2:])["model"] is None
    assert len(states(engines=[*engines[:2]] * 20)["model"]) == LONGEST_STATE


def test_since_when_it_runs_changes_only_where_the_clock_is_put_right():
    made = States()

    def told(now, uptime_s):
        return made.all(status(uptime_s=uptime_s), DoNotDisturb(on=False), now)["uptime"]

    first = told(1000.0, 100.0)
    assert told(1011.0, 110.3) == first
    assert told(500_000.0, 120.0) == "1970-01-06T18:51:20+00:00"


def test_the_latency_is_that_of_the_middle_one_of_the_turns_that_were_spoken():
    made = States()
    for first, endpoint in ((0.3, 0.1), (0.9, 0.1), (0.5, 0.1), (9.0, None), (None, 0.1)):
        made.take(TurnEnded(Timeline(endpoint=endpoint, first_audio=first), at=0.0))
    told = made.all(status(), DoNotDisturb(on=False), 0.0)
    assert (told["latency_p50"], told["latency_p95"]) == (500, 900)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, []),
        ({"audio": AudioStatus(listening=False, problem=PRIVATE)}, ["microphone"]),
        ({"store": StoreStatus(damage=PRIVATE)}, ["store"]),
        ({"engines": [EngineStatus("stt", "whisper", "waiting", None, 3, PRIVATE)]}, ["stt"]),
        (
            {"home": HomeStatus((ConnectionStatus("home_assistant", "x", connected=False, problem=PRIVATE),))},
            ["home_assistant"],
        ),
    ],
)
def test_what_does_not_work_is_told_by_its_name_alone(changes, parts):
    assert ailing(status(**changes)) == parts
    told = states(**changes)
    assert told["degraded"] == bool(parts)
    assert told["microphone_problem"] == ("microphone" in parts)


@given(
    st.lists(st.tuples(st.floats(0, 253_402_000_000) | st.none(), st.sampled_from(["timer", "alarm", "reminder"]))),
    st.floats(0, 253_402_000_000),
)
def test_states_are_short_and_tell_nothing_that_somebody_said(dues, now):
    promises = [timer(due, kind=kind) for due, kind in dues]
    audio = AudioStatus(listening=False, device=PRIVATE, problem=PRIVATE, hint=PRIVATE)
    changed = status(promises=promises, audio=audio, uptime_s=0.0)
    told = States().all(changed, DoNotDisturb(on=False), now)
    assert all(len(str(value)) <= LONGEST_STATE for value in told.values())
    assert PRIVATE not in msgspec.json.encode([told, attributes(changed)]).decode()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Woke("alexa", 0.9, at=1.0, turn="t"), {"event_type": "wake", "word": "alexa"}),
        (Heard("hello", 0.987, at=1.0, turn="t"), {"event_type": "stt", "confidence": 0.99, "text": "hello"}),
        (Heard("my password is x", 0.5, at=1.0, turn="t"), {"event_type": "stt", "confidence": 0.5}),
        (Spoken("hi", complete=True, at=1.0, turn="t"), {"event_type": "reply", "complete": True, "text": "hi"}),
        (
            NotUnderstood("nothing was said", at=1.0, turn="t"),
            {"event_type": "not_understood", "reason": "nothing was said"},
        ),
        (Interrupted("mqtt", at=1.0, turn="t"), {"event_type": "stopped", "by": "mqtt"}),
        (Failed("stt-failed", PRIVATE, PRIVATE, at=1.0, turn="t"), {"event_type": "error", "code": "stt-failed"}),
    ],
)
def test_turns(event, told):
    assert happenings(transcripts=True).told(event) == ("turn", {**told, "turn": "t"})
    told.pop("text", None)
    assert happenings(transcripts=False).told(event) == ("turn", {**told, "turn": "t"})


def test_an_answer_that_rests_on_something_private_is_not_told():
    made = happenings(transcripts=True)
    made.told(Speaking("hi", "personal", at=1.0))
    assert "text" not in made.told(Spoken("hi", complete=True, at=1.0))[1]
    made.told(Speaking("hi", "public", at=1.0))
    assert made.told(Spoken("hi", complete=True, at=1.0))[1]["text"] == "hi"


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (PromiseMade, "started"),
        (PromiseChanged, "updated"),
        (PromiseCancelled, "cancelled"),
        (PromiseRang, "finished"),
        (PromiseMissed, "finished"),
    ],
)
def test_timers(kind, word):
    told = happenings(transcripts=True).told(kind("p1", "timer", PRIVATE, 60.0, at=1.0))
    assert told == ("timer", {"event_type": word, "id": "p1", "due": "1970-01-01T00:01:00+00:00"})
    assert happenings(transcripts=True).told(kind("p1", "alarm", PRIVATE, 60.0, at=1.0)) is None


@pytest.mark.parametrize("kind", get_args(AnyEvent))
def test_no_event_tells_what_somebody_said(kind):
    given = {"text": PRIVATE, "name": PRIVATE, "message": PRIVATE, "hint": PRIVATE, "slots": {"name": PRIVATE}}
    own = {field.name for field in msgspec.structs.fields(kind)}
    filled = {
        "at": 1.0,
        "turn": "t",
        "word": "w",
        "score": 1.0,
        "threshold": 1.0,
        "confidence": 1.0,
        "tier": "rules",
        "complete": True,
        "timeline": Timeline(),
        "reason": "r",
        "by": "b",
        "code": "c",
        "device": "d",
        "seconds": 1.0,
        "stage": "s",
        "engine": "e",
        "muted": True,
        "volume": 1,
        "attention": Attention(),
        "press": "press",
        "state": "idle",
        "promise": "p",
        "kind": "timer",
        "due": None,
        "model": "m",
        "finish": "stop",
        "tokens_in": 1,
        "tokens_out": 1,
        **given,
    }
    event = kind(**{name: value for name, value in filled.items() if name in own})
    told = happenings(transcripts=False).told(event)
    if told is None:
        assert kind is Routed or not issubclass(kind, PromiseEvent)
        return
    key, payload = told
    assert payload["event_type"] in EVENTS[key]["event_types"]
    assert PRIVATE not in json.dumps(payload)
