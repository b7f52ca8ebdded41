"""The daemon's side of a child process: keeps one alive for ever, and talks to it in requests."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

from voiced.core.errors import DeadlinePassed, EngineDied, VoicedError
from voiced.core.tasks import vital
from voiced.core.wire import Message, revive
from voiced.engines.life import Life

PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Before a child is started again; the last one again and again. One that has done work since starts from the first."""
STEADY_S = 10.0
"""A child that has lived so long starts from the first pause as well."""
FIRST_LIVES = 3
"""Lives in which it must become ready for the first time: one that dies on its way may have been killed."""
LET_GO_S = 1.0
"""A child that still works on a cancelled request after so long is ended: the next request must not wait for it."""
QUEUE = 64
"""Answers that may wait to be received; then the child waits."""


class ChildState(Enum):
    """What a child is doing."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    """It died and is started again after a pause."""
    CLOSED = "closed"


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
        """Ends the exchange after the answers that have come. For `Child` only."""
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


class Child:
    """A child process that is started again for ever."""

    def __init__(
        self,
        kind: str,
        engine: str,
        settings: Mapping[str, Any] | None = None,
        *,
        start_deadline_s: float = 10.0,
        pauses: Sequence[float] = PAUSES_S,
        lend: Callable[[], Sequence[int]] = tuple,
        on_change: Callable[[ChildState, VoicedError | None], None] = lambda _state, _reason: None,
    ) -> None:
        """Describes it; `start` starts it.

        Args:
            kind: its part in voiced, as `ps` shows it: stt, tts, audio …
            engine: what it hosts; see `host.ENGINES`.
            settings: for the engine, as JSON knows them.
            start_deadline_s: how long the engine may load.
            pauses: seconds before it is started again; the last one again and again.
            lend: called before each start for descriptors to pass on; they reach the engine as the setting
                `descriptors`, and are the caller's to close as soon as the state changes.
            on_change: told each new state, and the reason of a death.
        """
        self.kind = kind
        self.engine = engine
        self.settings = dict(settings or {})
        self.state = ChildState.CLOSED
        self.restarts = 0
        self._start_deadline_s = start_deadline_s
        self._pauses = pauses
        self._lend = lend
        self._on_change = on_change
        self._requests = itertools.count(1)
        self._exchanges: dict[int, Exchange] = {}
        self._letting_go: dict[int, asyncio.TimerHandle] = {}
        self._life: Life | None = None
        self._ready = asyncio.Event()
        self._worked = False
        self._living: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return self._life.pid if self._life else None

    async def start(self) -> None:
        """Starts it and waits until it is ready.

        Raises:
            EngineDied, DeadlinePassed: it did not become ready, or died on its way again and again. It is closed then.
            VoicedError: the engine's own reason.
        """
        first: asyncio.Future[VoicedError | None] = asyncio.get_running_loop().create_future()
        self._living = asyncio.create_task(self._live_for_ever(first), name=f"the {self.kind} process")
        vital(self._living)
        if reason := await first:
            await self.close()
            raise reason

    @asynccontextmanager
    async def exchange(self, deadline_s: float | None = None) -> AsyncGenerator[Exchange]:
        """Opens a request; waits for the child if it is just coming back. Leaving ends the request in the child too.

        Args:
            deadline_s: see `Exchange.expect`.

        Raises:
            EngineDied: the child is closed, or not back before the deadline.
        """
        try:
            async with asyncio.timeout(deadline_s):
                await self._ready.wait()
        except TimeoutError:
            raise EngineDied(f"the {self.kind} process is not back yet") from None
        if self._life is None:
            raise EngineDied(f"the {self.kind} process is closed")
        life = self._life
        exchange = Exchange(next(self._requests), life, lambda reason: self._kill(life, reason))
        exchange.expect(deadline_s)
        self._exchanges[exchange.request] = exchange
        try:
            yield exchange
        finally:
            self._leave(exchange, life)

    def tell(self, message: Message) -> None:
        """Sends a frame that nothing answers; one that cannot be sent now is dropped."""
        if self._life:
            self._life.write(message)

    def kill(self) -> None:
        """Ends the process; it is started again."""
        if self._life:
            self._kill(self._life, EngineDied(f"the {self.kind} process was ended"))

    async def close(self) -> None:
        """Ends it for good."""
        if self._living:
            self._living.cancel()
            await asyncio.wait({self._living})
        self._set(ChildState.CLOSED)
        self._ready.set()

    async def _live_for_ever(self, first: asyncio.Future[VoicedError | None]) -> None:
        loop = asyncio.get_running_loop()
        pauses = _endless(self._pauses)
        while True:
            began = loop.time()
            self._worked = False
            reason = await self._live(first)
            self.restarts += 1
            if not first.done() and (self.restarts == FIRST_LIVES or not isinstance(reason, EngineDied)):
                first.set_result(reason)
            if self._worked or loop.time() - began > STEADY_S:
                pauses = _endless(self._pauses)
            self._set(ChildState.WAITING, reason)
            await asyncio.sleep(next(pauses))

    async def _live(self, first: asyncio.Future[VoicedError | None]) -> VoicedError:
        """One life, from spawn to death; tells why it ended."""
        self._set(ChildState.STARTING)
        try:
            self._life = life = Life(self.kind, self.engine, self._lend())
        except EngineDied as error:
            return error
        reason: VoicedError = EngineDied(f"the {self.kind} process was closed")
        try:
            await life.start(self.settings, self._start_deadline_s, self._deliver)
            self._set(ChildState.READY)
            self._ready.set()
            if not first.done():
                first.set_result(None)
            reason = await life.over()
        except VoicedError as error:
            reason = error
        finally:
            self._ready.clear()
            self._end_exchanges(reason)
            await life.close()
            self._life = None
        return reason

    async def _deliver(self, message: Message) -> None:
        if timer := self._letting_go.get(message.request) if message.type == "cancelled" else None:
            timer.cancel()
            del self._letting_go[message.request]
        elif exchange := self._exchanges.get(message.request):
            self._worked = True
            await exchange.put(message)

    def _leave(self, exchange: Exchange, life: Life) -> None:
        del self._exchanges[exchange.request]
        exchange.leave()
        if life is not self._life:
            return
        life.write(Message("cancel", request=exchange.request))
        reason = DeadlinePassed(f"the {self.kind} process did not let go of a request within {LET_GO_S:g} s")
        timer = asyncio.get_running_loop().call_later(LET_GO_S, self._kill, life, reason)
        self._letting_go[exchange.request] = timer

    def _kill(self, life: Life, reason: VoicedError) -> None:
        """Ends a life; whoever asks for the child from now on waits for the next one."""
        if life is self._life:
            self._ready.clear()
        life.kill(reason)

    def _end_exchanges(self, reason: VoicedError) -> None:
        for timer in self._letting_go.values():
            timer.cancel()
        self._letting_go.clear()
        for exchange in self._exchanges.values():
            exchange.fail(reason)

    def _set(self, state: ChildState, reason: VoicedError | None = None) -> None:
        self.state = state
        self._on_change(state, reason)


def _endless(pauses: Sequence[float]) -> "itertools.chain[float]":
    return itertools.chain(pauses, itertools.repeat(pauses[-1]))
