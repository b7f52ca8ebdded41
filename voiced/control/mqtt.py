"""Voiced as a device on a broker: Home Assistant finds it by itself, sees how it is, and steers it."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

import msgspec

from voiced.control.mqtt_commands import COMMANDS, Commands
from voiced.control.mqtt_entities import BIRTH, Topics, absent, discovery, node_of
from voiced.control.mqtt_states import Happenings, States, attributes
from voiced.core.config import Config
from voiced.core.config_home import MqttConfig
from voiced.core.errors import HomeFailed
from voiced.core.events import AnyEvent
from voiced.core.history import Privacy
from voiced.core.ports.agent import Agent
from voiced.core.ports.broker import ONLINE, Broker, BrokerMessage
from voiced.core.ports.clock import Clock
from voiced.core.privacy import allowed, most_private
from voiced.core.status import MachineStatus
from voiced.core.tasks import together

APART_S = 0.2
"""Between two states that are told: what changes faster is told together."""
LOOK_S = 5.0
"""What changes without an event is told after so long at the latest."""
MACHINE_S = 60.0
"""How the machine is, is looked at so seldom: a glance costs more than what it tells is worth."""
JITTER_S = (1.0, 5.0)
"""After Home Assistant has come, so that not all devices of a house tell it everything in the same moment."""


class Machine(Protocol):
    """The machine that voiced runs on."""

    @property
    def name(self) -> str:
        """What it is; empty: nobody knows."""
        ...

    def status(self) -> MachineStatus:
        """Looks at it; this reads files."""
        ...


class MqttDevice:
    """Tells all there is to tell after each connect, then what changes and what happens; does what it is told.

    Args:
        config: what may be told, and where.
        agent: the daemon.
        broker: the connection, which is not made yet.
        clock: the time.
        machine: that it runs on.
        chance: 0 to 1, by chance.
    """

    def __init__(
        self,
        config: Config,
        agent: Agent,
        broker: Broker,
        clock: Clock,
        machine: Machine,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._machine = machine
        self._config, self._agent, self._broker, self._clock, self._chance = config, agent, broker, clock, chance
        self._topics = topics_of(config.home.mqtt, broker)
        self._states, self._happenings = States(), Happenings(self._may_tell)
        self._connected = False
        self._told = dict[str, bytes]()
        self._changed, self._born = asyncio.Event(), asyncio.Event()
        self._commands = Commands(agent, self._tell_anew)
        self._follow()

    def _follow(self) -> None:
        self._agent.bus.watch(self._happened)
        self._broker.keep_presence(self._topics.availability)
        self._broker.watch(self._connects)
        self._broker.subscribe([BIRTH], self._birth)
        for key in COMMANDS.keys() - absent(self._config):
            self._broker.subscribe([self._topics.command(key)], partial(self._commands.take, key))

    async def run(self) -> None:
        """Tells, for ever."""
        try:
            await together(
                self._tell_states(), self._look(), self._look_at_machine(), self._tell_events(), self._welcome()
            )
        finally:
            await self._commands.close()

    def _happened(self, event: AnyEvent) -> None:
        self._states.take(event)
        self._changed.set()

    def _connects(self, connected: bool) -> None:  # noqa: FBT001 (the port's)
        self._connected = connected
        if connected:
            self._tell_all()

    def _birth(self, message: BrokerMessage) -> None:
        # What is retained came with the connection, after which all is told anyway.
        if message.payload == ONLINE.encode() and not message.retained:
            self._born.set()

    async def _welcome(self) -> None:
        """Home Assistant forgets what was not retained when it starts, and may have missed what was."""
        least, most = JITTER_S
        while True:
            await self._born.wait()
            await self._clock.sleep(least + (most - least) * self._chance())
            self._born.clear()
            if self._connected:
                self._tell_all()
                self._broker.publish(self._topics.availability, ONLINE, retain=True)

    def _tell_all(self) -> None:
        told = discovery(self._topics, self._config, self._machine.name)
        self._broker.publish(self._topics.device, told, retain=True)
        self._told.clear()
        self._tell_state()

    def _tell_anew(self) -> None:
        """Whoever set something sees at once what has become of it, also where that is what was before."""
        self._told.clear()
        if self._connected:
            self._tell_state()

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            self._changed.set()

    async def _look_at_machine(self) -> None:
        while True:
            self._states.machine = await asyncio.to_thread(self._machine.status)
            await self._clock.sleep(MACHINE_S)

    async def _tell_states(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._connected:
                self._tell_state()
            await self._clock.sleep(APART_S)

    def _tell_state(self) -> None:
        """Publishes what is not as it was told last."""
        status = self._agent.status()
        states = self._states.all(status, self._agent.do_not_disturb(), self._clock.wall())
        told = {self._topics.attributes(key): each for key, each in attributes(status).items()}
        for topic, each in {self._topics.state: states, **told}.items():  # In this order they are sent, one by one.
            payload = msgspec.json.encode(each)
            if self._told.get(topic) != payload:
                self._told[topic] = payload
                self._broker.publish(topic, payload, retain=True)

    async def _tell_events(self) -> None:
        """What happens is told now or never."""
        with self._agent.bus.subscribe() as subscription:
            async for event in subscription:
                if told := self._happenings.told(event):
                    key, payload = told
                    with suppress(HomeFailed):
                        await self._broker.send(self._topics.event(key), msgspec.json.encode(payload))

    def _may_tell(self, text: str, privacy: Privacy) -> bool:
        if not self._config.home.mqtt.transcripts:
            return False
        return allowed(self._config.privacy, most_private((privacy, self._agent.privacy_of(text))), "log")


def withdraw(config: MqttConfig, broker: Broker) -> None:
    """Takes the device away again that an earlier start left on the broker, if it did."""
    topics = topics_of(config, broker)

    def found(message: BrokerMessage) -> None:
        if message.retained and message.payload:
            for topic in topics.retained:
                broker.publish(topic, b"", retain=True)

    broker.subscribe([topics.device], found)


def topics_of(config: MqttConfig, broker: Broker) -> Topics:
    """Where voiced tells, and is told."""
    return Topics(config.discovery_prefix, node_of(broker.name))
