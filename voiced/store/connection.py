"""Connections to the file: how each is set."""

from pathlib import Path

import apsw
import sqlite_vec

from voiced.store.faults import translated

APPLICATION_ID = 0x766F6963
"""In the header of every file of ours: "voic"."""
BUSY_MS = 250
"""How long a writer waits for another process (a backup tool, a curious person) before it tries again by itself."""
_WRITER = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
_READER = apsw.SQLITE_OPEN_READONLY


def writer(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Opens the file to write, making it where there is none.

    A commit returns when it is on the disk (`synchronous=FULL`); what is removed is overwritten (`secure_delete`).

    Raises:
        StoreFailed: it cannot be opened.
    """
    with translated():
        connection = apsw.Connection(str(path), flags=_WRITER, vfs=vfs)
        try:
            connection.set_busy_timeout(BUSY_MS)
            connection.pragma("journal_mode", "wal")
            connection.pragma("synchronous", "full")
            connection.pragma("foreign_keys", 1)
            connection.pragma("secure_delete", 1)
            connection.wal_autocheckpoint(0)
            search_vectors(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def onlooker(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Opens the file to look at all of it, and to change nothing.

    SQLite knows no CHECK of a file that it may only read: this connection might write, and is told not to. Source:
    `sqlite3AddCheckConstraint` in SQLite's build.c.

    Raises:
        StoreFailed: it cannot be opened.
    """
    with translated():
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
        try:
            connection.set_busy_timeout(BUSY_MS)
            connection.pragma("query_only", 1)
            search_vectors(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def reader(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Opens the file to read: at once, or not at all.

    Raises:
        StoreFailed: it cannot be opened.
    """
    with translated():
        connection = apsw.Connection(str(path), flags=_READER, vfs=vfs)
        try:
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
