"""Time, so that a test can let it jump."""

import asyncio
import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from voiced.core.zone import LocalZone

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Source: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html"""


class Clock(Protocol):
    """Tells the time, and waits."""

    def monotonic(self) -> float:
        """Seconds since the machine booted, or since some other fixed moment after that; never steps back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 (UTC), as far as the machine knows; may step."""
        ...

    def boot(self) -> str:
        """Which boot of the machine the monotonic clock belongs to."""
        ...

    def zone(self) -> tzinfo:
        """The zone of local time; may change."""
        ...

    def now(self) -> datetime:
        """Local time, with its zone."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits on the monotonic clock."""
        ...


class SystemClock:
    """The machine's own.

    Args:
        zone: tells the zone of local time.
    """

    def __init__(self, zone: LocalZone) -> None:
        self._zone = zone
        self._boot = BOOT_ID.read_text("ascii").strip()

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def wall(self) -> float:
        """See `Clock`."""
        return time.time()

    def boot(self) -> str:
        """See `Clock`."""
        return self._boot

    def zone(self) -> tzinfo:
        """See `Clock`."""
        return self._zone()

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self.wall(), self.zone())

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(seconds)
