"""When nobody is waiting for an answer: the time for work that can be done at any time."""

import asyncio

from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.events import AnyEvent, StateChanged


class Lull:
    """Watches turns. Belongs to the event loop.

    Args:
        bus: tells what voiced does.
        activity: who computes right now.
    """

    def __init__(self, bus: Bus, activity: Activity) -> None:
        self._activity = activity
        self._idle = asyncio.Event()
        self._idle.set()
        bus.watch(self._watch)

    async def wait(self) -> None:
        """Waits until no turn is in progress, aloud or silent."""
        while not self._idle.is_set():
            await self._idle.wait()
            await self._activity.quiet()
        await self._activity.quiet()

    def _watch(self, event: AnyEvent) -> None:
        if isinstance(event, StateChanged):
            (self._idle.set if event.state == "idle" else self._idle.clear)()
