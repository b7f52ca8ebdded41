"""While nothing can be kept: everybody is told once, the user aloud, and once more when it is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voiced.core.bus import Bus
from voiced.core.commands import Say
from voiced.core.errors import StoreFailed
from voiced.core.events import StoreFound, StoreLost
from voiced.core.status import StoreStatus

log = logging.getLogger(__name__)

WORDS = {
    "store-full": "The disk is full.",
    "store-io": "The disk does not do what it is asked.",
    "store-held": "Somebody else is using the file.",
    "store-damaged": "The file is damaged, and will be mended at the next start.",
}
"""What is said for an error's code; anything else is `OTHER`."""
OTHER = "Please look at my status."


class Outage:
    """Tells how the store does.

    Args:
        bus: told what happens.
        send: takes what is to be said; the inbox.
        at: seconds of audio time, for events.

    Attributes:
        status: how it does now.
    """

    def __init__(self, bus: Bus, send: Callable[[Say], Awaitable[None]], at: Callable[[], float]) -> None:
        self.status = StoreStatus()
        self._bus = bus
        self._send = send
        self._at = at
        self._saying: asyncio.Task[None] | None = None

    def told(self, problem: StoreFailed | None) -> None:
        """Takes in that nothing can be kept any more, or with None that it can again."""
        if problem is None:
            self.status = StoreStatus()
            self._bus.emit(StoreFound(at=self._at()))
            return
        self.status = StoreStatus(problem.message, problem.hint)
        log.warning("nothing can be kept: %s (%s)", problem.message, problem.code)
        self._bus.emit(StoreLost(problem.code, problem.message, problem.hint, at=self._at()))
        self._saying = asyncio.create_task(self._say(f"I cannot keep what is said. {WORDS.get(problem.code, OTHER)}"))

    async def _say(self, text: str) -> None:
        await self._send(Say(text))
