"""All of the home together: what the configuration names, and how it is."""

import asyncio
from typing import Protocol

from voiced.core.config_home import HomeConfig
from voiced.core.home import GONE
from voiced.core.ports.broker import Broker
from voiced.core.ports.clock import Clock
from voiced.core.ports.home import Assist, Home
from voiced.core.status import ConnectionStatus, HomeStatus
from voiced.home.homes import Homes


class _Connection(Protocol):
    @property
    def status(self) -> ConnectionStatus: ...

    async def run(self) -> None: ...


class House:
    """The home, which is empty where nothing is configured.

    Args:
        config: the `[home]` section.
        language: in which Assist is asked.
        clock: the time.

    Attributes:
        home: all that is in it.
        broker: the MQTT broker; None where there is none.
        assist: Home Assistant's own; None where there is none, or it is not to be asked.
    """

    def __init__(self, config: HomeConfig, language: str, clock: Clock) -> None:
        homes, self._connections = list[Home](), list[_Connection]()
        self.broker: Broker | None = None
        self.assist: Assist | None = None
        # Who has no home does not load what it takes to talk to one.
        if config.mqtt.host:
            from voiced.home.broker import MqttBroker  # noqa: PLC0415
            from voiced.home.devices import MqttDevices  # noqa: PLC0415

            self.broker = broker = MqttBroker(config.mqtt, clock)
            homes.append(MqttDevices(config, broker, clock))
            self._connections.append(broker)
        if config.assistant.url:
            from voiced.home.assist import HomeAssist  # noqa: PLC0415
            from voiced.home.assistant import HomeAssistant  # noqa: PLC0415

            assistant = HomeAssistant(config, clock)
            homes.append(assistant)
            self._connections.append(assistant)
            if config.assistant.assist:
                self.assist = HomeAssist(assistant, language, clock, config.deadline_s, config.deadlines_s)
        self.home: Home = Homes(homes)

    @property
    def there(self) -> bool:
        """Whether anything is configured."""
        return bool(self._connections)

    async def run(self) -> None:
        """Keeps all connections, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for each in self._connections:
                tasks.create_task(each.run())

    @property
    def status(self) -> HomeStatus:
        """How it is."""
        entities = self.home.entities()
        return HomeStatus(
            connections=tuple(each.status for each in self._connections),
            entities=len(entities),
            unobserved=sum(entity.state in GONE for entity in entities),
        )
