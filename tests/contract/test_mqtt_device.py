"""Voiced as a device on a real broker: it is there when it is, gone when it is gone, and does what it is told."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from tests.contract.test_broker import HastyClock, connected, listening, running
from tests.fakes.agent import ScriptedAgent
from tests.rigs.awaiting import until
from tests.rigs.mosquitto import Mosquitto
from tests.rigs.proxy import Proxy
from voiced.control.mqtt import MqttDevice, withdraw
from voiced.control.mqtt_commands import COMMANDS
from voiced.core.config import Config
from voiced.core.config_home import HomeConfig, MqttConfig
from voiced.core.config_watching import GpioConfig
from voiced.core.events import Heard, PromiseMade
from voiced.core.status import MachineStatus
from voiced.home.broker import MqttBroker

DEVICE = "homeassistant/device/tested/config"
BASE = "voiced/tested"
AVAILABILITY, STATE = f"{BASE}/availability", f"{BASE}/state"
TOLD = {DEVICE, AVAILABILITY, STATE, f"{BASE}/attr/active_timers", f"{BASE}/attr/degraded"}


class StandingClock(HastyClock):
    """A clock on which nobody's pause ends."""

    async def sleep(self, seconds):
        del seconds
        await asyncio.Event().wait()


class Box:
    """A device on a broker, the daemon that it is of, and the machine that it runs on."""

    name = "Pie 5"

    def __init__(self, port, clock=None, **settings):
        mqtt = MqttConfig(host="127.0.0.1", port=port, client_id="tested", discovery=True, **settings)
        self.agent, self.clock = ScriptedAgent(), clock or HastyClock()
        self.broker = MqttBroker(mqtt, HastyClock())
        config = Config(home=HomeConfig(room="Kitchen", mqtt=mqtt), gpio=GpioConfig(button=27))
        self.device = MqttDevice(config, self.agent, self.broker, self.clock, self, lambda: 0.5)

    def status(self):
        return MachineStatus(41.3, 12.6, None)

    @asynccontextmanager
    async def there(self):
        async with running(self.device), running(self.broker):
            await connected(self.broker)
            yield self


async def kept(port):
    """What the broker keeps of it, once it keeps all."""
    async with listening(port) as (told, client):
        await client.publish("over", "", qos=1)
        await until(lambda: ("over", b"") in told, "all that is kept is told")
        return {topic: payload for topic, payload in told if topic != "over"}


def state(told):
    return next((json.loads(payload) for topic, payload in reversed(told) if topic == STATE), {})


def test_it_is_found_and_says_so_when_it_leaves(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with listening(server.port) as (told, _):
                async with Box(server.port).there():
                    await until(lambda: (AVAILABILITY, b"online") in told, "it is there")
                    assert {topic for topic, _ in told} == TOLD
                    assert told[-1][0] == AVAILABILITY, "all is told before it is there"
                    assert state(told)["satellite"] == "idle"
                await until(lambda: told[-1] == (AVAILABILITY, b"offline"), "it is gone")
            assert (await kept(server.port))[AVAILABILITY] == b"offline"

    asyncio.run(run())


def test_what_is_cut_off_is_gone_by_its_will(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with (
                Proxy(server.port) as proxy,
                listening(server.port, AVAILABILITY) as (told, _),
                Box(proxy.port, keepalive_s=1).there(),
            ):
                await until(lambda: (AVAILABILITY, b"online") in told, "it is there")
                proxy.swallow()
                await until(lambda: told[-1][1] == b"offline", "the broker has noticed")
                assert (await kept(server.port))[AVAILABILITY] == b"offline"
                proxy.restore()
                await until(lambda: told[-1][1] == b"online", "it is there again")

    asyncio.run(run())


def test_a_broker_that_was_killed_and_forgot_everything_is_told_everything(tmp_path):
    async def run():
        with Mosquitto(tmp_path, "allow_anonymous true\nautosave_interval 100000") as server:
            async with Box(server.port).there() as box:
                server.stop(kill=True)
                await until(lambda: not box.broker.status.connected, "it is noticed")
                server.start()
                async with listening(server.port) as (told, _):
                    await until(lambda: (AVAILABILITY, b"online") in told, "it is there again")
                    assert {topic for topic, _ in told} == TOLD

    asyncio.run(run())


def test_a_command_changes_the_state(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with Box(server.port).there() as box, listening(server.port) as (told, client):
                await client.publish(f"{BASE}/mute/set", "ON", qos=1)
                await until(lambda: state(told).get("muted"), "it is muted")
                await client.publish(f"{BASE}/volume/set", "20", qos=1)
                await until(lambda: state(told).get("volume") == 20, "it is soft")
                await client.publish(f"{BASE}/do_not_disturb/set", "ON", qos=1)
                await until(lambda: state(told).get("do_not_disturb"), "it does not disturb")
                await client.publish(f"{BASE}/wake_word/set", "OFF", qos=1)
                await until(lambda: state(told).get("wake_word") is False, "its wake word is off")
                assert (box.agent.muted, box.agent.volume) == (True, 20)
                noted = [(each.who, each.action, each.result) for each in box.agent.audit.all]
                assert noted == [("mqtt", key, "done") for key in ("mute", "volume", "do_not_disturb", "wake_word")]
                box.broker.publish("over", "")  # Behind all that is still to be told.
                await until(lambda: ("over", b"") in told, "all else is told")
                seen = len(told)
                await client.publish(f"{BASE}/volume/set", "20", qos=1)
                await until(lambda: len({topic for topic, _ in told[seen:]} & TOLD) > 1, "all is told again")
                assert next(topic for topic, _ in told[seen:] if topic in TOLD) == STATE, "what was set is told first"

    asyncio.run(run())


def test_what_a_command_has_set_is_told_at_once_however_much_else_changes(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            box = Box(server.port, StandingClock())
            async with box.there(), listening(server.port, STATE) as (told, client):
                for volume in (20, 30, 40):
                    await client.publish(f"{BASE}/volume/set", str(volume), qos=1)
                    await until(lambda volume=volume: state(told).get("volume") == volume, "it is told")

    asyncio.run(run())


def test_what_changes_without_an_event_is_told_soon(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with Box(server.port).there() as box, listening(server.port, STATE) as (told, _):
                await box.agent.set_do_not_disturb(1e12)
                await until(lambda: state(told).get("do_not_disturb"), "it is told")

    asyncio.run(run())


def test_garbage_changes_nothing(tmp_path):
    garbage = (b"", b"\xff\x00", b"\x00", b'{"a": 1}', b"9" * 10_000, b"NaN")

    async def run():
        with Mosquitto(tmp_path) as server:
            async with (
                Box(server.port, transcripts=True).there() as box,
                listening(server.port, STATE) as (told, client),
            ):
                before = (box.agent.muted, box.agent.volume, box.agent.disturbed_from)
                for key in set(COMMANDS) - {"announce", "ask"}:
                    for payload in garbage:
                        await client.publish(f"{BASE}/{key}/set", payload, qos=1)
                await client.publish("homeassistant/status", b"\xff", qos=1)
                await client.publish(f"{BASE}/mute/set", "ON", qos=1)
                await until(lambda: box.agent.muted, "it still obeys")
                assert box.broker.status.unreadable == len(garbage) * (len(COMMANDS) - 2)
                box.agent.muted = False
                assert (box.agent.muted, box.agent.volume, box.agent.disturbed_from) == before
                assert box.broker.status.connects == 1
                assert told

    asyncio.run(run())


def test_what_the_broker_kept_as_a_command_is_not_obeyed(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with aiomqtt.Client("127.0.0.1", server.port) as client:
                await client.publish(f"{BASE}/mute/set", "ON", qos=1, retain=True)
            async with Box(server.port).there() as box:
                await until(lambda: box.broker.status.unreadable, "it came")
                assert not box.agent.muted

    asyncio.run(run())


@pytest.mark.parametrize(("transcripts", "words"), [(False, []), (True, ["say hello"])])
def test_questions_and_transcripts_are_for_those_who_want_them(tmp_path, transcripts, words):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with (
                Box(server.port, transcripts=transcripts).there() as box,
                listening(server.port) as (told, client),
            ):
                await client.publish(f"{BASE}/ask/set", "say hello", qos=1)
                await client.publish(f"{BASE}/mute/set", "ON", qos=1)
                await until(lambda: box.agent.muted, "what came before was looked at")
                assert box.agent.said == words
                box.agent.bus.emit(Heard("what is new", 1.0, at=1.0, turn="t"))
                box.agent.bus.emit(PromiseMade("p", "timer", "eggs", 60.0, at=1.0))
                await until(lambda: f"{BASE}/event/timer" in {topic for topic, _ in told}, "both are told")
                turns = [json.loads(payload) for topic, payload in told if topic == f"{BASE}/event/turn"]
                assert [each.get("text") for each in turns] == (["what is new"] if transcripts else [None])
            assert set(await kept(server.port)) == TOLD, "events are never kept"

    asyncio.run(run())


def test_what_happens_while_nobody_hears_it_is_not_told_later(tmp_path):
    async def run():
        server = Mosquitto(tmp_path)
        box = Box(server.port)
        async with running(box.device), running(box.broker):
            await until(lambda: box.broker.status.problem, "it is not connected")
            box.agent.bus.emit(PromiseMade("early", "timer", "eggs", 60.0, at=1.0))
            with server:
                async with listening(server.port) as (told, _):
                    await connected(box.broker)
                    box.agent.bus.emit(PromiseMade("late", "timer", "eggs", 60.0, at=1.0))
                    await until(lambda: f"{BASE}/event/timer" in {topic for topic, _ in told}, "it is told")
                    timers = [json.loads(payload)["id"] for topic, payload in told if topic == f"{BASE}/event/timer"]
                    assert timers == ["late"]

    asyncio.run(run())


def test_home_assistant_that_comes_is_told_everything_after_a_while(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with Box(server.port).there() as box, listening(server.port) as (told, client):
                await until(lambda: (AVAILABILITY, b"online") in told, "it is there")
                seen = len(told)
                await client.publish("homeassistant/status", "offline", qos=0)
                await client.publish("homeassistant/status", "online", qos=0)
                await until(lambda: (AVAILABILITY, b"online") in told[seen:], "all is told")
                assert {topic for topic, _ in told[seen:]} == {*TOLD, "homeassistant/status"}
                assert 3.0 in box.clock.slept, "between one second and five"

    asyncio.run(run())


def test_a_device_that_is_not_wanted_any_more_is_taken_away(tmp_path):
    async def run():
        with Mosquitto(tmp_path) as server:
            async with listening(server.port) as (told, _), Box(server.port).there():
                await until(lambda: (AVAILABILITY, b"online") in told, "all is told")
            assert set(await kept(server.port)) == TOLD
            mqtt = MqttConfig(host="127.0.0.1", port=server.port, client_id="tested")
            broker = MqttBroker(mqtt, HastyClock())
            withdraw(mqtt, broker)
            async with listening(server.port, "#") as (told, _), running(broker):
                await until(lambda: {(topic, b"") for topic in TOLD} <= set(told), "all of it is taken away")
                await connected(broker)
            assert await kept(server.port) == {}

    asyncio.run(run())
