"""When voiced is to be quiet: in certain hours, and while nobody wants to be disturbed."""

import logging
from datetime import datetime, time, timedelta
from math import inf

from voiced.core.announcing import DoNotDisturb, Priority
from voiced.core.config_mind import QuietConfig
from voiced.core.errors import StoreFailed
from voiced.core.ports.clock import Clock
from voiced.core.ports.settings import Settings

log = logging.getLogger(__name__)


DISTURB = "do_not_disturb"
"""The name of the setting: a moment in seconds since 1970 (UTC), or inf."""


class Quiet:
    """Knows the hours of the configuration, and what somebody said since.

    Args:
        config: the `[quiet]` section.
        clock: the time.
        settings: where that is kept.
    """

    def __init__(self, config: QuietConfig, clock: Clock, settings: Settings) -> None:
        self._settings = settings
        self._clock = clock
        self._until: float | None = None
        self.configure(config)

    def configure(self, config: QuietConfig) -> None:
        """Other hours and volumes hold from now on; what somebody said since stays."""
        self.config = config
        self._hours = tuple(time.fromisoformat(each) for each in config.hours.split("-")) if config.hours else ()

    def hours(self) -> bool:
        """Whether these are quiet hours."""
        return self._end() is not None

    async def load(self) -> None:
        """Takes in what is kept of what somebody said; where that cannot be read, it stays as it is."""
        try:
            kept = await self._settings.get(DISTURB)
            self._until = float(kept) if kept is not None else None
        except (StoreFailed, ValueError) as error:
            log.warning("whether somebody is to be disturbed cannot be read: %s", error)

    async def set(self, until: float | None) -> None:
        """Do not disturb.

        Args:
            until: seconds since 1970 (UTC), infinity for until somebody says otherwise; None: disturb again.

        Raises:
            StoreFailed: it cannot be kept; nothing has changed.
        """
        await self._settings.put(DISTURB, None if until is None else repr(until))
        self._until = until

    @property
    def do_not_disturb(self) -> DoNotDisturb:
        """Whether announcements wait now, and for how long."""
        said = self._until if self._until is not None and self._until > self._clock.wall() else None
        end = self._end() if self.config.do_not_disturb else None
        if said is None and end is None:
            return DoNotDisturb(on=False)
        until = max(said or 0.0, end.timestamp() if end else 0.0)
        return DoNotDisturb(on=True, until=None if until == inf else until)

    def holds(self, priority: Priority) -> bool:
        """Whether an announcement has to wait."""
        return priority != "high" and self.do_not_disturb.on

    def _end(self) -> datetime | None:
        """When the quiet hours end that it is in now; None: it is in none."""
        if not self._hours:
            return None
        begin, end = self._hours
        now = self._clock.now()
        at = now.time()
        inside = begin <= at < end if begin <= end else at >= begin or at < end
        if not inside:
            return None
        day = now.date() + timedelta(days=int(at >= end))
        # Of an hour that comes twice, the one that it is in now: the end is never before it.
        return datetime.combine(day, end, now.tzinfo).replace(fold=now.fold)
