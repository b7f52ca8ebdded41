"""A real MQTT broker, which can be stopped and started again, and things that listen to it."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import aiomqtt
import pytest

from tests.fakes.home import FakeHome
from tests.rigs.background import until
from voiced.core.config_home import CommandConfig, DeviceConfig
from voiced.core.home import Action, Entity

COMMANDS = {
    "turn_on": (),
    "turn_off": (),
    "turn_on.brightness_pct": ("raw",),
    "lock": (),
    "unlock": (),
    "open_cover": (),
    "close_cover": (),
    "set_cover_position.position": ("position",),
}
"""What the scripted things can do, and the values that it takes; raw is a brightness up to 255."""


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mosquitto:
    """A broker on 127.0.0.1. A context manager.

    Args:
        folder: for its files; what is retained survives a stop.
        settings: more lines of its configuration.
    """

    def __init__(self, folder: Path, settings: str = "allow_anonymous true") -> None:
        program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            message = "there is no mosquitto to test with: apt install mosquitto"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
        self.port = free_port()
        self._file = folder / "mosquitto.conf"
        user = "user root\n" if os.geteuid() == 0 else ""
        places = f"persistence true\npersistence_location {folder}/\nlog_dest file {folder}/mosquitto.log\n"
        self._file.write_text(f"{user}{places}listener {self.port} 127.0.0.1\n{settings}\n")
        self._command = [program, "-c", str(self._file)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, "mosquitto listens")

    def stop(self, *, kill: bool = False) -> None:
        """Stops or kills it, and waits until it is gone."""
        if self._process:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


def described(entity: Entity) -> DeviceConfig:
    """What the configuration says about a scripted thing."""
    return DeviceConfig(
        domain=entity.domain,
        name=entity.name,
        area=entity.area,
        aliases=list(entity.aliases),
        kind=entity.kind,
        risky=entity.risky,
        command_topic=f"rig/command/{entity.id}",
        commands={
            name: CommandConfig(topic=f"rig/command/{entity.id}", payload=_command(name, values))
            for name, values in COMMANDS.items()
        },
        state_topics=[f"rig/state/{entity.id}"],
        state="state",
        attributes={"brightness": "brightness", "current_position": "current_position"},
    )


def _command(name: str, values: tuple[str, ...]) -> str:
    inner = ", ".join(f'"{value}": $value' for value in values)
    return f'{{"service": "{name.partition(".")[0]}", "values": {{{inner}}}}}'


class ScriptedThings:
    """Things on a broker, which do what a fake home says.

    Attributes:
        received: commands that came to the broker, whatever became of them.
    """

    def __init__(self, truth: FakeHome, client: aiomqtt.Client) -> None:
        self.received = 0
        self._truth, self._client = truth, client
        self._reports: asyncio.Queue[Entity] = asyncio.Queue()
        truth.changed = self._reports.put_nowait

    async def report(self, entity: Entity) -> None:
        """Tells the state of a thing, retained."""
        told = {"state": entity.state, **entity.attributes}
        await self._client.publish(f"rig/state/{entity.id}", json.dumps(told), qos=1, retain=True)

    async def listen(self) -> None:
        """Does what comes, for ever."""
        async for message in self._client.messages:
            told = json.loads(message.payload)
            values = {"brightness_pct": raw * 100 / 255} if (raw := told["values"].get("raw")) else told["values"]
            self._truth.arrive(Action(message.topic.value.rpartition("/")[2], told["service"], values))
            self.received += 1

    async def tell(self) -> None:
        """Reports what changes, for ever."""
        while True:
            await self.report(await self._reports.get())


@asynccontextmanager
async def things(port: int, truth: FakeHome) -> AsyncGenerator[ScriptedThings]:
    """Puts the things of a fake home on a broker."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        rig = ScriptedThings(truth, client)
        for entity in truth.entities():
            await rig.report(entity)
        await client.subscribe("rig/command/#", qos=1)
        tasks = [asyncio.create_task(rig.listen()), asyncio.create_task(rig.tell())]
        try:
            yield rig
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
