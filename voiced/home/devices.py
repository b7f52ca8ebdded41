"""Devices of the configuration, over MQTT."""

from collections.abc import Sequence

from voiced.core.config_home import HomeConfig
from voiced.core.home import Action, Entity, Receipt
from voiced.core.ports.broker import Broker, BrokerMessage
from voiced.core.ports.clock import Clock
from voiced.home.device import Device, is_online
from voiced.home.observed import Observed, act


class MqttDevices:
    """Implements `Home`.

    Args:
        config: the devices, and when it is too late.
        broker: where they are.
        clock: tells when it is too late.
    """

    def __init__(self, config: HomeConfig, broker: Broker, clock: Clock) -> None:
        self._config, self._broker, self._clock = config, broker, clock
        self._observed = Observed()
        self._devices: dict[str, Device] = {}
        self._away = set[str]()
        for name, each in config.devices.items():
            self._add(Device(name, each, config.risky))
        broker.watch(self._connected)

    def _add(self, device: Device) -> None:
        id_, config = device.entity.id, device.config
        self._devices[id_] = device
        self._observed.put(device.entity)
        self._broker.subscribe(config.state_topics, lambda message: self._heard(id_, message))
        if config.availability_topic:
            self._broker.subscribe([config.availability_topic], lambda message: self._available(id_, message))

    def entities(self) -> Sequence[Entity]:
        """See `Home`."""
        return self._observed.all()

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """See `Home`."""
        config = self._config
        return await act(actions, self._observed, self._send, self._clock, config.deadline_s, config.deadlines_s)

    async def _send(self, action: Action) -> None:
        # All that is wrong with an action is found before anything of it is sent.
        for message in list(self._devices[action.entity].messages(action)):
            await self._broker.send(message.topic, message.payload)

    def _connected(self, connected: bool) -> None:  # noqa: FBT001 (the port's)
        """What was observed over a connection that is lost is not observed any more."""
        self._away.clear()
        self._observed.lose("unknown" if connected else "unavailable")
        for device in self._devices.values() if connected else ():
            self._ask(device)

    def _ask(self, device: Device) -> None:
        if topic := device.config.query_topic:
            self._broker.publish(topic, device.config.query_payload)

    def _heard(self, id_: str, message: BrokerMessage) -> None:
        if message.retained and id_ in self._away:
            return  # That is how it was before it went.
        before = self._observed.get(id_)
        if before and (after := self._devices[id_].heard(before, message.payload)):
            self._away.discard(id_)
            self._observed.put(after, fresh=not message.retained)

    def _available(self, id_: str, message: BrokerMessage) -> None:
        if not is_online(message.payload):
            self._away.add(id_)
            self._observed.lose("unavailable", [id_])
        elif id_ in self._away:
            self._away.remove(id_)
            self._observed.lose("unknown", [id_])
            self._ask(self._devices[id_])
