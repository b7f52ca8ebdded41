"""How long a receipt takes: from an action to the seen change, over a real broker with a device that answers at once.

    python bench/receipts.py [--times N]

The peer is aiomqtt alone: publish, and wait for the device's state. Both take turns on the same broker.
"""

import argparse
import asyncio
import json
import socket
import tempfile
import time
from pathlib import Path

import aiomqtt
from pairs import spread

from tests.rigs.awaiting import until
from tests.rigs.mosquitto import Mosquitto
from voiced.core.config_home import DeviceConfig, HomeConfig, MqttConfig
from voiced.core.home import Action
from voiced.core.ports.clock import SystemClock
from voiced.core.zone import LocalZone
from voiced.home.broker import MqttBroker
from voiced.home.devices import MqttDevices

AT_ONCE = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
LAMP = DeviceConfig(
    domain="light",
    command_topic="lamp/set",
    commands={"turn_on": "ON", "turn_off": "OFF"},
    state_topics=["lamp"],
)


async def device(port: int) -> None:
    """Does what it is told, and tells."""
    async with aiomqtt.Client("127.0.0.1", port, socket_options=AT_ONCE) as client:
        await client.publish("lamp", "OFF", qos=1, retain=True)
        await client.subscribe("lamp/set", qos=1)
        async for message in client.messages:
            await client.publish("lamp", message.payload, qos=0, retain=True)


async def bare(client: aiomqtt.Client, command: str) -> float:
    """Seconds of the peer."""
    while len(client.messages):  # What was told before.
        await anext(client.messages)
    began = time.perf_counter()
    await client.publish("lamp/set", command, qos=1)
    async for message in client.messages:
        if message.payload == command.encode():
            break
    return time.perf_counter() - began


async def measure(folder: Path, times: int) -> dict[str, object]:
    """Both, in turns."""
    receipts, peers, outcomes = [], [], set()
    with Mosquitto(folder) as server:
        config = MqttConfig(host="127.0.0.1", port=server.port, client_id="bench")
        clock = SystemClock(LocalZone())
        broker = MqttBroker(config, clock)
        home = MqttDevices(HomeConfig(devices={"lamp": LAMP}), broker, clock)
        tasks = [asyncio.create_task(broker.run()), asyncio.create_task(device(server.port))]
        await until(lambda: home.entities()[0].state == "off", "the lamp is known")
        async with aiomqtt.Client("127.0.0.1", server.port) as client:
            await client.subscribe("lamp", qos=1)
            for _ in range(times):
                began = time.perf_counter()
                [receipt] = await home.act([Action("light.lamp", "turn_on")])
                receipts.append(time.perf_counter() - began)
                outcomes.add(receipt.outcome)
                peers.append(await bare(client, "OFF"))
                await until(lambda: home.entities()[0].state == "off", "it is off again")
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return {"receipt_ms": spread(receipts, 1000), "peer_ms": spread(peers, 1000), "outcomes": sorted(outcomes)}


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=500)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), parser.parse_args().times))))


if __name__ == "__main__":
    main()
