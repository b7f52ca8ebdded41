"""Those who watch the daemon, wired to it: metrics, traces, the log."""

import logging
from typing import TYPE_CHECKING

from litestar.handlers import HTTPRouteHandler

from voiced.assistant import Voiced
from voiced.control.diary import Diary
from voiced.control.metrics import Metrics
from voiced.core.bus import Bus
from voiced.core.config import Config
from voiced.core.config_watching import traces_wanted
from voiced.core.extras import install
from voiced.store.db import Database

if TYPE_CHECKING:
    from voiced.control.traces import Traces

log = logging.getLogger(__name__)


class Observers:
    """All of them.

    Args:
        config: the configuration.
        voiced: who is watched.
        database: where it keeps things.

    Attributes:
        routes: where they are asked.
    """

    def __init__(self, config: Config, voiced: Voiced, database: Database) -> None:
        self._metrics = Metrics(voiced)
        self.routes: list[HTTPRouteHandler] = self._metrics.routes
        database.timed = self._metrics.committed
        Diary(voiced.bus)
        self._traces = _traces(config, voiced.bus)

    async def run(self) -> None:
        """Watches until it is cancelled."""
        try:
            await self._metrics.run()
        finally:
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
