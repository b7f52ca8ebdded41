"""A real broker, or the network before it, goes away and comes back: how long until all is as it was (R8)."""

import asyncio
import json
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import aiomqtt

from tests.faults.outcome import Outcome
from tests.rigs.awaiting import until
from tests.rigs.mosquitto import Mosquitto
from tests.rigs.proxy import Proxy
from voiced.core.config_home import DeviceConfig, HomeConfig, MqttConfig
from voiced.core.home import Action
from voiced.core.ports.clock import SystemClock
from voiced.core.zone import LocalZone
from voiced.home.broker import MqttBroker
from voiced.home.devices import MqttDevices

KINDS = ("stopped", "killed", "cut", "swallowed")
LONGEST_S = 2.0
BACK_S = 5.0
"""So long after it is there again, all works again."""
SENT_S = 0.1
"""Whoever only wants something to be published never waits."""
LAMP = DeviceConfig(
    domain="light",
    command_topic="lamp/set",
    commands={"turn_on": "ON"},
    state_topics=["lamp/state"],
    query_topic="lamp/get",
)


def run(seed: int, times: int) -> Outcome:
    """So many outages of one connection, each with its own kind and length."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_run(random.Random(seed), times, Path(folder), seed))


async def _run(chance: random.Random, times: int, folder: Path, seed: int) -> Outcome:
    outcome = Outcome(wrong={"slow": 0, "lost": 0, "waited": 0, "false done": 0})
    with Mosquitto(folder) as server:
        async with Proxy(server.port) as proxy:
            clock = SystemClock(LocalZone())
            config = MqttConfig(host="127.0.0.1", port=proxy.port, client_id="tested", keepalive_s=1)
            broker = MqttBroker(config, clock)
            home = MqttDevices(HomeConfig(devices={"lamp": LAMP}, deadline_s=0.5), broker, clock)
            running = asyncio.create_task(broker.run())
            try:
                await until(lambda: broker.status.connected, "it is connected")
                for number in range(times):
                    trial = _Trial(server, proxy, broker, home, outcome, f"seed {seed}, outage {number}")
                    await trial.run(chance.choice(KINDS), chance.uniform(0, LONGEST_S), str(number))
            finally:
                running.cancel()
                await asyncio.wait({running})
    return outcome


class _Trial:
    def __init__(
        self, server: Mosquitto, proxy: Proxy, broker: MqttBroker, home: MqttDevices, outcome: Outcome, name: str
    ) -> None:
        self._server, self._proxy, self._broker, self._home = server, proxy, broker, home
        self._outcome, self._name = outcome, name

    async def run(self, kind: str, seconds: float, state: str) -> None:
        self._name += f", {kind} for {seconds:.2f} s"
        await self._begin(kind)
        began = time.monotonic()
        self._broker.publish("tally", json.dumps({"outage": state}), retain=True)
        self._wrong("waited", time.monotonic() - began > SENT_S)
        [receipt] = await self._home.act([Action("light.lamp", "turn_on")])
        self._wrong("false done", receipt.outcome == "done")
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
        await self._end(kind)
        took = await self._back(state)
        self._wrong("slow", took > BACK_S)
        self._outcome.times += 1
        counted = f"{kind}: back in up to {0.5 * -(-took // 0.5):.1f} s"
        self._outcome.counted[counted] = self._outcome.counted.get(counted, 0) + 1

    async def _begin(self, kind: str) -> None:
        match kind:
            case "stopped" | "killed":
                await asyncio.to_thread(self._server.stop, kill=kind == "killed")
            case "cut":
                self._proxy.cut()
            case _:
                self._proxy.swallow()

    async def _end(self, kind: str) -> None:
        if kind in {"stopped", "killed"}:
            await asyncio.to_thread(self._server.start)
        else:
            self._proxy.restore()

    async def _back(self, state: str) -> float:
        """Until what a device tells is heard again, and what waited is told; in seconds."""
        began = time.monotonic()
        try:
            async with aiomqtt.Client("127.0.0.1", self._server.port) as device:
                await device.subscribe("tally", qos=1)
                await device.publish("lamp/state", state, qos=1, retain=True)
                async with asyncio.TaskGroup() as group:
                    heard = group.create_task(_tally(device, state))
                    await until(lambda: self._home.entities()[0].state == state, "the device is heard")
                    await until(heard.done, "what waited is told")
        except* (AssertionError, aiomqtt.MqttError) as error:
            self._wrong("lost", True, str(error.exceptions[0]))
        return time.monotonic() - began

    def _wrong(self, way: str, is_so: bool, what: str = "") -> None:  # noqa: FBT001 (the case)
        if is_so:
            self._outcome.wrong[way] += 1
            self._outcome.problems.append(f"{way}: {self._name} {what}")


async def _tally(device: aiomqtt.Client, state: str) -> None:
    async for message in device.messages:
        if json.loads(message.payload)["outage"] == state:
            return
