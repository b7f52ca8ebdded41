"""The one thread that writes. Writes that wait together are committed together, and share one fsync."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import apsw

from voiced.core.disk import leave_room
from voiced.core.errors import StoreBusy, StoreFailed
from voiced.store.faults import ours, translated

log = logging.getLogger(__name__)

CAPACITY = 4_096
"""Writes that may wait; one more is refused."""
TOGETHER = 256
"""Writes in one commit: bounds how long the first of them waits for the last."""
PATIENCE_S = 1.0
"""How long a write is tried again that may yet succeed. While nothing succeeds, the next ones are tried once."""
WELL_S = 5.0
"""An outage is over when a write succeeds so long after the last one that failed."""
LOOK_S = 10.0
"""While it lasts and nobody writes, it is looked so often whether something can be written."""
ROOM = 1024 * 1024
"""Bytes that have to be free for that: on a disk that is nearly full, little can be written, and soon nothing."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.25
T = TypeVar("T")
Job = Callable[[apsw.Connection], T]


class _Write(NamedTuple):
    job: Job[Any]
    future: asyncio.Future[Any]
    alone: bool


class Writer:
    """Owns the connection that writes, and its thread.

    Args:
        connection: see `connection.writer`.
        told: called in the event loop with the error when writes begin to fail, and with None when they succeed again.
        timed: called in the thread with the seconds that a commit took, its writes included.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        told: Callable[[StoreFailed | None], None],
        timed: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._connection = connection
        self._told = told
        self._timed = timed
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Write] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._failing = False
        self._failed_at = 0.0
        self._thread = threading.Thread(target=self._work, name="store writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Writes that wait."""
        return len(self._waiting)

    def submit(self, job: Job[T], *, alone: bool = False) -> asyncio.Future[T]:
        """Queues a write; the future is resolved after the fsync.

        Args:
            job: what to do; it may be run again after a failure.
            alone: it minds its transactions itself, between two commits of others.

        Raises:
            StoreBusy: too many wait.
            StoreFailed: the store is closed.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        with self._changed:
            if self._closed:
                raise StoreFailed("the store is closed")
            if len(self._waiting) >= CAPACITY:
                raise StoreBusy(f"{CAPACITY} writes are waiting already")
            self._waiting.append(_Write(job, future, alone))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finishes what waits, and ends the thread; the connection stays open. Blocks."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while (batch := self._take()) is not None:
            if not batch:
                self._look()
                continue
            outcomes = self._perform(batch)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_resolve, batch, outcomes)

    def _take(self) -> list[_Write] | None:
        """Waits for writes, in an outage not for long; None: it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, LOOK_S if self._failing else None)
            if self._closed and not self._waiting:
                return None
            batch: list[_Write] = []
            while self._waiting and len(batch) < TOGETHER and not (batch and self._waiting[0].alone):
                batch.append(self._waiting.popleft())
                if batch[-1].alone:
                    break
            return batch

    def _perform(self, batch: list[_Write]) -> list[Any]:
        """Commits a batch, trying again what may yet succeed; an exception among the outcomes is that write's own."""
        until = time.monotonic() + (0 if self._failing else PATIENCE_S)
        pause = FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            try:
                outcomes = self._once(batch)
            except apsw.Error as fault:
                error = ours(fault)
                error.__cause__ = fault
                _roll_back(self._connection)
                if error.retriable and time.monotonic() + pause < until and not self._closed:
                    time.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE_S)
                    continue
                self._report(batch, error)
                return [error] * len(batch)
            self._timed(time.monotonic() - began)
            self._report(batch, None)
            return outcomes

    def _look(self) -> None:
        """Writes the number of the schema's version as it is, which costs a page: does the outage last?"""
        try:
            with translated():
                leave_room(Path(self._connection.filename).parent, 0, ROOM)
                self._connection.pragma("user_version", self._connection.pragma("user_version"))
        except StoreFailed as error:
            self._report([], error)
        else:
            self._report([], None)

    def _once(self, batch: list[_Write]) -> list[Any]:
        """One attempt, in one transaction without savepoints.

        Where a write fails, the batch is done again with a savepoint for each: they cost the full-text index as much
        as a commit does, and hardly any write fails.
        """
        if batch[0].alone:
            outcome = _attempt(self._connection, batch[0].job)
            _roll_back(self._connection)
            return [outcome]
        self._connection.execute("BEGIN IMMEDIATE")
        outcomes: list[Any] = []
        for write in batch:
            outcomes.append(_attempt(self._connection, write.job))
            if isinstance(outcomes[-1], Exception):
                self._connection.execute("ROLLBACK")
                return outcomes if len(batch) == 1 else self._apart(batch)
        self._connection.execute("COMMIT")
        return outcomes

    def _apart(self, batch: list[_Write]) -> list[Any]:
        """The same, where one that fails takes no other with it."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        outcomes: list[Any] = []
        for write in batch:
            execute("SAVEPOINT one")
            outcome = _attempt(self._connection, write.job)
            if isinstance(outcome, Exception):
                execute("ROLLBACK TO one")
            execute("RELEASE one")
            outcomes.append(outcome)
        execute("COMMIT")
        return outcomes

    def _report(self, batch: list[_Write], error: StoreFailed | None) -> None:
        """Tells once that an outage begins, and once that it is over."""
        # What is done alone may fail where writes do not: a reader keeps the log from being emptied.
        if batch and batch[0].alone:
            return
        if error is not None:
            self._failed_at = time.monotonic()
        # On a disk that is nearly full, small writes succeed between others that fail: that is no end.
        elif not self._failing or time.monotonic() - self._failed_at < WELL_S:
            return
        if self._failing == (error is not None):
            return
        self._failing = error is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told, error)


def _attempt(connection: apsw.Connection, job: Job[Any]) -> Any:  # noqa: ANN401 (whatever the job gives)
    """One write's result, or what it did wrong. What concerns the file, and so everybody's writes, is raised."""
    try:
        return job(connection)
    except apsw.Error as fault:
        error = ours(fault)
        if error.retriable or not connection.in_transaction:
            raise
        error.__cause__ = fault
        return error
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        return error


def _roll_back(connection: apsw.Connection) -> None:
    try:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    except apsw.Error as error:
        log.debug("rolling back: %s", error)


def _resolve(batch: list[_Write], outcomes: list[Any]) -> None:
    for write, outcome in zip(batch, outcomes, strict=True):
        if write.future.done():
            continue
        if isinstance(outcome, Exception):
            write.future.set_exception(outcome)
        else:
            write.future.set_result(outcome)
