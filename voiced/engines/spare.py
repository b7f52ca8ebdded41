"""A second process of a child, loaded and ready to take the place of the first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from voiced.core.errors import VoicedError
from voiced.core.tasks import vital
from voiced.engines.life import Life

ROOM = 1.5
"""Times the memory of the first process that has to be free for a second one."""


class Spare:
    """Keeps a process ready.

    Args:
        make: spawns one and waits until it is ready.
    """

    def __init__(self, make: Callable[[], Awaitable[Life]]) -> None:
        self._make = make
        self._coming: asyncio.Task[Life | None] | None = None

    def prepare(self, first: Life) -> None:
        """Begins to load one, if there is none and memory allows.

        Args:
            first: the process whose place it is to take.
        """
        if self._coming is None and _room(first.pid):
            self._coming = asyncio.create_task(self._bring(), name=f"a spare {first.kind} process")
            vital(self._coming)

    async def take(self) -> Life | None:
        """Hands it over, waiting for one that is being loaded; None if there is none, or it died meanwhile."""
        if self._coming is None:
            return None
        # Not before it is here: `close` ends what is still coming when nobody waits for it any more.
        life = await self._coming
        self._coming = None
        if life is not None and not life.alive:
            await life.close()
            return None
        return life

    async def close(self) -> None:
        """Ends it."""
        if self._coming is None:
            return
        coming, self._coming = self._coming, None
        coming.cancel()
        await asyncio.wait({coming})
        if not coming.cancelled() and (life := coming.result()):
            await life.close()

    async def _bring(self) -> Life | None:
        with suppress(VoicedError):
            return await self._make()
        return None


def _room(pid: int) -> bool:
    import psutil  # noqa: PLC0415 (most children have no spare)

    with suppress(psutil.Error):
        return psutil.virtual_memory().available > ROOM * psutil.Process(pid).memory_info().rss
    return False
