"""One request to a child process and its answers, under a deadline."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from voiced.core.errors import DeadlinePassed, VoicedError
from voiced.core.wire import Message, revive
from voiced.engines.life import Life

QUEUE = 64
"""Answers that may wait to be received; then the child waits."""


class Exchange:
    """One request and its answers."""

    def __init__(self, request: int, life: Life, kill: Callable[[VoicedError], None]) -> None:
        self.request = request
        self._life = life
        self._kill = kill
        self._answers: asyncio.Queue[Message | VoicedError] = asyncio.Queue(QUEUE)
        self._end: VoicedError | None = None
        self._deadline: float | None = None
        self._seconds: float | None = None
        self._timeouts: set[asyncio.Timeout] = set()

    def expect(self, seconds: float | None) -> None:
        """Sets the deadline of everything that is waited for, now and later; None for no deadline.

        It does not move by itself: set it anew after each answer of a stream.
        """
        self._seconds = seconds
        self._deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
        for timeout in self._timeouts:
            if not timeout.expired():
                timeout.reschedule(self._deadline)

    async def send(self, type: str, data: Mapping[str, Any] | None = None, payload: bytes = b"") -> None:  # noqa: A002 (the field's name)
        """Sends a frame of this request; waits while the child does not read.

        Raises:
            EngineDied: the child is gone.
            DeadlinePassed: it did not read in time, and was ended.
        """
        self._life.write(Message(type, dict(data or {}), payload, self.request))
        async with self._deadline_kills():
            await self._life.drain()
        if self._end:
            raise self._end

    async def receive(self) -> Message:
        """Waits for the next answer.

        Raises:
            EngineDied: the child is gone.
            DeadlinePassed: nothing came in time, and the child was ended.
            VoicedError: the engine's own reason, from an `error` frame.
        """
        if self._answers.empty():
            if self._end:
                raise self._end
            async with self._deadline_kills():
                answer = await self._answers.get()
        else:
            answer = self._answers.get_nowait()
        if isinstance(answer, VoicedError):
            raise answer
        if answer.type == "error":
            raise revive(answer)
        return answer

    async def put(self, message: Message) -> None:
        """Takes in an answer; waits while the receiver is far behind. For `Child` only."""
        await self._answers.put(message)

    def fail(self, reason: VoicedError) -> None:
        """Ends the exchange after the answers that have come; the first reason counts."""
        if self._end:
            return
        self._end = reason
        if self._answers.empty():
            self._answers.put_nowait(reason)

    def leave(self) -> None:
        """Drops what was not received, so that nobody waits to hand in more. For `Child` only."""
        while not self._answers.empty():
            self._answers.get_nowait()

    @asynccontextmanager
    async def _deadline_kills(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout_at(self._deadline) as timeout:
                self._timeouts.add(timeout)
                try:
                    yield
                finally:
                    self._timeouts.discard(timeout)
        except TimeoutError:
            reason = DeadlinePassed(f"the {self._life.kind} process did not answer within {self._seconds:g} s")
            self._kill(reason)
            raise reason from None
