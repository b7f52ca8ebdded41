"""Home Assistant, over its WebSocket: what is exposed to Assist there, what is done to it, and Assist itself."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import ValidationError
from websockets.exceptions import WebSocketException

from voiced.core.config_home import HomeConfig
from voiced.core.errors import ConfigInvalid, HomeFailed, HomeUnreachable, InputInvalid, translate
from voiced.core.home import Action, Entity, Receipt
from voiced.core.ports.clock import Clock
from voiced.core.status import ConnectionStatus
from voiced.core.tasks import together
from voiced.home.compressed import StatesEvent
from voiced.home.losses import Losses
from voiced.home.observed import Observed, act
from voiced.home.pauses import Pauses
from voiced.home.registry import Area, DeviceRow, EntityRow, Exposed, Floor, Registry
from voiced.home.told import STATE_LIMIT, Unreadable, usable
from voiced.home.websocket import WebSocket, opened

CHANGES = ("area_registry_updated", "floor_registry_updated", "device_registry_updated", "entity_registry_updated")
LULL_S = 0.5
"""Changes of registries come in bursts: so long after one they are read anew."""


class HomeAssistant:
    """Implements `Home`.

    Args:
        config: where it is, what is risky, and when it is too late.
        clock: for the pauses between attempts, and to tell when it is too late.
        chance: for the pauses, 0 to 1.
    """

    def __init__(self, config: HomeConfig, clock: Clock, chance: Callable[[], float] = random.random) -> None:
        self._config, self._clock, self._pauses = config, clock, Pauses(chance)
        self._registry = Registry((), {}, (), (), (), config.risky)
        self._socket: WebSocket | None = None
        self._problem: HomeFailed = HomeUnreachable("Home Assistant is not reached yet")
        self._connects, self._unreadable = 0, Unreadable()
        self._losses = Losses(f"Home Assistant at {config.assistant.url}", clock)
        self.observed = Observed()

    @property
    def status(self) -> ConnectionStatus:
        """How the connection is."""
        problem = None if self._socket else self._problem
        return ConnectionStatus(
            kind="home_assistant",
            address=self._config.assistant.url,
            connected=problem is None,
            connects=self._connects,
            unreadable=self._unreadable.count,
            problem=problem.message if problem else "",
            hint=problem.hint if problem else "",
        )

    @property
    def socket(self) -> WebSocket:
        """The connection.

        Raises:
            HomeUnreachable: there is none.
        """
        if self._socket is None:
            raise HomeUnreachable(self._problem.message, hint=self._problem.hint)
        return self._socket

    def entities(self) -> Sequence[Entity]:
        """See `Home`."""
        return self.observed.all()

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        """See `Home`."""
        config = self._config
        return await act(actions, self.observed, self._send, self._clock, config.deadline_s, config.deadlines_s)

    async def _send(self, action: Action) -> None:
        await self.socket.ask(
            object,
            "call_service",
            domain=action.entity.partition(".")[0],
            service=action.service,
            service_data=action.values,
            target={"entity_id": action.entity},
        )

    async def run(self) -> None:
        """Keeps the connection, for ever."""
        while True:
            try:
                async with opened(self._config.assistant, self._unreadable) as socket:
                    await self._serve(socket)
            except HomeFailed as error:
                self._problem = error
            except (OSError, WebSocketException, TimeoutError, ValueError, InputInvalid, ConfigInvalid) as error:
                self._problem = HomeUnreachable(f"Home Assistant is not reached: {str(error) or 'it does not answer'}")
            self._losses.lost(self._problem.message)
            await self._clock.sleep(self._pauses.next())

    async def _serve(self, socket: WebSocket) -> None:
        """Reads, and keeps up with what there is, until one of the two fails."""
        try:
            await together(socket.read(), self._keep_up(socket))
        finally:
            self._socket = None
            self.observed.lose("unavailable")

    async def _keep_up(self, socket: WebSocket) -> None:
        changed = asyncio.Event()
        for kind in CHANGES:
            await socket.subscribe(lambda _: changed.set(), "subscribe_events", event_type=kind)
        while True:
            changed.clear()
            self._registry = await self._read(socket)
            self.observed.keep(self._registry.ids)
            if not self._socket:  # Before any state is told: whatever is observed can be acted on.
                self._socket, self._connects = socket, self._connects + 1
                self._pauses.reset()
                self._losses.connected()
            # Without any ids, Home Assistant would tell of everything.
            ids, subscription = sorted(self._registry.ids), None
            if ids:
                subscription = await socket.subscribe(self._told, "subscribe_entities", entity_ids=ids)
            await changed.wait()
            await self._clock.sleep(LULL_S)
            if subscription:
                await socket.unsubscribe(subscription)

    async def _read(self, socket: WebSocket) -> Registry:
        exposed = (await socket.ask(Exposed, "homeassistant/expose_entity/list")).ids()
        areas = await socket.ask(list[Area], "config/area_registry/list")
        floors = await socket.ask(list[Floor], "config/floor_registry/list")
        devices = await socket.ask(list[DeviceRow], "config/device_registry/list")
        rows = await socket.ask(dict[str, EntityRow | None], "config/entity_registry/get_entries", entity_ids=exposed)
        return Registry(exposed, rows, areas, floors, devices, self._config.risky)

    def _told(self, event: dict[str, Any]) -> None:
        with translate(ValidationError, to=InputInvalid, message="states are told in another form"):
            told = msgspec.convert(event, StatesEvent)
        for id_, state in told.a.items():
            self._observe(id_, state.s, state.a, fresh=False)  # Told at the beginning: it shows nothing of now.
        for id_ in told.c:
            if before := self.observed.get(id_):
                self._observe(id_, *told.changed(id_, (before.state, before.attributes)), fresh=True)
        self.observed.lose("unavailable", [id_ for id_ in told.r if self.observed.get(id_)])

    def _observe(self, id_: str, state: str, attributes: dict[str, Any], *, fresh: bool) -> None:
        if id_ in self._registry.ids:
            entity = self._registry.entity(id_, state[:STATE_LIMIT], usable(attributes))
            self.observed.put(entity, fresh=fresh)
