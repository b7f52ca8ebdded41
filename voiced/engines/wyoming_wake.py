"""Wake words that a server on another machine hears, behind Wyoming. It is sent all sound, all the time.

Sound comes from the ear's thread and goes out in the event loop's. A connection carries one unbroken stretch of it, so
that the server's timestamps are positions of ours, and nothing of an earlier stretch is mistaken for now.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from voiced.core.errors import RemoteUnreachable, VoicedError
from voiced.core.status import ALL_SOUND
from voiced.core.tasks import together
from voiced.core.types import RATE
from voiced.engines.choice import Told, nobody
from voiced.engines.wyoming import WyomingServer
from voiced.engines.wyoming_stretch import Heard, Sound, Stretch

log = logging.getLogger(__name__)

WAITING = 64
"""Pieces of sound that wait for the server at most: 2 s of the ear's frames."""
LATEST = 2 * RATE
"""What was recognised so long ago is not told any more: whoever said it has given up."""
IDLE_S = 1.0
"""Without sound for so long, the connection is closed: the microphone is gone."""
PROVEN = 3 * RATE
"""A server that has taken in so much sound works again: more than what waited for it."""
RETRY_S = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Pauses between attempts to reach it; the last one for ever."""


class WyomingWake:
    """Wake words that a server hears. Implements `RemoteWakeWord`.

    `run` and `set_muted` belong to the event loop, all else to the ear's thread, which never waits.

    Args:
        name: the server's, for people.
        server: where it is.
        words: word to what the server calls it.
        told: called when it cannot be heard, and why; and, with None, when it can be heard again.

    Attributes:
        behind: see `RemoteWakeWord`.
    """

    def __init__(self, name: str, server: WyomingServer, words: Mapping[str, str], told: Told = nobody) -> None:
        self.behind: dict[str, int] = {}
        self._name, self._server, self._words, self._told = name, server, words, told
        self._queue: deque[Sound] = deque(maxlen=WAITING)
        self._heard: deque[Heard] = deque(maxlen=WAITING)
        self._stretch = self._position = 0
        self._muted = False
        self._ready = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limit: asyncio.Timeout | None = None
        self._failures = 0

    def scores(self, samples: bytes) -> Mapping[str, float]:
        """See `WakeWord`: 1 for each word that the server has told of since the last time."""
        sound = Sound(self._stretch, self._position, samples)
        self._position = sound.end
        if samples and not self._muted:
            self._queue.append(sound)
            if self._loop:
                with suppress(RuntimeError):  # The loop has ended, and we do soon.
                    self._loop.call_soon_threadsafe(self._ready.set)
        self.behind = {}
        while self._heard:
            stretch, word, position = self._heard.popleft()
            behind = 0 if position is None else self._position - position
            if stretch == self._stretch and behind <= LATEST:
                self.behind[word] = behind
        return dict.fromkeys(self.behind, 1.0)

    def reset(self) -> None:
        """See `WakeWord`: what comes next is another stretch."""
        self._stretch += 1
        self._queue.clear()

    def close(self) -> None:
        """See `WakeWord`; whoever called `run` ends it."""
        self._queue.clear()

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """Cuts the connection at once, and lets no sound out until it is told otherwise."""
        self._muted = muted
        self._queue.clear()
        if muted and self._limit and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Lets the server hear, for ever: one stretch after the other, and again after each failure."""
        self._loop = asyncio.get_running_loop()
        await self._sound()
        log.warning("%s listens for %s: it is sent %s", self._name, ", ".join(self._words), ALL_SOUND)
        while True:
            await self._sound()
            try:
                await self._hear_until_muted()
            except VoicedError as error:
                if self._failures == 0:
                    self._told(self._name, error)
                await asyncio.sleep(RETRY_S[min(self._failures, len(RETRY_S) - 1)])
                self._failures += 1

    async def _hear_until_muted(self) -> None:
        try:
            async with asyncio.timeout(None) as self._limit:
                await self._hear()
        except TimeoutError:
            pass
        finally:
            self._limit = None

    async def _sound(self) -> None:
        """Waits until there is sound that may go out."""
        while self._muted or not self._queue:
            self._ready.clear()
            await self._ready.wait()

    async def _next(self) -> Sound:
        """Waits for the next piece of sound."""
        while True:
            await self._sound()
            with suppress(IndexError):  # The ear has just thrown it away.
                return self._queue.popleft()

    async def _hear(self) -> None:
        """Lets the server hear one stretch.

        Raises:
            RemoteUnreachable, WakeFailed: the server cannot hear, or hear on.
        """
        async with self._server.lent(await self._server.connect()) as connection:
            sound = await self._next()
            stretch = Stretch(connection, self._server.where, self._words, sound)
            await together(self._receive(stretch), self._send(stretch, sound))

    async def _receive(self, stretch: Stretch) -> None:
        while True:
            self._heard.extend(await stretch.receive())

    async def _send(self, stretch: Stretch, sound: Sound | None) -> None:
        await stretch.begin()
        while sound:
            await stretch.send(sound)
            if self._failures and stretch.sent >= PROVEN:
                self._failures = 0
                self._told(self._name, None)
            sound = await self._following(sound)

    async def _following(self, sound: Sound) -> Sound | None:
        """The piece after another one; None where the stretch ends: nothing comes, or it belongs to the next."""
        try:
            async with asyncio.timeout(IDLE_S):
                following = await self._next()
        except TimeoutError:
            return None
        if following.stretch != sound.stretch:
            self._queue.appendleft(following)
            return None
        if following.start != sound.end:
            raise RemoteUnreachable(f"{self._server.where} does not keep up with the sound")
        return following
