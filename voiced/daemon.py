"""The daemon: starts the children first, then loads the rest while they load, and runs until it is told to end."""

import asyncio
import logging
import os
import resource
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from setproctitle import setproctitle

from voiced.children import Engines, engines
from voiced.control.logs import set_up
from voiced.control.unixsocket import hold
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, StoreFailed, VoicedError
from voiced.core.memory import keep_small, share_memory
from voiced.core.ports.clock import Clock, SystemClock
from voiced.core.secret import Secret
from voiced.core.tasks import first
from voiced.core.zone import LocalZone
from voiced.engines.child import Child
from voiced.engines.soundcard import SoundCard
from voiced.service import Service
from voiced.setup.places import state_folder
from voiced.setup.secret import secret

if TYPE_CHECKING:
    from litestar import Litestar

    from voiced.assistant import Voiced
    from voiced.control.mqtt import MqttDevice
    from voiced.network import Network
    from voiced.store.db import Database

log = logging.getLogger("voiced.daemon")

FILES = 4_096

SPAWNING_S = 1.0
"""Children that are not spawned by then are late for a reason of their own."""


def main(arguments: list[str]) -> int:
    """Runs the daemon until SIGTERM or SIGINT; returns the exit code.

    Args:
        arguments: the configuration as JSON, the socket's path; then what the configuration was made from besides the
            usual places, to be read again at SIGHUP: the file that was named, or nothing, and flags.
    """
    config = msgspec.json.decode(arguments[0], type=Config)
    set_up(config.log)
    setproctitle("voiced")
    share_memory()
    _make_room()
    _, socket_path, file, *flags = arguments
    service = Service(config, Path(file) if file else None, flags)
    try:
        asyncio.run(_run(service, Path(socket_path), secret(config)))
    except asyncio.CancelledError:
        log.info("stopped")
    except VoicedError as error:
        return _complain(error, config)
    except BaseExceptionGroup as group:
        if isinstance(error := first(group), VoicedError):
            return _complain(error, config)
        raise error from group
    return 0


def _make_room() -> None:
    """Lets this process have more files open than the usual 1,024: connections are files, and have their own bounds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES and (hard >= FILES or hard == resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))


def _complain(error: VoicedError, config: Config) -> int:
    told = {"event": "error", "code": error.code, "message": error.message, "hint": error.hint}
    words = f"{error.code}: {error.message}\n{error.hint}"
    sys.stderr.write((msgspec.json.encode(told).decode() if config.log.format == "json" else words) + "\n")
    return os.EX_CONFIG if isinstance(error, ConfigInvalid) else 1


async def _run(service: Service, socket_path: Path, given: Secret | None) -> None:
    config = service.config
    with hold(socket_path) as listener:
        service.obey(socket_path)
        bus = Bus()
        card = SoundCard(config.audio, bus.emit)
        parts = engines(config)._replace(audio=[card.child])
        children = [child for child in parts.all if child is not card.child]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(card.start(insist=True))
                for child in children:
                    # A daemon without one of its engines still rings, and says what is missing.
                    tasks.create_task(child.start(insist=True))
                await _spawned(parts.all)
                await _assist(service, card, bus, parts, listener, given)
        finally:
            await asyncio.gather(card.close(), *(child.close() for child in children))


async def _spawned(children: Sequence[Child]) -> None:
    """Lets the children begin to load, before the daemon itself does and leaves no time to the event loop.

    One whose model lies on a disk that hangs is waited for by nobody.
    """
    until = time.monotonic() + SPAWNING_S
    while any(child.coming for child in children) and time.monotonic() < until:  # noqa: ASYNC110 (it takes a turn or two of the loop)
        await asyncio.sleep(0)


async def _assist(
    service: Service, card: SoundCard, bus: Bus, parts: Engines, listener: socket.socket, given: Secret | None
) -> None:
    from voiced.assistant import Voiced  # noqa: PLC0415 (loads while the children do)
    from voiced.box import OwnMachine  # noqa: PLC0415 (the same)
    from voiced.control.api import application  # noqa: PLC0415 (the same)
    from voiced.control.serving import HttpServer  # noqa: PLC0415 (the same)
    from voiced.observers import Observers  # noqa: PLC0415 (the same)
    from voiced.store.db import Database  # noqa: PLC0415 (the same)
    from voiced.store.upkeep import keep_backing_up, keep_expiring  # noqa: PLC0415 (the same)

    config, store, answers = service.config, service.config.store, asyncio.Event()
    database = Database(state_folder(config), patience_s=store.patience_s, check_s=store.check_s, secret=given)
    try:
        clock = SystemClock(LocalZone(config.promises.timezone))
        voiced = Voiced(config, card, clock, Activity(), bus, parts, database=database)
        machine = OwnMachine(lambda: service.config, voiced.classify, service.file, service.flags)
        device = _device(config, voiced, clock)
        observers = Observers(config, voiced, parts, database)
        interface = application(voiced, machine, *observers.routes)
        network = _network(service, voiced, interface)
        async with asyncio.TaskGroup() as tasks:
            if device:
                tasks.create_task(device.run(), name="device")
            tasks.create_task(_usable(database), name="store")
            tasks.create_task(keep_small(clock), name="memory")
            tasks.create_task(voiced.hear(), name="ear")
            tasks.create_task(keep_backing_up(voiced.upkeep, store.backup_hours, clock), name="backups")
            tasks.create_task(keep_expiring(voiced.upkeep, config.retention, clock), name="retention")
            tasks.create_task(HttpServer(interface).serve(listener, answers), name="control")
            tasks.create_task(service.live(voiced, parts, clock, answers), name="systemd")
            tasks.create_task(observers.run(), name="observers")
            if network:
                tasks.create_task(network.run(), name="network")
            if config.wyoming.listen:
                from voiced.hearing_others import serve_others  # noqa: PLC0415 (who serves nobody does not load it)

                tasks.create_task(serve_others(config, voiced), name="wyoming")
            if config.wyoming.satellite:
                from voiced.satellite import serve_satellite  # noqa: PLC0415 (the same)

                tasks.create_task(serve_satellite(config, voiced), name="satellite")
            # Turns end first: whoever waits on the socket for an answer is told, and the socket need not wait for them.
            async with voiced.running():
                await asyncio.Event().wait()
    finally:
        await database.close()


def _device(config: Config, voiced: "Voiced", clock: Clock) -> "MqttDevice | None":
    """What Home Assistant finds on the broker, where it is to find it there."""
    broker = voiced.house.broker
    if broker is None:
        return None
    from voiced.control.mqtt import MqttDevice, withdraw  # noqa: PLC0415 (who has no broker does not load it)
    from voiced.machine import Machine  # noqa: PLC0415 (the same)

    if config.home.mqtt.discovery:
        return MqttDevice(config, voiced, broker, clock, Machine())
    withdraw(config.home.mqtt, broker)
    return None


def _network(service: Service, voiced: "Voiced", interface: "Litestar") -> "Network | None":
    """The API for other machines, where they may use it."""
    if not service.config.http.listen:
        return None
    from voiced.network import Network  # noqa: PLC0415 (who serves nobody does not load it)

    network = Network(service.config.http, voiced, interface)
    service.renewals.append(network.renew)
    voiced.listeners += network.listeners
    return network


async def _usable(database: "Database") -> None:
    """A file of another program or a newer version ends the daemon; what may pass does not: it still answers."""
    try:
        await database.opened()
    except StoreFailed as error:
        if not error.retriable:
            raise
