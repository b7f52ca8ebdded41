"""SQLite's errors in our words: what may be tried again, and what may not."""

from collections.abc import Generator
from contextlib import contextmanager

import apsw

from voiced.core.disk import on_disk
from voiced.core.errors import (
    StoreBroken,
    StoreBusy,
    StoreDamaged,
    StoreFailed,
    StoreFull,
    StoreRefused,
)

OURS: tuple[tuple[tuple[type[apsw.Error], ...], type[StoreFailed], str], ...] = (
    ((apsw.BusyError, apsw.LockedError, apsw.ProtocolError), StoreBusy, "somebody else uses the file"),
    ((apsw.FullError,), StoreFull, "there is no room left"),
    ((apsw.CorruptError, apsw.NotADBError), StoreDamaged, "the file is damaged"),
    (
        (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.NoLFSError),
        StoreBroken,
        "the disk does not do what it is asked",
    ),
    ((apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError, apsw.RangeError), StoreRefused, "a rule forbids it"),
)
"""Source: https://sqlite.org/rescode.html"""
_TOLD: tuple[tuple[str, type[StoreFailed]], ...] = (
    ("database or disk is full", StoreFull),
    ("disk I/O error", StoreBroken),
    ("database is locked", StoreBusy),
    ("database disk image is malformed", StoreDamaged),
    ("invalid fts5 file format", StoreDamaged),
    ("vtable constructor failed", StoreDamaged),
    ("Could not insert a new vector chunk", StoreFull),
    ("Internal sqlite-vec error", StoreBroken),
)
"""What the indexes of words and of vectors say as if the statement were wrong; the first that fits.

Where a chunk cannot be had, there is mostly no room for it; and whatever it is, the same is tried again.
"""


def ours(error: apsw.Error) -> StoreFailed:
    """Our error for one of SQLite's."""
    if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE:
        # The index of the log cannot grow: SQLite has no word of its own for a disk that is full just then.
        return StoreFull(f"there is no room left: {error}")
    told = next((kind for words, kind in _TOLD if words in str(error)), None) if type(error) is apsw.SQLError else None
    for theirs, kind, words in OURS:
        if kind is told or isinstance(error, theirs):
            return kind(f"{words}: {error}")
    return StoreFailed(f"{type(error).__name__}: {error}")


@contextmanager
def translated() -> Generator[None]:
    """Turns SQLite's errors, and the file system's, into ours."""
    try:
        with on_disk():
            yield
    except apsw.Error as error:
        raise ours(error) from error
