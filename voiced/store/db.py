"""The file in which everything is kept, open: one thread writes, two read, one looks after it."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.core.secret import Secret
from voiced.core.tasks import vital
from voiced.store.start import NAME, Started, note_of_damage, start
from voiced.store.threads import DamageListener, Listener, Threads

log = logging.getLogger(__name__)

CLOSING_S = 1.0
"""What waits has so long to be written at the end: a disk that takes longer hangs."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 10.0
"""Between two attempts to open the file."""
T = TypeVar("T")
Job = Callable[[apsw.Connection], T]


class Database:
    """The file, which opens in the background: whoever comes before waits for it. Belongs to the event loop.

    A file that cannot be opened for now (a full disk, one that is mounted late, a command that still has it) is tried
    again for ever; after `patience_s`, whoever comes is told so at once.

    Args:
        folder: holds the file, for this process alone as long as it is open; made where there is none.
        patience_s: see above.
        check_s: how long the check at the start may take; what is left of it follows in the background.
        vfs: SQLite's name of another way to the disk.
        secret: unlocks the file; None: it is plain.

    Attributes:
        path: the file.
        vfs: see above.
        timed: called in the writer's thread with the seconds that each commit took.
        keys: of the file once it is open, the one that it is written with first; none for a plain one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        patience_s: float = 10.0,
        check_s: float = 1.0,
        vfs: str | None = None,
        secret: Secret | None = None,
    ) -> None:
        self.path = folder / NAME
        self._folder = folder
        self._patience_s = patience_s
        self._check_s = check_s
        self.vfs = vfs
        self.keys: Sequence[bytes] = ()
        self._secret = secret
        self.timed: Callable[[float], None] = lambda _: None
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._damage_listeners: list[DamageListener] = []
        self._threads: Threads | None = None
        self._failure: StoreFailed | None = None
        self._settled = asyncio.Event()
        self._opening = asyncio.create_task(self._open(), name="store")
        vital(self._opening)

    @classmethod
    async def open(
        cls,
        folder: Path,
        *,
        patience_s: float = 10.0,
        check_s: float = 1.0,
        vfs: str | None = None,
        secret: Secret | None = None,
    ) -> "Database":
        """Opens the file and waits for it.

        Raises:
            StoreFailed: as `opened` does; it is then closed.
        """
        database = cls(folder, patience_s=patience_s, check_s=check_s, vfs=vfs, secret=secret)
        try:
            await database.opened()
        except BaseException:
            await database.close()
            raise
        return database

    async def opened(self) -> None:
        """Waits until the file is open.

        Raises:
            StoreNewer, StoreForeign, StoreLocked, StoreKeyWrong, StorePlain: it is left as it is.
            StoreFailed: it cannot be opened within `patience_s`, or another process has it so long; a retriable one is
                tried again in the background.
        """
        await self._settled.wait()
        if self._failure is not None:
            raise self._failure

    async def write(self, job: Job[T], then: Callable[[T], object] | None = None) -> T:
        """Runs a job that writes; its result comes when it is on the disk.

        Args:
            job: given the connection, inside a transaction; may be run again after a failure.
            then: called with the result, also where nobody waits for it any more: in the order of the commits.

        Raises:
            StoreFailed: nothing of it is kept; or whatever the job raises.
        """
        future = (await self._open_threads()).writer.submit(job)
        if then is None:
            return await self._outcome(future)
        future.add_done_callback(lambda done: done.exception() or then(done.result()))
        return await self._outcome(asyncio.shield(future))

    async def exclusive(self, job: Job[T]) -> T:
        """Runs a job that minds its own transactions, between those of others."""
        return await self._outcome((await self._open_threads()).writer.submit(job, alone=True))

    async def read(self, job: Job[T]) -> T:
        """Runs a job that reads: all of it sees the file as it is at one moment.

        Raises:
            StoreFailed: the file cannot be read; or whatever the job raises.
        """
        return await self._outcome((await self._open_threads()).readers.submit(job))

    async def empty_log(self) -> None:
        """Leaves no byte of what was removed in the log."""
        try:
            await self.exclusive(lambda connection: connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE))
        except StoreFailed as error:
            # It is removed all the same; a backup that is under way may still read the log.
            log.warning("what was removed stays in the log until that is emptied: %s", error.message)

    @property
    def waiting(self) -> int:
        """Writes that wait for the disk."""
        return self._threads.writer.waiting if self._threads else 0

    def watch(self, listener: Listener) -> None:
        """Calls a function once when the file cannot be written any more; with None when it can again."""
        self._listeners.append(listener)

    def watch_damage(self, listener: DamageListener) -> None:
        """Calls a function when the file is found to be damaged: what can be written is written all the same."""
        self._damage_listeners.append(listener)

    async def close(self) -> None:
        """Finishes what waits, and lets go of the file; from a disk that hangs it turns away."""
        self._opening.cancel()
        await asyncio.wait([self._opening])
        self._failure = StoreFailed("the store is closed")
        self._settled.set()
        if self._threads is not None:
            threads, self._threads = self._threads, None
            closed = asyncio.Event()
            threading.Thread(target=threads.close, args=(self._loop, closed), name="store end", daemon=True).start()
            with suppress(TimeoutError):
                await asyncio.wait_for(closed.wait(), CLOSING_S)

    async def _open(self) -> None:
        until, pause = time.monotonic() + self._patience_s, FIRST_PAUSE_S
        while self._threads is None:
            try:
                self._threads = await self._attempt()
            except StoreFailed as error:
                if not error.retriable or time.monotonic() + pause > until:
                    self._fail(error)
                if not error.retriable:
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        if self._failure is not None:
            self._failure = None
            self._tell(None)
        self._settled.set()

    async def _attempt(self) -> Threads:
        """One attempt, in a thread of its own: the disk may hang. A cancelled one lets go of what it took."""
        attempt: Future[Started] = Future()
        work = partial(start, self._folder, self._check_s, self.vfs, self._secret)
        thread = threading.Thread(target=_attempt, args=(attempt, work), name="store start", daemon=True)
        thread.start()
        try:
            started = await asyncio.wrap_future(attempt)
        except asyncio.CancelledError:
            await asyncio.to_thread(thread.join, CLOSING_S)
            if not attempt.cancelled() and not attempt.exception():
                attempt.result().held.close()
            raise
        self.keys = started.keys
        return Threads(self.path, started, self.vfs, self._tell, self._found_damage, self._time)

    def _fail(self, error: StoreFailed) -> None:
        """From now on, whoever comes is told so at once."""
        if self._failure is None and not self._settled.is_set():
            self._tell(error)
        self._failure = error
        self._settled.set()

    async def _open_threads(self) -> Threads:
        if self._threads is None:
            await self.opened()
            if self._threads is None:
                raise StoreFailed("the store is closed")
        return self._threads

    async def _outcome(self, future: asyncio.Future[T]) -> T:
        try:
            return await future
        except StoreDamaged:
            if self._threads is not None:
                self._threads.keeper.check()
            raise

    def _found_damage(self, error: StoreDamaged) -> None:
        """What the keeper's thread has found."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.note_damage, error)

    def note_damage(self, error: StoreDamaged) -> None:
        """Remembers that the file is damaged: the next start salvages it."""
        note = note_of_damage(self.path)
        if not note.exists():
            log.error("%s: %s", self.path, error.message)
            with suppress(OSError):
                note.touch()
            for listener in self._damage_listeners:
                listener(error)

    def _time(self, seconds: float) -> None:
        self.timed(seconds)

    def _tell(self, error: StoreFailed | None) -> None:
        for listener in self._listeners:
            listener(error)


def _attempt(attempt: Future[Started], work: Callable[[], Started]) -> None:
    """Opens the file for whoever waits for it, if he still does."""
    try:
        started = work()
    except BaseException as error:  # noqa: BLE001 (raised again in the event loop)
        if attempt.set_running_or_notify_cancel():
            attempt.set_exception(error)
        return
    if attempt.set_running_or_notify_cancel():
        attempt.set_result(started)
    else:
        started.held.close()
