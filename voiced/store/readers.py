"""The threads that read, each with a connection of its own: a long list keeps nobody from a short one."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, TypeVar

import apsw

from voiced.core.errors import StoreBusy, StoreFailed
from voiced.store.faults import ours

CAPACITY = 1_024
"""Reads that may wait; one more is refused."""
T = TypeVar("T")
_Read = tuple[Callable[[apsw.Connection], Any], asyncio.Future[Any]]


class Readers:
    """Reads what has been committed. A read fails at once or not at all: nothing is tried again.

    Args:
        connections: see `connection.reader`; a thread for each.
    """

    def __init__(self, connections: Sequence[apsw.Connection]) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Read | None] = SimpleQueue()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, args=(connection,), name="store reader", daemon=True)
            for connection in connections
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Callable[[apsw.Connection], T]) -> asyncio.Future[T]:
        """Queues a read: all of it sees the file as it is at one moment.

        Raises:
            StoreBusy: too many wait.
            StoreFailed: the store is closed.
        """
        if self._closed:
            raise StoreFailed("the store is closed")
        if self._waiting.qsize() >= CAPACITY:
            raise StoreBusy(f"{CAPACITY} reads are waiting already")
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.put((job, future))
        return future

    def close(self) -> None:
        """Finishes what waits, and ends the threads; the connections stay open. Blocks."""
        self._closed = True
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self, connection: apsw.Connection) -> None:
        while read := self._waiting.get():
            job, future = read
            outcome = _attempt(connection, job)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(_resolve, future, outcome)


def _attempt(connection: apsw.Connection, job: Callable[[apsw.Connection], Any]) -> Any:  # noqa: ANN401 (whatever it gives)
    try:
        connection.execute("BEGIN")
        try:
            return job(connection)
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT")
    except apsw.Error as fault:
        error = ours(fault)
        error.__cause__ = fault
        return error
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        return error


def _resolve(future: asyncio.Future[Any], outcome: object) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
