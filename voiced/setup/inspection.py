"""The doctor's look at the machine and the settings: gathers what there is, and lets each check judge it."""

import platform
import struct
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from voiced.core.config import Config, chain
from voiced.core.errors import VoicedError
from voiced.setup import facts
from voiced.setup.catalogue import catalogue
from voiced.setup.checks import engines, machine, service, sound
from voiced.setup.doctor import Finding
from voiced.setup.hardware import Hardware, look
from voiced.setup.models import STAGES, path_of
from voiced.setup.packages import PACKAGES
from voiced.setup.places import SYSTEM_SOCKET, models_folder, socket_path, state_folder
from voiced.setup.reach import reach

ESPEAK = "libespeak-ng.so.1"
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
    )
    yield from (finding for finding in checks if finding is not None)


def _machine(config: Config, file: Path | None, found: Hardware, *, running: bool) -> Iterator[Finding | None]:
    bits = struct.calcsize("P") * 8
    yield machine.python(sys.version_info[:2], bits, platform.machine())
    yield machine.disk(found.disk)
    yield machine.memory(found.memory, _models_mb(config, file), running=running)
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
    ages = (_age(path) for path in (state / BACKUPS).glob("voiced-*.db"))
    newest = min((age for age in ages if age is not None), default=None)
    yield service.backups(service.Backups(config.store.backup_hours, _age(state / DATABASE), newest))


def _sound(found: Hardware) -> Iterator[Finding | None]:
    heard = facts.sound(found.cards)
    yield sound.cards(heard)
    yield sound.access(heard)
    yield sound.busy(heard)


def _engines(config: Config) -> Iterator[Finding | None]:
    for engine, stage in STAGES.items():
        section = getattr(config.engines, stage)
        if engine not in chain(section.engine):
            continue
        package = PACKAGES[engine]
        if not section.python:  # Another interpreter has packages of its own.
            yield engines.package(engine, package.extra, installed=find_spec(package.module) is not None)
        name = getattr(config.engines, engine).model
        yield engines.model(engine, name, _problem(config, engine, name))
    wanted = "espeak" in chain(config.engines.tts.engine)
    yield engines.espeak(wanted=wanted, installed=_loads(ESPEAK))
    for reached in reach(config):
        yield engines.remote(reached.name, reached.address, reached.problem)


def _problem(config: Config, engine: str, model: str) -> VoicedError | None:
    try:
        path_of(config, engine, model)
    except VoicedError as error:
        return error
    return None


def _models_mb(config: Config, file: Path | None) -> int:
    """Memory of the configured models, as far as the catalogue knows them."""
    listed = catalogue(file)
    names = [
        getattr(config.engines, engine).model
        for engine, stage in STAGES.items()
        if engine in chain(getattr(config.engines, stage).engine)
    ]
    return sum(listed[name].ram_mb for name in names if name in listed)


def _age(path: Path) -> float | None:
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None


def _loads(library: str) -> bool:
    import ctypes  # noqa: PLC0415 (only the doctor asks)

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
