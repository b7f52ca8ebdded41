"""The daemon's side of a child process: keeps one alive for ever, and talks to it in requests."""

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

from msgspec import Struct

from voiced.core.errors import ConfigInvalid, DeadlinePassed, EngineDied, EngineMissing, IntentsInvalid, VoicedError
from voiced.core.tasks import vital
from voiced.core.wire import Message
from voiced.engines.exchange import Exchange
from voiced.engines.life import Life
from voiced.engines.spare import Spare

log = logging.getLogger(__name__)

PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Before a child is started again, by how often in a row it has failed; the last one again and again."""
STEADY_S = 10.0
"""A child that has done work, or was ready for so long, has not failed."""
DEGRADED = 3
"""After so many failures in a row nobody waits for it any more; it is started again all the same."""


class ChildState(Enum):
    """What a child is doing."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    """It died and is started again after a pause."""
    UNLOADED = "unloaded"
    """Nobody needs it: the next request loads it."""
    CLOSED = "closed"


class Upkeep(Struct, frozen=True):
    """How a child is kept.

    Attributes:
        alone: no other engine can take its place.
        lazy: it is not loaded before somebody needs it.
        idle_s: unloaded after so many seconds without work; 0: never.
        spare: a second process stands ready to take its place, where memory allows.
        memory_mb: it may use no more memory; 0: no limit.
        python: the interpreter that runs it; empty: this one.
        start_deadline_s: how long the engine may load.
        let_go_s: how long it may go on with a request that was cancelled; then it is ended, as the next one waits.
        pauses: seconds before it is started again; see `PAUSES_S`.
    """

    alone: bool = True
    lazy: bool = False
    idle_s: float = 0.0
    spare: bool = False
    memory_mb: int = 0
    python: str = ""
    start_deadline_s: float = 10.0
    let_go_s: float = 1.0
    pauses: Sequence[float] = PAUSES_S


class Child:
    """A child process that is started again for ever.

    Attributes:
        kind: its part in voiced.
        engine: what it hosts.
        settings: for the engine, from its next start on.
        given: what the engine got at its last start; None before the first one.
        state: what it is doing.
        problem: why it ended the last time, until it is ready again.
        restarts: how often it was started again.
    """

    def __init__(
        self,
        kind: str,
        engine: str,
        settings: Mapping[str, Any] | None = None,
        upkeep: Upkeep | None = None,
        *,
        complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        lend: Callable[[], Sequence[int]] = tuple,
        on_change: Callable[[ChildState, VoicedError | None], None] = lambda _state, _reason: None,
    ) -> None:
        """Describes it; `start` starts it.

        Args:
            kind: its part in voiced, as `ps` shows it: stt, tts, audio …
            engine: what it hosts; see `host.ENGINES`.
            settings: for the engine, as JSON knows them.
            upkeep: how it is kept.
            complete: makes of the settings what the engine gets; called in a thread before each start. What it raises
                (`ModelMissing`, such as) is why the start failed.
            lend: called before each start for descriptors to pass on; they reach the engine as the setting
                `descriptors`, and are the caller's to close as soon as the state changes.
            on_change: told each new state, and the reason of a death.
        """
        self.kind = kind
        self.engine = engine
        self.settings = dict(settings or {})
        self.given: Mapping[str, Any] | None = None
        self.state = ChildState.CLOSED
        self.problem: VoicedError | None = None
        self.restarts = 0
        self._upkeep = upkeep or Upkeep()
        self._complete = complete
        self._lend = lend
        self._on_change = on_change
        self._requests = itertools.count(1)
        self._exchanges: dict[int, Exchange] = {}
        self._letting_go: dict[int, asyncio.TimerHandle] = {}
        self._life: Life | None = None
        self._spare = Spare(self._another)
        self._wanted = asyncio.Event()
        self._settled = asyncio.Event()
        """Whoever asks need not wait: it is ready, or nobody knows when it will be."""
        self._idle: asyncio.TimerHandle | None = None
        self._dismissed: VoicedError | None = None
        self._failures = 0
        self._worked = False
        self._ready_at: float | None = None
        self._loaded_by = 0.0
        self._due: float | None = None
        self._living: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return self._life.pid if self._life else None

    @property
    def coming(self) -> bool:
        """Whether it is about to be spawned."""
        return self.state in (ChildState.CLOSED, ChildState.STARTING) and self._life is None

    @property
    def overdue_s(self) -> float:
        """Seconds since it should have started, have been started again or have ended; 0: it is not late."""
        return 0.0 if self._due is None else max(0.0, asyncio.get_running_loop().time() - self._due)

    @property
    def alone(self) -> bool:
        """Whether no other engine can take its place."""
        return self._upkeep.alone

    @property
    def lazy(self) -> bool:
        """Whether it is loaded only when somebody needs it."""
        return self._upkeep.lazy

    async def start(self, *, insist: bool = False) -> None:
        """Starts it and waits until it is ready. A lazy one is started by its first request.

        Args:
            insist: what may pass (a model that is missing, a process that dies) is no failure: it is tried again.

        Raises:
            EngineDied, DeadlinePassed: it did not become ready, or died on its way again and again. It is closed then.
            VoicedError: the engine's own reason.
        """
        first: asyncio.Future[VoicedError | None] = asyncio.get_running_loop().create_future()
        if self.lazy:
            self._set(ChildState.UNLOADED)
            first.set_result(None)
        else:
            self._wanted.set()
        self._living = asyncio.create_task(self._live_for_ever(first), name=f"the {self.kind} process")
        vital(self._living)
        reason = await first
        if reason is None:
            return
        if insist and (isinstance(reason, EngineMissing) or not isinstance(reason, ConfigInvalid | IntentsInvalid)):
            log.error("%s is not there: %s. %s", self.kind, reason.message, reason.hint)
            return
        await self.close()
        raise reason

    @asynccontextmanager
    async def exchange(self, deadline_s: float | None = None) -> AsyncGenerator[Exchange]:
        """Opens a request; waits for the child if it is just coming back. Leaving ends the request in the child too.

        Args:
            deadline_s: see `Exchange.expect`. An unloaded child has its time to load besides.

        Raises:
            EngineDied: the child is closed, or not back before the deadline.
            VoicedError: it has failed again and again: why it did the last time.
        """
        life = await self._awake(deadline_s)
        exchange = Exchange(next(self._requests), life, lambda reason: self._kill(life, reason))
        exchange.expect(deadline_s)
        self._exchanges[exchange.request] = exchange
        self._put_off_unloading()
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
        await self._spare.close()
        self._put_off_unloading()
        self._set(ChildState.CLOSED)
        self._settled.set()

    async def _awake(self, deadline_s: float | None) -> Life:
        """Waits until there is a life to talk to."""
        now = asyncio.get_running_loop().time()
        if not self._wanted.is_set():
            self._loaded_by = now + self._upkeep.start_deadline_s
        self._wanted.set()
        if deadline_s is not None:
            deadline_s += max(0.0, self._loaded_by - now)
        try:
            async with asyncio.timeout(deadline_s):
                await self._settled.wait()
        except TimeoutError:
            raise self.problem or EngineDied(f"the {self.kind} process is not back yet") from None
        if self._life is None or self.state is not ChildState.READY:
            raise self.problem or EngineDied(f"the {self.kind} process is closed")
        return self._life

    async def _live_for_ever(self, first: asyncio.Future[VoicedError | None]) -> None:
        loop, pauses = asyncio.get_running_loop(), self._upkeep.pauses
        while True:
            await self._wanted.wait()
            self._worked, self._ready_at = False, None
            reason = await self._live(first)
            if reason is self._dismissed:
                await self._spare.close()
                self._set(ChildState.UNLOADED)
                continue
            if self._worked or (self._ready_at and loop.time() - self._ready_at > STEADY_S):
                self._failures = 0
            self._failures += 1
            self.restarts += 1
            if not first.done() and (self._failures == DEGRADED or not isinstance(reason, EngineDied)):
                first.set_result(reason)
            self._set(ChildState.WAITING, reason)
            pause_s = pauses[min(self._failures, len(pauses)) - 1]
            self._due = loop.time() + pause_s
            await asyncio.sleep(pause_s)

    async def _live(self, first: asyncio.Future[VoicedError | None]) -> VoicedError:
        """One life, from spawn to death; tells why it ended."""
        self._due = asyncio.get_running_loop().time() + self._upkeep.start_deadline_s
        life = await self._spare.take()
        if life is None:
            self._set(ChildState.STARTING)
        reason: VoicedError = EngineDied(f"the {self.kind} process was closed")
        try:
            self._life = life = life or await self._spawned()
            if not life.ready:
                await self._begin(life)
            self._ready_at, self._loaded_by = asyncio.get_running_loop().time(), 0.0
            self._set(ChildState.READY)
            if not first.done():
                first.set_result(None)
            self._unload_later()
            if self._upkeep.spare:
                self._spare.prepare(life)
            reason = await life.over()
        except VoicedError as error:
            reason = error
        finally:
            self._settled.clear()
            self._put_off_unloading()
            self._end_exchanges(reason)
            if life:
                await life.close()
            self._life = None
        return reason

    async def _spawned(self) -> Life:
        settings = await asyncio.to_thread(self._complete, self.settings) if self._complete else self.settings
        self.given = settings
        return Life(self.kind, self.engine, settings, self._lend(), python=self._upkeep.python)

    async def _begin(self, life: Life) -> None:
        await life.start(self._upkeep.memory_mb, self._upkeep.start_deadline_s, self._deliver)

    async def _another(self) -> Life:
        life = await self._spawned()
        try:
            await self._begin(life)
        except BaseException:
            await life.close()
            raise
        return life

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
        limit_s = self._upkeep.let_go_s
        reason = DeadlinePassed(f"the {self.kind} process did not let go of a request within {limit_s:g} s")
        timer = asyncio.get_running_loop().call_later(limit_s, self._kill, life, reason)
        self._letting_go[exchange.request] = timer
        self._unload_later()

    def _kill(self, life: Life, reason: VoicedError) -> None:
        """Ends a life; whoever asks for the child from now on waits for the next one."""
        if life is self._life:
            self._settled.clear()
            self._due = asyncio.get_running_loop().time()
        life.kill(reason)

    def _end_exchanges(self, reason: VoicedError) -> None:
        for timer in self._letting_go.values():
            timer.cancel()
        self._letting_go.clear()
        for exchange in self._exchanges.values():
            exchange.fail(reason)

    def _put_off_unloading(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def _unload_later(self) -> None:
        self._put_off_unloading()
        if self._upkeep.idle_s and not self._exchanges:
            self._idle = asyncio.get_running_loop().call_later(self._upkeep.idle_s, self._unload)

    def _unload(self) -> None:
        """Nobody needed it for a while."""
        if self._life and not self._exchanges:
            self._dismissed = EngineDied(f"the {self.kind} process was not needed")
            self._wanted.clear()
            self._settled.clear()
            self._life.dismiss(self._dismissed)

    def _set(self, state: ChildState, reason: VoicedError | None = None) -> None:
        self.state = state
        if state in (ChildState.READY, ChildState.UNLOADED, ChildState.CLOSED):
            self._due = None
        if state is ChildState.WAITING or state is ChildState.READY:
            self.problem = reason
        if state is ChildState.READY or (state is ChildState.WAITING and self._failures >= DEGRADED):
            self._settled.set()
        self._on_change(state, reason)
