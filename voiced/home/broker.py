"""The one connection to an MQTT broker: it comes back by itself, with its subscriptions, and nobody waits for it."""

import asyncio
import hashlib
import logging
import random
import socket
import ssl
import uuid
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import aiomqtt
from aiomqtt import MqttCodeError, MqttError, ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from voiced.core import credentials
from voiced.core.config_home import MqttConfig
from voiced.core.errors import ConfigInvalid, HomeUnreachable, InputInvalid
from voiced.core.ports.broker import OFFLINE, ONLINE, BrokerMessage, Handler
from voiced.core.ports.clock import Clock
from voiced.core.status import ConnectionStatus
from voiced.core.tasks import ended, together
from voiced.home.losses import Losses
from voiced.home.observed import Unanswered
from voiced.home.pauses import Pauses
from voiced.home.told import Unreadable

log = logging.getLogger(__name__)

MACHINE_ID = Path("/etc/machine-id")
"""Source: https://www.freedesktop.org/software/systemd/man/latest/machine-id.html (which asks to hash it)"""
OUTBOX = 256
"""Messages that wait to be sent; the oldest go first."""
INBOX = 1024
"""Messages that came and were not looked at yet; more are left out."""
LARGEST = 1024 * 1024
"""Bytes of a message that a broker may send."""
CONNECT_S = 1.5
"""A broker that is not reached by then is not there. A thread waits for it, and whoever ends voiced for the thread."""
ANSWER_S = 3.0
"""A broker that has not taken a message by then is gone."""
EXPIRY_S = 10
"""The broker forgets a command that a device did not fetch after so long: nobody wants it then."""
REFUSES_5 = 132
"""The reason code of a broker that does not speak MQTT 5 (paho gives that of MQTT 3.1.1, which is 1, as this one)."""


class MqttBroker:
    """Implements `Broker`.

    Args:
        config: where it is, and who voiced is there.
        clock: for the pauses between attempts.
        chance: for the pauses, 0 to 1.
    """

    def __init__(self, config: MqttConfig, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._config, self._clock, self._pauses = config, clock, Pauses(chance)
        self._handlers: list[tuple[str, Handler]] = []
        self._watchers: list[Callable[[bool], None]] = []
        self._presence: str | None = None
        self._outbox: OrderedDict[str | int, BrokerMessage] = OrderedDict()
        self._numbers = count()
        self._more = asyncio.Event()
        self._client: aiomqtt.Client | None = None
        self._version = ProtocolVersion.V5
        self._problem = HomeUnreachable(f"the broker at {self._address} is not reached yet")
        self._connects, self._dropped, self._unreadable = 0, 0, Unreadable()
        self._losses = Losses(f"the broker at {self._address}", clock)

    @property
    def _port(self) -> int:
        return self._config.port or (8883 if self._config.tls else 1883)

    @property
    def _address(self) -> str:
        return f"{self._config.host}:{self._port}"

    @property
    def status(self) -> ConnectionStatus:
        """How the connection is."""
        problem = None if self._client else self._problem
        return ConnectionStatus(
            kind="mqtt",
            address=self._address,
            connected=problem is None,
            connects=self._connects,
            dropped=self._dropped,
            unreadable=self._unreadable.count,
            problem=problem.message if problem else "",
            hint=problem.hint if problem else "",
        )

    @property
    def name(self) -> str:
        """See `Broker`."""
        return self._config.client_id or _own_name()

    def subscribe(self, topics: Sequence[str], handler: Handler) -> None:
        """See `Broker`."""
        self._handlers += [(topic, handler) for topic in topics]

    def watch(self, connected: Callable[[bool], None]) -> None:
        """See `Broker`."""
        self._watchers.append(connected)

    def keep_presence(self, topic: str) -> None:
        """See `Broker`."""
        self._presence = topic

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """See `Broker`."""
        key = topic if retain else next(self._numbers)
        self._outbox[key] = BrokerMessage(topic, _bytes(payload), retain)
        self._outbox.move_to_end(key)
        if len(self._outbox) > OUTBOX:
            self._outbox.popitem(last=False)
            self._dropped += 1
        self._more.set()

    async def send(self, topic: str, payload: str | bytes) -> None:
        """See `Broker`."""
        client = self._client
        if client is None:
            raise HomeUnreachable(self._problem.message)
        properties = None
        if self._version is ProtocolVersion.V5:
            properties = Properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = EXPIRY_S
        try:
            await client.publish(topic, payload, qos=1, properties=properties)
        except MqttCodeError as error:
            raise HomeUnreachable(f"the broker at {self._address} is gone: {error}") from error
        except MqttError as error:
            raise Unanswered(f"the broker at {self._address} does not answer: {error}") from error

    async def run(self) -> None:
        """Keeps the connection, for ever."""
        keeping = asyncio.create_task(self._keep(), name="broker")
        try:
            await asyncio.wait({keeping})
            keeping.result()
        finally:
            await ended({keeping})  # aiomqtt may swallow a cancellation.

    async def _keep(self) -> None:
        while True:
            try:
                async with self._connection() as client:
                    await self._serve(client)
            except (MqttError, OSError, ValueError, ConfigInvalid) as error:
                self._lost(error)
            await self._clock.sleep(self._pauses.next())

    def _lost(self, error: Exception) -> None:
        reason = error.rc if isinstance(error, MqttCodeError) else None
        if self._version is ProtocolVersion.V5 and isinstance(reason, ReasonCode) and reason.value == REFUSES_5:
            self._version = ProtocolVersion.V311
        self._problem = HomeUnreachable(f"the broker at {self._address} is not reached: {error}")
        self._losses.lost(self._problem.message)

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[aiomqtt.Client]:
        config = self._config
        password, context = await asyncio.to_thread(_credentials, config)
        five, properties = self._version is ProtocolVersion.V5, None
        if five:
            properties = Properties(PacketTypes.CONNECT)
            properties.MaximumPacketSize = LARGEST
        client = _Client(
            config.host,
            self._port,
            username=config.username or None,
            password=password,
            identifier=self.name,
            protocol=self._version,
            clean_session=None if five else True,
            keepalive=config.keepalive_s,
            will=aiomqtt.Will(self._presence, OFFLINE, qos=1, retain=True) if self._presence else None,
            tls_context=context,
            timeout=ANSWER_S,
            max_queued_incoming_messages=INBOX,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            properties=properties,
            logger=log.getChild("mqtt"),
        )
        client.pending_calls_threshold = OUTBOX
        client._client.connect_timeout = CONNECT_S  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        async with client:
            yield client

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Reads and sends, until one of the two fails."""
        if self._handlers:
            await client.subscribe([(topic, 1) for topic in sorted({topic for topic, _ in self._handlers})])
        self._client, self._connects = client, self._connects + 1
        self._pauses.reset()
        self._losses.connected()
        self._tell(connected=True)
        if self._presence:
            self.publish(self._presence, ONLINE, retain=True)
        try:
            await together(self._read(client), self._pump(client))
        except asyncio.CancelledError:
            await self._leave(client)
            raise
        finally:
            self._client = None
            self._tell(connected=False)

    async def _leave(self, client: aiomqtt.Client) -> None:
        """A broker forgets the will of those who say that they go."""
        if self._presence:
            with suppress(MqttError):
                await client.publish(self._presence, OFFLINE, qos=1, retain=True)

    def _tell(self, *, connected: bool) -> None:
        for watcher in self._watchers:
            watcher(connected)

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            told = BrokerMessage(message.topic.value, message.payload, bool(message.retain))
            for topic, handler in self._handlers:
                if told.topic == topic:
                    with self._unreadable.guarding(topic):
                        if len(told.payload) > LARGEST:  # MQTT 3.1.1 cannot tell a broker how much is too much.
                            raise InputInvalid(f"it is too large: {len(told.payload)} bytes")
                        handler(told)

    async def _pump(self, client: aiomqtt.Client) -> None:
        """Sends what waits; what is sent leaves the box only when the broker has it."""
        while True:
            self._more.clear()
            for key, message in list(self._outbox.items()):
                await client.publish(message.topic, message.payload, qos=1, retain=message.retained)
                if self._outbox.get(key) is message:
                    del self._outbox[key]
            if not self._outbox:
                await self._more.wait()


class _Client(aiomqtt.Client):
    """Notices that a broker hangs up before it has let voiced in, where aiomqtt waits for its answer all the same."""

    def _on_disconnect(self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None) -> None:  # noqa: ANN401 (paho's)
        if not self._connected.done():
            self._connected.set_exception(MqttCodeError(reason_code, "it hung up"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)


def _credentials(config: MqttConfig) -> tuple[str | None, ssl.SSLContext | None]:
    """The password and whom to trust."""
    password = credentials.shown(config.password_file, "password") or None
    return password, credentials.trust(config.ca_file) if config.tls else None


def _own_name() -> str:
    """The same at each start, and another one on each machine: a broker knows by it who comes back."""
    try:
        machine = MACHINE_ID.read_bytes()
    except OSError:
        machine = b"%d" % uuid.getnode()
    return f"voiced_{hashlib.sha256(b'voiced' + machine).hexdigest()[:12]}"


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload
