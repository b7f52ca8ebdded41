"""While nothing can be kept, or something kept is damaged: everybody is told once, the user aloud."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from voiced.core.bus import Bus
from voiced.core.commands import Say
from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.core.events import DamageFound, StoreFound, StoreLost
from voiced.core.notes import Note, noted
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.status import StoreStatus

log = logging.getLogger(__name__)

WORDS = {
    "store-full": "The disk is full.",
    "store-io": "The disk does not do what it is asked.",
    "store-held": "Somebody else is using the file.",
    "store-damaged": "The file is damaged.",
}
"""What is said for an error's code; anything else is `OTHER`."""
OTHER = "Please look at my status."
DAMAGED = "Part of what I keep is damaged. It is mended when I start again."


class Outage:
    """Tells how the store does.

    Args:
        bus: told what happens.
        send: takes what is to be said; the inbox.
        at: seconds of audio time, for events.
        speech: puts it into words.

    Attributes:
        status: how it does now.
    """

    def __init__(
        self, bus: Bus, send: Callable[[Say], Awaitable[None]], at: Callable[[], float], speech: Speech = ENGLISH
    ) -> None:
        self.status = StoreStatus()
        self._bus = bus
        self._send = send
        self._at = at
        self._speech = speech
        self._saying: set[asyncio.Task[None]] = set()

    def told(self, problem: StoreFailed | None) -> None:
        """Takes in that nothing can be kept any more, or with None that it can again."""
        if problem is None:
            self.status = replace(self.status, problem="", hint="")
            log.info("what is said is kept again", extra=noted(Note.STORE_FOUND))
            self._bus.emit(StoreFound(at=self._at()))
            return
        self.status = replace(self.status, problem=problem.message, hint=problem.hint)
        log.warning("nothing can be kept: %s (%s)", problem.message, problem.code, extra=noted(Note.STORE_LOST))
        self._bus.emit(StoreLost(problem.code, problem.message, problem.hint, at=self._at()))
        self._say("I cannot keep what is said.", WORDS.get(problem.code, OTHER))

    def damaged(self, problem: StoreDamaged) -> None:
        """Takes in that something kept is damaged: it stays so until the next start, whatever else happens."""
        if self.status.damage:
            return
        self.status = replace(self.status, damage=problem.message)
        self._bus.emit(DamageFound(problem.code, problem.message, problem.hint, at=self._at()))
        self._say(DAMAGED)

    def _say(self, *sentences: str) -> None:
        saying = asyncio.create_task(self._put(" ".join(map(self._speech.say, sentences))))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)

    async def _put(self, text: str) -> None:
        await self._send(Say(text))
