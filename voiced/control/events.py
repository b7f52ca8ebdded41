"""Everything that happens, as server-sent events that can be taken up again where a connection broke.

The last events are held in memory, each encoded once for all who read, and nobody has a queue of their own: who reads
slowly falls behind, and is told how many events that cost.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from itertools import islice
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, SkipValidation
from litestar.response import Stream

from voiced.control.requests import EVENTS, giving
from voiced.core.bus import Bus
from voiced.core.events import AnyEvent, Gap, StoreReplaced
from voiced.core.ids import new_id

HELD = 1_000
"""Events: minutes of the busiest talk."""
AT_ONCE = 64
"""Events that are written together at most: whoever does not read has no more than that in memory."""
DIGITS = 20
"""Of an event's number, at most."""
PULSE_S = 15.0
"""In silence, a sign of life."""
LastSeen = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]
"""Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header"""


class EventLog:
    """The last events, and whoever reads them. Belongs to the event loop.

    Args:
        bus: tells what happens.
    """

    def __init__(self, bus: Bus) -> None:
        self._run = new_id()
        self._events: deque[bytes] = deque(maxlen=HELD)
        self._told = 0
        self._news = asyncio.Event()
        bus.watch(self._put)

    def read(self, last: str | None = None) -> AsyncGenerator[bytes]:
        """What happens from now on, or what happened after an event and whatever follows, for ever.

        Args:
            last: the id of the last event that somebody has; None: from now on.
        """
        if last is None:
            return self._after(self._told, f"id: {self._run}-{self._told}\n\n".encode())
        run, _, number = last.rpartition("-")
        if (
            run == self._run
            and number.isascii()
            and number.isdecimal()
            and len(number) <= DIGITS
            and int(number) <= self._told
        ):
            return self._after(int(number))
        return self._after(self._told, self._gap(None, self._told))

    async def _after(self, position: int, before: bytes = b": events\n\n") -> AsyncGenerator[bytes]:
        yield before
        while True:
            news, first = self._news, self._told - len(self._events)
            if position < first:
                yield self._gap(first - position, first)
                position = first
            elif position < self._told:
                batch = list(islice(self._events, position - first, position - first + AT_ONCE))
                position += len(batch)
                yield b"".join(batch)
            elif not await _within(news, PULSE_S):
                yield b": still here\n\n"

    def _put(self, event: AnyEvent) -> None:
        if isinstance(event, StoreReplaced):
            self._events.clear()  # They may hold what was forgotten.
        self._told += 1
        self._events.append(self._block(str(event.__struct_config__.tag), event, self._told))
        self._news.set()
        self._news = asyncio.Event()

    def _gap(self, lost: int | None, position: int) -> bytes:
        return self._block("gap", Gap(lost), position)

    def _block(self, kind: str, event: AnyEvent | Gap, number: int) -> bytes:
        return b"id: %b-%d\nevent: %b\ndata: %b\n\n" % (
            self._run.encode(),
            number,
            kind.encode(),
            msgspec.json.encode(event),
        )


@get("/events", opt=giving(EVENTS, AnyEvent | Gap))
async def events(log: SkipValidation[NamedDependency[EventLog]], last: LastSeen = None) -> Stream:
    """Tells everything that happens, as it happens.

    Who was cut off shows the id of the last event, as browsers do by themselves (`Last-Event-ID`), and gets what came
    after it; a `gap` tells how many events are lost, if some are.
    """
    return Stream(log.read(last), media_type=EVENTS, headers={"cache-control": "no-cache"})


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False


ROUTES = [events]
