"""Vectors of memories, made in the background: the newest first, and only while nobody waits for an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from voiced.core.errors import VoicedError
from voiced.core.events import AnyEvent, TurnEnded
from voiced.core.history import Privacy
from voiced.core.memories import Unembedded
from voiced.core.ports.clock import Clock
from voiced.core.ports.embedder import Embedder
from voiced.core.ports.memories import Memories
from voiced.core.status import MemoryStatus

log = logging.getLogger(__name__)

BATCH = 64
"""Memories whose vectors are kept at a time: each time waits for the disk."""
SLICE = 4
"""Texts that are embedded at a time: a question that comes meanwhile waits no longer."""
GATHER_S = 2.0
"""From the moment at which something was added: what is said comes in twos, and files in hundreds."""
LOOK_S = 60.0
"""It looks by itself after so long: not all that writes to the store tells about it."""
PAUSES_S = (1.0, 2.0, 5.0, 15.0, 60.0)
"""After one failure, two in a row, …"""
REPORT = "This is a fault of voiced: please report it."
PROBE = "voice"
"""Any word: whoever embeds it is there."""


class Indexer:
    """Makes the vectors that are missing.

    Args:
        memories: where they are kept.
        embedder: makes them; when all of its model are there, they are the ones that are searched.
        clock: the time.
        lull: waits until nobody waits for an answer.
        may_embed: whether what is so private may have a vector.
    """

    def __init__(
        self,
        memories: Memories,
        embedder: Embedder,
        clock: Clock,
        lull: Callable[[], Awaitable[None]],
        may_embed: Callable[[Privacy], bool],
    ) -> None:
        self._memories = memories
        self._embedder = embedder
        self._clock = clock
        self._lull = lull
        self._may_embed = may_embed
        self._woken = asyncio.Event()
        self._in_use = ""
        self._waiting = 0
        self._problem: VoicedError | None = None

    @property
    def in_use(self) -> str:
        """The model whose vectors are searched; empty: none yet."""
        return self._in_use

    @property
    def status(self) -> MemoryStatus:
        """How far it is."""
        problem, hint = (self._problem.message, self._problem.hint) if self._problem else ("", "")
        return MemoryStatus(self._in_use, self._embedder.model, self._waiting, problem, hint)

    def wake(self) -> None:
        """Something was added."""
        self._woken.set()

    def watch(self, event: AnyEvent) -> None:
        """Takes in what happens: after a turn there is something new."""
        if isinstance(event, TurnEnded):
            self.wake()

    async def run(self) -> None:
        """Makes vectors until it is cancelled."""
        failures = 0
        while True:
            try:
                await self._catch_up()
            except Exception as error:  # noqa: BLE001 (vectors may fail, the daemon may not)
                self._tell(error)
                failures += 1
                await self._clock.sleep(PAUSES_S[min(failures, len(PAUSES_S)) - 1])
                continue
            self._problem, failures = None, 0
            await self._asleep()

    def _tell(self, error: Exception) -> None:
        """Whoever asks for the status is told; a line for each try would fill the disk."""
        if not isinstance(error, VoicedError):
            error = VoicedError(f"{type(error).__name__}: {error}", hint=REPORT)
        (log.debug if self._problem else log.warning)("memories have no vectors for now: %s", error.message)
        self._problem = error

    async def _asleep(self) -> None:
        """Waits until something is added, or for a while."""
        woken = asyncio.create_task(self._woken.wait())
        enough = asyncio.create_task(self._clock.sleep(LOOK_S))
        try:
            await asyncio.wait([woken, enough], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (woken, enough):
                task.cancel()
        if self._woken.is_set():
            await self._clock.sleep(GATHER_S)
            self._woken.clear()

    async def look(self) -> None:
        """Looks how far it is."""
        state = await self._memories.state(self._embedder.model)
        self._in_use, self._waiting = state.model, state.waiting

    async def _catch_up(self) -> None:
        """Makes all vectors that are missing now."""
        model = self._embedder.model
        await self.look()
        if not self._in_use:  # Some are better than none; those of another model do until all are there.
            await self._use(model)
        while waiting := await self._memories.unembedded(model, BATCH):
            # What is too private has none: the place of its vector is empty.
            texts = [each.text if self._may_embed(each.privacy) else "" for each in waiting]
            await self._keep(waiting, await self._vectors(texts))
        if self._in_use != model:
            await self._use(model)
        self._waiting = 0

    async def _use(self, model: str) -> None:
        await self._memories.use(model)
        self._in_use = model

    async def _keep(self, embedded: Sequence[Unembedded], vectors: NDArray[np.float32]) -> None:
        keys, texts = [each.key for each in embedded], [each.text for each in embedded]
        await self._memories.embed(self._embedder.model, keys, vectors, texts)
        self._waiting = max(0, self._waiting - len(embedded))

    async def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows: list[NDArray[np.float32]] = []
        for at in range(0, len(texts), SLICE):
            await self._lull()
            part = texts[at : at + SLICE]
            try:
                rows.append(await self._embedder.embed(part))
            except VoicedError:
                rows += [await self._alone(text) for text in part]
        return np.concatenate(rows)

    async def _alone(self, text: str) -> NDArray[np.float32]:
        """A text by itself. One that only it fails at, twice, has no vector: all others would wait for it for ever.

        Raises:
            VoicedError: the embedder fails at any text.
        """
        for last in (False, True):
            try:
                return await self._embedder.embed([text])
            except VoicedError as error:
                size = (await self._embedder.embed([PROBE])).shape[1]
                if last:
                    log.warning("a memory has no vector: %s", error.message)
                    return np.zeros((1, size), np.float32)
        raise AssertionError
