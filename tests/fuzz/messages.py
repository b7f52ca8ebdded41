"""What comes over a wire: frames, events, and what a home says."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.fakes.agent import ScriptedAgent
from tests.fakes.clock import JumpingClock
from tests.fuzz.parser import Parser
from voiced.control.mqtt_commands import COMMANDS
from voiced.core.config_home import DeviceConfig, HomeConfig
from voiced.core.errors import SttFailed
from voiced.core.wire import Decoder, Message, encode, failure, revive
from voiced.engines.sse import Events
from voiced.home.assistant import HomeAssistant
from voiced.home.device import Device, is_online
from voiced.home.registry import EntityRow, Registry
from voiced.home.told import Unreadable
from voiced.home.websocket import WebSocket

SPLIT = 61
"""Bytes of a piece of a stream."""


def frames(_: Path) -> Parser:
    """The frames of the engines' children and of Wyoming's servers, satellites and clients, in pieces."""
    chunk = {"rate": 16_000, "width": 2, "channels": 1}
    corpus = [
        encode(Message("describe")) + encode(Message("ping", {"text": "there?"})),
        encode(Message("audio-start", chunk)) + encode(Message("audio-chunk", chunk, bytes(640), request=7)),
        encode(Message("transcript", {"text": "turn on the lamp", "context": {"conversation_id": "c"}})),
        encode(failure(SttFailed("it broke"), 3)),
        b'{"type":"synthesize","data_length":24,"payload_length":4}\n{"text":"a", "voice":{}}\0\0\0\0',
    ]

    def read(data: bytes) -> None:
        decoder = Decoder()
        for at in range(0, len(data), SPLIT):
            for message in decoder.feed(data[at : at + SPLIT]):
                if message.type == "error":
                    revive(message)
                encode(message)

    return Parser(corpus, read)


def events(_: Path) -> Parser:
    """The events of a server's answer."""
    told = b'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\ndata: [DONE]\n\n'

    def read(data: bytes) -> None:
        stream = Events()
        for at in range(0, len(data), SPLIT):
            stream.feed(data[at : at + SPLIT])

    return Parser([told, b": ping\r\ndata:a\r\ndata:b\r\n\r\n"], read)


def mqtt_commands(_: Path) -> Parser:
    """Commands over MQTT; the first byte says which."""
    agent, keys = ScriptedAgent(), sorted(COMMANDS)
    payloads = (b"ON", b"OFF", b"41.5", b"100", b"PRESS", "Das Essen ist für alle fertig".encode())

    def read(data: bytes) -> None:
        if data:
            COMMANDS[keys[data[0] % len(keys)]](agent, data[1:]).close()

    return Parser([bytes([number]) + payload for number in range(len(keys)) for payload in payloads], read)


def devices(_: Path) -> Parser:
    """States and availability of devices over MQTT."""
    configs = [
        DeviceConfig(domain="light", state="state", attributes={"brightness": "brightness", "mode": "color.mode"}),
        DeviceConfig(domain="sensor", unit="°C", state="temperature"),
        DeviceConfig(domain="switch"),
    ]
    made = [Device("lamp", config, ["lock"]) for config in configs]

    def read(data: bytes) -> None:
        for device in made:
            device.heard(device.entity, data)
        is_online(data)

    corpus = [b'{"state":"ON","brightness":254,"color":{"mode":"xy"}}', b'{"temperature":21.5}', b"online", b"OFF"]
    return Parser([*corpus, b'{"state":"online"}'], read)


class _Connection:
    """Nobody."""

    async def send(self, _: str) -> None:
        """It goes nowhere."""


def home_assistant(_: Path) -> Parser:
    """What Home Assistant says: results, events, and states as they change."""
    loop = asyncio.new_event_loop()
    home = HomeAssistant(HomeConfig(), JumpingClock())
    home._registry = Registry(["light.a"], {"light.a": EntityRow("light.a", name="Lamp")}, (), (), (), [])  # pyright: ignore[reportPrivateUsage]
    connection: Any = _Connection()

    async def one(data: bytes) -> None:
        socket = WebSocket(connection, Unreadable())
        subscribed = asyncio.create_task(socket.subscribe(home._told, "subscribe_entities"))  # pyright: ignore[reportPrivateUsage]
        rows = asyncio.create_task(socket.ask(dict[str, EntityRow | None], "config/entity_registry/get_entries"))
        await asyncio.sleep(0)
        try:
            socket.take(data)
            await asyncio.sleep(0)
            for task in (subscribed, rows):
                if task.done():
                    task.result()
        finally:
            for task in (subscribed, rows):
                task.cancel()
            await asyncio.wait({subscribed, rows})

    said: list[Any] = [
        {"id": 1, "type": "result", "success": True, "result": None},
        {"id": 2, "type": "result", "success": True, "result": {"light.a": {"entity_id": "light.a", "aliases": ["b"]}}},
        {"id": 2, "type": "result", "success": False, "error": {"code": "unauthorized", "message": "no"}},
        {"id": 1, "type": "event", "event": {"a": {"light.a": {"s": "on", "a": {"brightness": 12, "xy": [0.1, 2]}}}}},
        {"id": 1, "type": "event", "event": {"c": {"light.a": {"+": {"s": "off"}, "-": {"a": ["xy"]}}}}},
        {"id": 1, "type": "event", "event": {"r": ["light.a"]}},
    ]
    corpus = [json.dumps(each).encode() for each in said]
    return Parser(corpus, lambda data: loop.run_until_complete(one(data)), loop.close)
