"""Opening the file: for this process alone, checked, salvaged if it must be, and brought to the newest version."""

import fcntl
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw

from voiced.core.errors import StoreDamaged, StoreHeld
from voiced.store import connection as connect
from voiced.store import salvage
from voiced.store.faults import translated
from voiced.store.keeper import quick_check
from voiced.store.migrations import migrate

log = logging.getLogger(__name__)

NAME = "voiced.db"
LOOKS = 2
"""What a disk reads wrong once it may read right the next time: only then the file is taken for damaged."""


class Started(NamedTuple):
    """The file, open to write.

    Attributes:
        lock: what keeps other processes out, a file descriptor.
        writer: the connection.
        checked: whether all of it was checked.
    """

    lock: int
    writer: apsw.Connection
    checked: bool


def note_of_damage(path: Path) -> Path:
    """Is there while the file is known to be damaged: the next start salvages it."""
    return path.with_suffix(".damaged")


def start(folder: Path, check_s: float, vfs: str | None) -> Started:
    """Opens the file in a folder, making both where there is none. Blocks.

    Raises:
        StoreHeld: another process has it open.
        StoreNewer, StoreForeign: it is left as it is.
        StoreFailed: it cannot be opened.
    """
    with translated():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "voiced.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreHeld(f"another process of voiced uses {folder}") from error
        with translated():
            writer, checked = _open(folder / NAME, check_s, vfs)
    except BaseException:
        os.close(lock)
        raise
    return Started(lock, writer, checked)


def _open(path: Path, check_s: float, vfs: str | None) -> tuple[apsw.Connection, bool]:
    """The connection that writes, to a good file; and whether all of it was checked."""
    salvage.finish(path)
    if not path.exists():
        _make(path)
    if not note_of_damage(path).exists() and not salvage.cut(path):
        for _ in range(LOOKS):
            try:
                return _checked(path, check_s, vfs)
            except StoreDamaged as error:
                log.warning("%s: %s", path, error.message)
    saved = salvage.salvage(path, vfs=vfs)
    log.warning("%s was damaged: %s were saved, the original is kept as %s", path, saved.rows, saved.original)
    note_of_damage(path).unlink(missing_ok=True)
    return _checked(path, check_s, vfs)


def _make(path: Path) -> None:
    """Makes the file, for this user alone, as its log will then be; says so if there was one before."""
    path.touch(mode=0o600)
    if backups := sorted((path.parent / "backups").glob("*.db")):
        log.warning("%s was not there; `voiced restore %s` brings back the newest backup", path, backups[-1].name)


def _checked(path: Path, check_s: float, vfs: str | None) -> tuple[apsw.Connection, bool]:
    until = time.monotonic() + check_s
    writer = connect.writer(path, vfs)
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
