"""Those who watch the daemon, wired to it: metrics, traces, the log, the recorder, a light and a button."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from litestar.handlers import HTTPRouteHandler

from voiced.assistant import Voiced
from voiced.children import Engines
from voiced.control.diary import Diary
from voiced.control.metrics import Metrics
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.config_watching import traces_wanted
from voiced.core.extras import install
from voiced.store.db import Database

if TYPE_CHECKING:
    from voiced.control.gpio import Gpio
    from voiced.control.traces import Traces
    from voiced.recorder import Recorder

log = logging.getLogger(__name__)

SETTLE_S = 0.5
"""For so long the end waits for a turn that is being recorded: all of it has two seconds."""


class Observers:
    """All of them.

    Args:
        config: the configuration.
        voiced: who is watched.
        parts: the child processes.
        database: where it keeps things.

    Attributes:
        routes: where they are asked.
    """

    def __init__(self, config: Config, voiced: Voiced, parts: Engines, database: Database) -> None:
        self._metrics = Metrics(voiced)
        self.routes: list[HTTPRouteHandler] = self._metrics.routes
        database.timed = self._metrics.committed
        Diary(voiced.bus)
        self._traces = _traces(config, voiced.bus)
        self._recorder = _recorder(config, voiced, parts)
        self._gpio = _gpio(config, voiced)

    async def run(self) -> None:
        """Watches until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._metrics.run(), name="metrics")
                if self._recorder:
                    tasks.create_task(self._recorder.run(), name="recorder")
                if self._gpio:
                    tasks.create_task(self._gpio.run(), name="gpio")
        finally:
            if self._recorder:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SETTLE_S):
                        await self._recorder.settled()
            if self._traces:
                self._traces.close()


def _traces(config: Config, bus: Bus) -> "Traces | None":
    """Makes traces where somebody wants them: a daemon that cannot trace answers all the same, and says so."""
    if not traces_wanted(config.traces):
        return None
    try:
        from voiced.control.traces import Traces  # noqa: PLC0415 (who wants none does not load it)
    except ImportError:
        log.error("there are no traces: their packages are not installed. Run %s", install("traces"))  # noqa: TRY400
        return None
    return Traces(config.traces, bus)


def _recorder(config: Config, voiced: Voiced, parts: Engines) -> "Recorder | None":
    """Makes it where it is wanted. Beside a locked file nothing is recorded in clear: the owner chose the lock."""
    if not config.recorder.enabled:
        return None
    if config.store.encryption != "off":
        log.error("no turn is recorded: what is kept is encrypted, and recordings would not be")
        return None
    from voiced.recorder import Recorder  # noqa: PLC0415 (who records nothing does not load it)

    return Recorder(config, voiced, parts)


def _gpio(config: Config, voiced: Voiced) -> "Gpio | None":
    """Makes it where there are pins: a daemon without its light answers all the same, and says so."""
    if not (config.gpio.led or config.gpio.button):
        return None
    try:
        from voiced.control.gpio import Gpio  # noqa: PLC0415 (who has no pins does not load it)
    except ImportError:
        log.error("there is no light and no button: their packages are not installed. Run %s", install("gpio"))  # noqa: TRY400
        return None
    try:
        return Gpio(config.gpio, voiced)
    except Exception as error:  # noqa: BLE001 (the boundary to libraries of pins, which raise what they like)
        log.error("there is no light and no button: %s: %s", type(error).__name__, error)  # noqa: TRY400
        return None
