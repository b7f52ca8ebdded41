"""Opening the file: for this process alone, checked, salvaged if it must be, and brought to the newest version."""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import apsw

from voiced.core.errors import StoreDamaged, StoreHeld
from voiced.core.ownership import hand_over
from voiced.core.secret import Secret
from voiced.store import connection as connect
from voiced.store import salvage
from voiced.store.crypto import keys_of
from voiced.store.faults import translated
from voiced.store.keeper import LOOKS, quick_check
from voiced.store.migrations import migrate
from voiced.store.replacing import tidy

log = logging.getLogger(__name__)

NAME = "voiced.db"
LOCK = "voiced.lock"
READERS = 2


class Started(NamedTuple):
    """The file, open, and locked against other processes.

    Attributes:
        held: closes the connections, and then lets go of the lock. Blocks.
        writer: the connection that writes.
        keeper: one that may write too.
        readers: those that read.
        checked: whether all of the file was checked.
        keys: of the file; see `crypto.keys_of`.
    """

    held: ExitStack
    writer: apsw.Connection
    keeper: apsw.Connection
    readers: Sequence[apsw.Connection]
    checked: bool
    keys: Sequence[bytes]


def note_of_damage(path: Path) -> Path:
    """Is there while the file is known to be damaged: the next start salvages it."""
    return path.with_suffix(".damaged")


def begun(folder: Path) -> bool:
    """Whether anything was ever kept in a folder: the file, its key, a backup, or what is left of a damaged one."""
    around = any(path.name != LOCK for path in folder.glob("voiced.*"))
    return around or any((folder / "backups").glob("*"))


@contextmanager
def hold(folder: Path) -> Generator[None]:
    """Keeps other processes of voiced from a folder, which is made where there is none.

    Raises:
        StoreHeld: another one has it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreHeld(f"another process of voiced uses {folder}") from error
        yield
    finally:
        hand_over(folder)
        os.close(lock)


def start(folder: Path, check_s: float, vfs: str | None, secret: Secret | None = None) -> Started:
    """Opens the file in a folder, making both where there is none. Blocks.

    Raises:
        StoreHeld: another process has it open.
        StoreNewer, StoreForeign, StoreLocked, StoreKeyWrong, StorePlain: it is left as it is.
        StoreFailed: it cannot be opened.
    """
    path = folder / NAME
    with ExitStack() as held, translated():
        held.enter_context(hold(folder))
        keys = keys_of(path, secret)
        tidy(folder)
        key = keys[0] if keys else None
        writer, checked = opened(path, check_s, vfs, key)
        held.enter_context(closing(writer))
        keeper = held.enter_context(closing(connect.writer(path, vfs, key)))
        readers = [held.enter_context(closing(connect.reader(path, vfs, key))) for _ in range(READERS)]
        return Started(held.pop_all(), writer, keeper, readers, checked, keys)


def opened(path: Path, check_s: float, vfs: str | None, key: bytes | None) -> tuple[apsw.Connection, bool]:
    """The connection that writes, to a good file that nobody else has; and whether all of it was checked."""
    salvage.finish(path)
    if not path.exists():
        _make(path)
    if not note_of_damage(path).exists() and not salvage.cut(path, locked=key is not None):
        for _ in range(LOOKS):
            try:
                return _checked(path, check_s, vfs, key)
            except StoreDamaged as error:
                log.warning("%s: %s", path, error.message)
    saved = salvage.salvage(path, vfs=vfs, key=key)
    log.warning("%s was damaged: %s were saved, the original is kept as %s", path, saved.rows, saved.original)
    note_of_damage(path).unlink(missing_ok=True)
    return _checked(path, check_s, vfs, key)


def _make(path: Path) -> None:
    """Makes the file, for this user alone, as its log will then be; says so if there was one before."""
    path.touch(mode=0o600)
    if backups := sorted((path.parent / "backups").glob("*.db")):
        log.warning("%s was not there; `voiced restore %s` brings back the newest backup", path, backups[-1].name)


def _checked(path: Path, check_s: float, vfs: str | None, key: bytes | None) -> tuple[apsw.Connection, bool]:
    until = time.monotonic() + check_s
    writer = connect.writer(path, vfs, key)
    try:
        with translated():
            # The log of a damaged file is not moved into it: the original is kept as it was found.
            writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            whole = _sound(writer, lambda: time.monotonic() > until)
            writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            migrate(writer)
            for end in ("", "-wal", "-shm"):
                if (part := path.with_name(path.name + end)).exists():
                    part.chmod(0o600)
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
