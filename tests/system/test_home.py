"""A real daemon and a real broker, which comes late."""

import asyncio
import json

import msgspec

from tests.contract.test_broker import listening
from tests.contract.test_mqtt_device import AVAILABILITY, TOLD, kept, state
from tests.fakes.home import FakeHome
from tests.rigs.awaiting import until
from tests.rigs.box import Box
from tests.rigs.mosquitto import Mosquitto, described, things
from tests.system.test_daemon import running
from voiced.core.home import Entity

LAMP = Entity("light.lamp", "lamp", "hall", state="off", attributes={"brightness": 0})


def test_a_daemon_is_well_without_its_broker_and_finds_it_when_it_comes(tmp_path):
    server = Mosquitto(tmp_path)
    (tmp_path / "config.d").mkdir()
    device = msgspec.to_builtins(described(LAMP))
    home = {"mqtt": {"host": "127.0.0.1", "port": server.port, "client_id": "tested"}, "devices": {"lamp": device}}
    (tmp_path / "config.d" / "home.toml").write_text("\n".join(_toml("home", home)))
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    with running(tmp_path, environment) as daemon:
        status = daemon.status()["home"]
        assert [each["connected"] for each in status["connections"]] == [False]
        assert status["connections"][0]["problem"]
        unsent = daemon.call("home", "act", "light.lamp", "turn_on", check=False)
        assert (unsent.returncode, "not sent" in unsent.stdout) == (1, True)
        with server:
            asyncio.run(_acted(daemon, server.port))


def _device(port):
    mqtt = {"host": "127.0.0.1", "port": port, "client_id": "tested", "discovery": True}
    return "\n".join(_toml("home", {"mqtt": mqtt}))


def test_a_daemon_is_a_device_on_its_broker_until_it_ends(tmp_path):
    (tmp_path / "config.d").mkdir()

    async def steered(daemon, port):
        async with listening(port) as (told, client):
            await until(lambda: (AVAILABILITY, b"online") in told, "it is there")
            assert {topic for topic, _ in told} >= TOLD
            await asyncio.to_thread(daemon.call, "mute")
            await until(lambda: state(told)["muted"], "it is muted")
            await client.publish("voiced/tested/mute/set", "OFF", qos=1)
            await asyncio.to_thread(daemon.wait, lambda: not daemon.status()["muted"], "it is not")
            await asyncio.to_thread(daemon.call, "timer", "add", "1m")
            await until(lambda: state(told)["active_timers"] == 1, "a timer runs")

    with Mosquitto(tmp_path) as server:
        (tmp_path / "config.d" / "home.toml").write_text(_device(server.port))
        with running(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}) as daemon:
            asyncio.run(steered(daemon, server.port))
        assert asyncio.run(kept(server.port))[AVAILABILITY] == b"offline"


def test_a_daemon_that_is_killed_is_gone(tmp_path):
    (tmp_path / "broker").mkdir()
    (tmp_path / "home").mkdir()

    async def gone(port):
        async with listening(port, AVAILABILITY) as (told, _):
            await until(lambda: told and told[-1][1] == b"offline", "the broker says so")

    async def there(port):
        async with listening(port, AVAILABILITY) as (told, _):
            await until(lambda: (AVAILABILITY, b"online") in told, "it is there")

    with Mosquitto(tmp_path / "broker") as server:
        box = Box(tmp_path / "home")
        with (tmp_path / "home" / "config.toml").open("a") as config:
            config.write(_device(server.port))
        with box.daemon():
            asyncio.run(there(server.port))
        asyncio.run(gone(server.port))


async def _acted(daemon, port):
    truth = FakeHome(LAMP)
    async with things(port, truth):
        await asyncio.to_thread(daemon.wait, lambda: daemon.status()["home"]["unobserved"] == 0, "the lamp is known")
        told = await asyncio.to_thread(daemon.call, "home", "act", "light.lamp", "turn_on", "--json")
        assert json.loads(told.stdout)["outcome"] == "done"
        await until(lambda: truth.entity("light.lamp").state == "on", "the lamp is on")
        await asyncio.to_thread(
            daemon.wait,
            lambda: "lamp is off" in daemon.call("ask", "turn off the lamp").stdout.lower(),
            "it obeys words",
        )
        await until(lambda: truth.entity("light.lamp").state == "off", "the lamp is off")
        assert "off" in (await asyncio.to_thread(daemon.call, "ask", "is the lamp on")).stdout
        assert truth.entity("light.lamp").state == "off"


def _toml(name, table):
    """A table as TOML: its own settings first."""
    yield f"[{name}]"
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    yield from (f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items() if key not in tables)
    for key, value in tables.items():
        yield from _toml(f"{name}.{json.dumps(key)}", value)
