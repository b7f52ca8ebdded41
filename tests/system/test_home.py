"""A real daemon and a real broker, which comes late."""

import asyncio
import json

import msgspec

from tests.fakes.home import FakeHome
from tests.rigs.awaiting import until
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
