"""The real Home Assistant finds voiced on a real broker, shows how it is, and steers it."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.contract.test_broker import HastyClock, connected
from tests.contract.test_broker import running as kept_up
from tests.contract.test_mqtt_device import Box
from tests.rigs.awaiting import until
from tests.rigs.mosquitto import Mosquitto
from tests.rigs.real_home_assistant import running
from voiced import __version__
from voiced.control.mqtt import withdraw
from voiced.core.attention import Attention
from voiced.core.config_home import MqttConfig
from voiced.core.events import ButtonPressed, Failed, Heard, PromiseMade, StateChanged, Woke
from voiced.home.broker import MqttBroker

pytestmark = pytest.mark.timeout(300)
CLASSES = {
    "sensor.kitchen_voice": "enum",
    "binary_sensor.kitchen_voice_conversation": None,
    "switch.kitchen_voice_mute": None,
    "switch.kitchen_voice_wake_word": None,
    "switch.kitchen_voice_follow_up": None,
    "number.kitchen_voice_wake_word_sensitivity": None,
    "switch.kitchen_voice_do_not_disturb": None,
    "number.kitchen_voice_volume": None,
    "notify.kitchen_voice_announce": None,
    "button.kitchen_voice_stop": None,
    "button.kitchen_voice_listen": None,
    "button.kitchen_voice_restart_audio": "restart",
    "event.kitchen_voice_turn": None,
    "event.kitchen_voice_timer": None,
    "event.kitchen_voice_button": "button",
    "sensor.kitchen_voice_next_timer": "timestamp",
    "sensor.kitchen_voice_active_timers": None,
    "binary_sensor.kitchen_voice_microphone": "problem",
    "binary_sensor.kitchen_voice_degraded": "problem",
    "sensor.kitchen_voice_uptime": "timestamp",
    "sensor.kitchen_voice_latency": "duration",
    "sensor.kitchen_voice_last_answer_by": None,
    "sensor.kitchen_voice_language_model": None,
    "sensor.kitchen_voice_waiting": None,
    "sensor.kitchen_voice_temperature": "temperature",
    "button.kitchen_voice_forget_the_last_turn": None,
}
UNKNOWN = {
    *("notify.kitchen_voice_announce", "button.kitchen_voice_stop", "button.kitchen_voice_listen"),
    *("event.kitchen_voice_turn", "event.kitchen_voice_timer", "event.kitchen_voice_button"),
    *("sensor.kitchen_voice_next_timer", "sensor.kitchen_voice_latency", "sensor.kitchen_voice_last_answer_by"),
    *("button.kitchen_voice_forget_the_last_turn", "button.kitchen_voice_restart_audio"),
    "sensor.kitchen_voice_language_model",
}
"""What has no state before it is used or happens."""

OWN = "No device components to cleanup for tested"
"""What Home Assistant says of itself: it empties the topic of a device again for each entity that is switched off."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Mosquitto(tmp_path_factory.mktemp("broker")) as found:
        yield found


@pytest.fixture(scope="module")
def real(tmp_path_factory, server):
    with running(tmp_path_factory.mktemp("home_assistant"), server.port) as found:
        yield found


def ours(real):
    """The entities of voiced, and how they are."""
    return {each["id"]: each for each in real.dump()["states"] if "kitchen_voice" in each["id"]}


def devices(real):
    """The names of what voiced makes."""
    return {each["name"] for each in real.dump()["devices"] if each["manufacturer"] == "voiced"}


def state(real, entity):
    return ours(real).get(entity, {}).get("state")


async def ask(real, domain, service, entity, **data):
    target = {"entity_id": entity}
    await asyncio.to_thread(real.ask, "call_service", domain=domain, service=service, target=target, service_data=data)


@asynccontextmanager
async def found(real, server, **settings):
    async with Box(server.port, **settings).there() as box:
        await until(lambda: state(real, "sensor.kitchen_voice") == "idle", "it is found")
        yield box


def test_all_entities_are_there_as_what_they_are(real, server):
    async def run():
        async with found(real, server) as box:
            await box.agent.promises.start_timer(60, "eggs")
            await until(lambda: set(ours(real)) == set(CLASSES), "all are there")
            there = ours(real)
            assert {id_: each["attributes"].get("device_class") for id_, each in there.items()} == CLASSES
            assert {id_ for id_, each in there.items() if each["state"] == "unknown"} == UNKNOWN
            assert {each["name"] for each in real.dump()["devices"] if each["manufacturer"] == "voiced"} == {
                "Kitchen voice"
            }
            assert there["number.kitchen_voice_volume"]["state"] == "70"
            (device,) = (each for each in real.dump()["devices"] if each["manufacturer"] == "voiced")
            assert (device["model"], device["sw"]) == ("Pie 5", __version__)
        await until(lambda: state(real, "sensor.kitchen_voice") == "unavailable", "it is gone")

    asyncio.run(run())


def test_it_is_steered(real, server):
    async def run():
        async with found(real, server) as box:
            await ask(real, "switch", "turn_on", "switch.kitchen_voice_mute")
            await until(lambda: box.agent.muted, "it is muted")
            await until(lambda: state(real, "switch.kitchen_voice_mute") == "on", "it says so")
            await ask(real, "number", "set_value", "number.kitchen_voice_volume", value=35)
            await until(lambda: state(real, "number.kitchen_voice_volume") == "35", "it is soft")
            await ask(real, "switch", "turn_off", "switch.kitchen_voice_wake_word")
            await until(lambda: state(real, "switch.kitchen_voice_wake_word") == "off", "its wake word is off")
            await ask(real, "number", "set_value", "number.kitchen_voice_wake_word_sensitivity", value=30)
            await until(
                lambda: state(real, "number.kitchen_voice_wake_word_sensitivity") == "30", "it is less sensitive"
            )
            assert box.agent.attention == Attention(wake_word=False, sensitivity=30)
            await ask(real, "button", "press", "button.kitchen_voice_restart_audio")
            await until(lambda: box.agent.audio_restarts == 1, "the audio process is started anew")
            await ask(real, "notify", "send_message", "notify.kitchen_voice_announce", message="Dinner!")
            await until(lambda: box.agent.said == ["normal: Dinner!"], "it announces")
            await ask(real, "button", "press", "button.kitchen_voice_stop")
            await until(lambda: box.agent.said == ["mqtt"], "it stops")
            await ask(real, "switch", "turn_on", "switch.kitchen_voice_do_not_disturb")
            await until(lambda: state(real, "switch.kitchen_voice_do_not_disturb") == "on", "it does not disturb")

    asyncio.run(run())


def test_what_happens_is_seen(real, server):
    async def run():
        async with found(real, server) as box:
            box.agent.bus.emit(PromiseMade("p", "timer", "eggs", 60.0, at=1.0))
            box.agent.bus.emit(Woke("alexa", 0.9, at=1.0, turn="t"))
            box.agent.bus.emit(Heard("what is the time", 0.9, at=1.0, turn="t"))
            box.agent.bus.emit(StateChanged("processing", at=1.0))
            box.agent.bus.emit(ButtonPressed("long_press", at=1.0))

            def last(entity):
                return ours(real)[entity]["attributes"]

            await until(lambda: last("event.kitchen_voice_timer").get("event_type") == "started", "a timer")
            await until(lambda: last("event.kitchen_voice_turn").get("event_type") == "stt", "a turn")
            assert "text" not in last("event.kitchen_voice_turn")
            await until(lambda: state(real, "binary_sensor.kitchen_voice_conversation") == "on", "somebody talks")
            await until(lambda: last("event.kitchen_voice_button").get("event_type") == "long_press", "a button")

    asyncio.run(run())


def test_questions_come_and_go_with_transcripts_and_all_of_it_when_it_is_not_wanted(real, server):
    async def run():
        async with found(real, server, transcripts=True) as box:
            await until(lambda: "text.kitchen_voice_ask" in ours(real), "it can be asked")
            await ask(real, "text", "set_value", "text.kitchen_voice_ask", value="say hello")
            await until(lambda: box.agent.said == ["say hello"], "it answers")
        async with found(real, server):
            await until(lambda: "text.kitchen_voice_ask" not in ours(real), "it cannot be asked any more")
            assert set(ours(real)) == set(CLASSES)
        mqtt = MqttConfig(host="127.0.0.1", port=server.port, client_id="tested")
        broker = MqttBroker(mqtt, HastyClock())
        withdraw(mqtt, broker)
        async with kept_up(broker):
            await connected(broker)
            await until(lambda: not ours(real), "all is taken away")
            await until(lambda: not devices(real), "the device, too")

    asyncio.run(run())


def test_home_assistant_has_nothing_to_complain_about(real, server):
    async def run():
        async with found(real, server, transcripts=True) as box:
            box.agent.bus.emit(Failed("stt-failed", "it failed", "try again", at=1.0, turn="t"))
            await until(lambda: state(real, "event.kitchen_voice_turn") != "unknown", "a turn")

    asyncio.run(run())
    about = [line for line in real.log().splitlines() if "mqtt" in line.lower() or "voice" in line.lower()]
    assert [line for line in about if OWN not in line] == []


def test_all_is_there_again_after_the_broker_or_home_assistant_was_away(real, server):
    async def run():
        async with found(real, server) as box:
            await asyncio.to_thread(server.stop)
            await until(lambda: state(real, "sensor.kitchen_voice") == "unavailable", "Home Assistant has noticed")
            await asyncio.to_thread(server.start)
            await until(lambda: state(real, "sensor.kitchen_voice") == "idle", "it is there again")
            (real.folder / "home" / "config" / "dump.json").unlink()
            await asyncio.to_thread(real.restart)
            box.agent.set_volume(20)
            await until(lambda: state(real, "number.kitchen_voice_volume") == "20", "it goes on being told", 120)
            assert set(ours(real)) == set(CLASSES)
            assert "unavailable" not in {each["state"] for each in ours(real).values()}

    asyncio.run(run())
