"""A clock on which time passes only while everybody sleeps, and whose wall clock can be set."""

import asyncio
from datetime import UTC, datetime, tzinfo

AUTUMN = datetime(2026, 9, 1, 12, tzinfo=UTC).timestamp()


class JumpingClock:
    """Implements `Clock`.

    Args:
        true: what a right wall clock shows at the start.
        zone: of local time.

    Attributes:
        time: the monotonic clock.
        error: seconds by which the wall clock is ahead.
    """

    def __init__(self, true: float = AUTUMN, zone: tzinfo = UTC) -> None:
        self.time = 0.0
        self.error = 0.0
        self.local = zone
        self._booted, self._boots = true, 1
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    @property
    def true(self) -> float:
        """The real time."""
        return self._booted + self.time

    def monotonic(self) -> float:
        return self.time

    def wall(self) -> float:
        return self.true + self.error

    def boot(self) -> str:
        return f"boot {self._boots}"

    def zone(self) -> tzinfo:
        return self.local

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.wall(), self.local)

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.time + seconds, future))
        await future

    def reboot(self, seconds: float) -> None:
        """The machine is off for a while; its wall clock goes on, if it has one of its own."""
        self._booted, self.time = self.true + seconds, 0.0
        self._boots += 1

    async def settle(self) -> None:
        """Lets everybody do what there is to do now."""
        for _ in range(30):
            await asyncio.sleep(0)
        self.sleepers = [(at, future) for at, future in self.sleepers if not future.done()]

    async def advance(self, seconds: float) -> None:
        """Lets time pass."""
        until = self.time + seconds
        await self.settle()
        while (due := min((at for at, _ in self.sleepers), default=until)) < until:
            self.time = max(self.time, due)
            for at, future in self.sleepers:
                if at <= self.time:
                    future.set_result(None)
            await self.settle()
        self.time = until
        for at, future in self.sleepers:
            if at <= until:
                future.set_result(None)
        await self.settle()
