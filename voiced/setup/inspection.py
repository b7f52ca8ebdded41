"""The doctor's look at the machine and the settings: gathers what there is, and lets each check judge it."""

import platform
import struct
import sys
import time
from collections.abc import Iterator
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path

from voiced.core import credentials
from voiced.core.config import Config, chain
from voiced.core.errors import ConfigInvalid, VoicedError
from voiced.core.machine import Hardware
from voiced.setup import facts
from voiced.setup.catalogue import catalogue
from voiced.setup.checks import engines, machine, service, sound
from voiced.setup.doctor import Finding, Health
from voiced.setup.hardware import look
from voiced.setup.models import ENGINES, in_use, path_of
from voiced.setup.places import SYSTEM_SOCKET, models_folder, socket_path, state_folder

DATABASE = "voiced.db"
BACKUPS = "backups"


def inspect(config: Config, file: Path | None, *, running: bool) -> Iterator[Finding]:
    """Looks at everything that needs no engine; a check that does not apply here finds nothing.

    Args:
        config: the configuration.
        file: the configuration file, beside which more of the catalogue may lie; None for the usual one.
        running: the daemon runs.
    """
    found = look(folder=state_folder(config))
    checks = (
        *_machine(config, file, found, running=running),
        *_service(config),
        *_sound(found),
        *_engines(config),
        *_home(config),
    )
    yield from (finding for finding in checks if finding is not None)


def missing(config: Config) -> list[Finding]:
    """What the configured engines and the home need and do not have: the daemon starts all the same, without them."""
    found = (*_engines(config), *_home(config))
    return [finding for finding in found if finding and finding.health is not Health.GOOD]


def _machine(config: Config, file: Path | None, found: Hardware, *, running: bool) -> Iterator[Finding | None]:
    bits = struct.calcsize("P") * 8
    yield machine.python(sys.version_info[:2], bits, platform.machine())
    yield machine.disk(found.disk)
    try:
        listed = catalogue(file)
    except ConfigInvalid as error:
        listed = {}
        yield Finding("catalogue", Health.BAD, error.message, error.hint)
    models_mb = sum(listed[name].ram_mb for name in in_use(config) if name in listed)
    yield machine.memory(found.memory, models_mb, running=running)
    yield machine.swap(found.memory)
    yield machine.temperature(found.heat)
    yield machine.power(found.heat)
    yield machine.speed_limit(found.processor)
    yield machine.clock(facts.clock(battery=found.battery_clock))
    yield machine.timezone(config.promises.timezone, facts.timezone())


def _service(config: Config) -> Iterator[Finding | None]:
    state = state_folder(config)
    folders = [facts.folder(state, "what is kept"), facts.folder(models_folder(config), "models")]
    yield service.folders(folders, facts.user_name())
    yield service.unit(facts.unit())
    yield service.daemons(facts.listening([SYSTEM_SOCKET, socket_path(config)]))
    yield service.network(config.http)
    yield service.others(config.wyoming)
    ages = (_age(path) for path in (state / BACKUPS).glob("voiced-*.db"))
    newest = min((age for age in ages if age is not None), default=None)
    yield service.backups(service.Backups(config.store.backup_hours, _age(state / DATABASE), newest))


def _sound(found: Hardware) -> Iterator[Finding | None]:
    heard = facts.sound(found.cards)
    yield sound.cards(heard)
    yield sound.access(heard)
    yield sound.busy(heard)


def _engines(config: Config) -> Iterator[Finding | None]:
    for engine, needs in ENGINES.items():
        section = getattr(config.engines, needs.stage)
        if engine not in chain(section.engine):
            continue
        if not section.python:  # Another interpreter has packages of its own.
            yield engines.package(engine, needs.extra, installed=find_spec(needs.module) is not None)
        name = getattr(config.engines, engine).model
        yield engines.model(engine, name, _problem(config, engine, name))
    wanted = "espeak" in chain(config.engines.tts.engine)
    yield engines.espeak(wanted=wanted, installed=find_library("espeak-ng") is not None)


def _home(config: Config) -> Iterator[Finding]:
    mqtt, assistant = config.home.mqtt, config.home.assistant
    for what, file in (("password", mqtt.password_file), ("token", assistant.token_file)):
        try:
            credentials.shown(file, what)
        except ConfigInvalid as error:
            yield Finding("home", Health.BAD, error.message, error.hint)
    for file in filter(None, (mqtt.ca_file, assistant.ca_file)):
        try:
            credentials.trust(file)
        except ConfigInvalid as error:
            yield Finding("home", Health.BAD, error.message, error.hint)


def _problem(config: Config, engine: str, model: str) -> VoicedError | None:
    try:
        path_of(config, engine, model)
    except VoicedError as error:
        return error
    return None


def _age(path: Path) -> float | None:
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None
