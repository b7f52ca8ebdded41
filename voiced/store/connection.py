"""Connections to the file: how each is set, and the one place where it gets its key."""

from pathlib import Path
from urllib.parse import quote

import apsw
import sqlite_vec

from voiced.core.errors import StorePlain
from voiced.store.faults import translated
from voiced.store.locked import state
from voiced.store.pages import PAGE

APPLICATION_ID = 0x766F6963
"""In the header of every file of ours: "voic"."""
BUSY_MS = 250
"""How long a writer waits for another process (a backup tool, a curious person) before it tries again by itself."""
SYNCHRONOUS = "full"
"""A commit returns when it is on the disk."""
LOCKED_CACHE_KIB = 16_384
"""Pages that a connection keeps open: to read one again from a locked file costs more than from a plain one."""
_WRITER = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
_READER = apsw.SQLITE_OPEN_READONLY
_CIPHERS = "multipleciphers-"
"""Before the name of a way to the disk: SQLite3 Multiple Ciphers encrypts on it. The usual one is so already."""


def writer(path: Path, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """Opens the file to write, making it where there is none.

    What is removed is overwritten (`secure_delete`).

    Raises:
        StoreFailed: it cannot be opened.
        StorePlain: there is a key, and the file is not encrypted.
    """
    with translated():
        connection = _opened(path, _WRITER, vfs, key)
        try:
            connection.set_busy_timeout(BUSY_MS)
            connection.pragma("journal_mode", "wal")
            connection.pragma("synchronous", SYNCHRONOUS)
            connection.pragma("foreign_keys", 1)
            connection.pragma("secure_delete", 1)
            connection.wal_autocheckpoint(0)
            # By now a new file has its first page: it must not be a plain one, whatever the library did.
            _refuse_plain(path, key)
        except BaseException:
            connection.close()
            raise
        return connection


def onlooker(path: Path, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """Opens the file to look at all of it, and to change nothing.

    SQLite knows no CHECK of a file that it may only read: this connection might write, and is told not to. Source:
    `sqlite3AddCheckConstraint` in SQLite's build.c.

    Raises:
        StoreFailed: it cannot be opened.
    """
    with translated():
        connection = _opened(path, apsw.SQLITE_OPEN_READWRITE, vfs, key)
        try:
            connection.set_busy_timeout(BUSY_MS)
            connection.pragma("query_only", 1)
            search_vectors(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def reader(path: Path, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """Opens the file to read: at once, or not at all.

    Raises:
        StoreFailed: it cannot be opened.
    """
    with translated():
        return _opened(path, _READER, vfs, key)


def draft(path: Path, vfs: str | None = None, key: bytes | None = None) -> apsw.Connection:
    """Opens a file that nobody else knows yet, as SQLite sets it."""
    return _opened(path, _WRITER, vfs, key)


def still(path: Path, key: bytes | None = None) -> apsw.Connection:
    """Opens a file that nobody changes to read, without leaving anything beside it."""
    log = path.with_name(f"{path.name}-wal")
    # What was copied while it was in use brings its log; what has none is as it is, also on a disk for reading only.
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return _opened(path, _READER | apsw.SQLITE_OPEN_URI, None, key, f"?{how}")


def copy_into(connection: apsw.Connection, target: Path, key: bytes | None) -> None:
    """Writes all that a `still` connection sees into an empty file, under another key or none."""
    locks = f"?cipher=chacha20&hexkey={_raw(key)}" if key else "?key="
    connection.pragma("page_size", PAGE)
    connection.execute("VACUUM INTO ?", (f"file:{quote(str(target.absolute()))}{locks}",))


def _opened(path: Path, flags: int, vfs: str | None, key: bytes | None, how: str = "") -> apsw.Connection:
    name = f"file:{quote(str(path.absolute()))}{how}" if how else str(path)
    _refuse_plain(path, key)
    connection = apsw.Connection(name, flags=flags, vfs=f"{_CIPHERS}{vfs}" if vfs and key else vfs)
    try:
        if key is not None:
            connection.pragma("cipher", "chacha20")
            connection.pragma("hexkey", _raw(key))
            connection.pragma("cache_size", -LOCKED_CACHE_KIB)
        search_vectors(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def search_vectors(connection: apsw.Connection) -> None:
    """Brings sqlite-vec into a connection: all that touch the tables of vectors need it, also to remove a message."""
    connection.enable_load_extension(True)
    try:
        connection.load_extension(sqlite_vec.loadable_path())
    finally:
        connection.enable_load_extension(False)


def _raw(key: bytes) -> str:
    """The key as it is: random already, so that nothing has to be derived from it."""
    return (b"raw:" + key).hex()


def _refuse_plain(path: Path, key: bytes | None) -> None:
    if key is not None and state(path) == "plain":
        raise StorePlain(f"{path} is not encrypted, though there is a key for it")
