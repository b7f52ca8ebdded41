"""The file in which everything is kept, open: one thread writes, two read, one looks after it."""

import asyncio
import fcntl
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw

from voiced.core.errors import StoreDamaged, StoreFailed, StoreHeld
from voiced.store import connection as connect
from voiced.store.faults import translated
from voiced.store.keeper import Keeper, quick_check
from voiced.store.migrations import migrate
from voiced.store.readers import Readers
from voiced.store.writer import Writer

log = logging.getLogger(__name__)

NAME = "voiced.db"
READERS = 2
RETRY_S = 0.25
T = TypeVar("T")
Job = Callable[[apsw.Connection], T]


class Database:
    """The open file. Made with `Database.open`; belongs to the event loop.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, lock: int, writer: apsw.Connection, *, checked: bool, vfs: str | None) -> None:
        self.path = path
        self._lock = lock
        self._listeners: list[Callable[[StoreFailed | None], None]] = []
        self._loop = asyncio.get_running_loop()
        self._own = [writer, connect.writer(path, vfs), *(connect.reader(path, vfs) for _ in range(READERS))]
        self._keeper = Keeper(self._own[1], writer, self._found_damage, check=not checked)
        self._readers = Readers(self._own[2:])
        self._writer = Writer(writer, self._tell)

    @classmethod
    async def open(
        cls, folder: Path, *, patience_s: float = 10.0, check_s: float = 1.0, vfs: str | None = None
    ) -> "Database":
        """Opens the file in a folder, making both where there is none; brings it to the newest version.

        A damaged file is put by, and what can be read of it is saved into a new one.

        Args:
            folder: for this process alone as long as it is open.
            patience_s: an error that may go away (a disk that is mounted late) is waited out for so long.
            check_s: how long the check may take; what is left of it follows in the background.
            vfs: SQLite's name of another way to the disk.

        Raises:
            StoreHeld: another process has it open.
            StoreNewer, StoreForeign: it is left as it is.
            StoreFailed: it cannot be opened.
        """
        until = time.monotonic() + patience_s
        while True:
            try:
                lock, writer, checked = await asyncio.to_thread(_start, folder, check_s, vfs)
                break
            except StoreFailed as error:
                if not error.retriable or time.monotonic() + RETRY_S > until:
                    raise
                log.info("%s; trying again", error.message)
            await asyncio.sleep(RETRY_S)
        return cls(folder / NAME, lock, writer, checked=checked, vfs=vfs)

    async def write(self, job: Job[T]) -> T:
        """Runs a job that writes; its result comes when it is on the disk.

        Args:
            job: given the connection, inside a transaction; may be run again after a failure.

        Raises:
            StoreFailed: nothing of it is kept; or whatever the job raises.
        """
        return await self._outcome(self._writer.submit(job))

    async def exclusive(self, job: Job[T]) -> T:
        """Runs a job that minds its own transactions, between those of others."""
        return await self._outcome(self._writer.submit(job, alone=True))

    async def read(self, job: Job[T]) -> T:
        """Runs a job that reads: all of it sees the file as it is at one moment.

        Raises:
            StoreFailed: the file cannot be read; or whatever the job raises.
        """
        return await self._outcome(self._readers.submit(job))

    def watch(self, listener: Callable[[StoreFailed | None], None]) -> None:
        """Calls a function once when the file cannot be written any more or is damaged; with None when it can again."""
        self._listeners.append(listener)

    async def close(self) -> None:
        """Finishes what waits, and lets go of the file."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._readers.close()
        self._keeper.close()
        for each in reversed(self._own):
            each.close()
        os.close(self._lock)

    async def _outcome(self, future: asyncio.Future[T]) -> T:
        try:
            return await future
        except StoreDamaged as error:
            self._note_damage(error)
            raise

    def _found_damage(self, error: StoreDamaged) -> None:
        """The same, from the keeper's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note_damage, error)

    def _note_damage(self, error: StoreDamaged) -> None:
        if not _note(self.path).exists():
            log.error("%s: %s", self.path, error.message)
            _note(self.path).touch()
            self._tell(error)

    def _tell(self, error: StoreFailed | None) -> None:
        for listener in self._listeners:
            listener(error)


def _note(path: Path) -> Path:
    """Is there while the file is known to be damaged: the next start salvages it."""
    return path.with_suffix(".damaged")


def _start(folder: Path, check_s: float, vfs: str | None) -> tuple[int, apsw.Connection, bool]:
    with translated():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "voiced.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreHeld(f"another process of voiced uses {folder}") from error
        writer, checked = _open(folder / NAME, check_s, vfs)
    except BaseException:
        os.close(lock)
        raise
    return lock, writer, checked


def _open(path: Path, check_s: float, vfs: str | None) -> tuple[apsw.Connection, bool]:
    """The connection that writes, to a good file; and whether all of it was checked."""
    if not _note(path).exists():
        try:
            return _checked(path, check_s, vfs)
        except StoreDamaged as error:
            log.warning("%s: %s", path, error.message)
    from voiced.store.salvage import salvage  # noqa: PLC0415 (hardly ever needed)

    salvage(path)
    _note(path).unlink(missing_ok=True)
    return _checked(path, check_s, vfs)


def _checked(path: Path, check_s: float, vfs: str | None) -> tuple[apsw.Connection, bool]:
    until = time.monotonic() + check_s
    writer = connect.writer(path, vfs)
    try:
        with translated():
            whole = _sound(writer, lambda: time.monotonic() > until)
            migrate(writer)
        path.chmod(0o600)
    except BaseException:
        writer.close()
        raise
    return writer, whole


def _sound(writer: apsw.Connection, enough: Callable[[], bool]) -> bool:
    """Whether all of the file was looked at.

    Raises:
        StoreDamaged: something is wrong with it.
    """
    problem, whole = quick_check(writer, enough)
    if problem:
        raise StoreDamaged(problem)
    return whole
