"""The thread that moves what is committed from the log into the file, and checks the file, beside all work."""

import logging
import threading
from collections.abc import Callable

import apsw

from voiced.core.errors import StoreDamaged
from voiced.store.faults import ours

log = logging.getLogger(__name__)

PAGES = 1_000
"""Pages in the log from which they are moved: 4 MB, as SQLite does by itself. Source: https://sqlite.org/wal.html"""
STEPS = 10_000
"""Steps of SQLite's machine between two looks whether the check is to end."""


class Keeper:
    """Moves pages without holding up anybody (a passive checkpoint): SQLite's own way would let a commit wait for it.

    Args:
        connection: one that may write, of its own.
        writer: the connection whose commits fill the log.
        damaged: called in this thread when the check finds damage.
        check: whether the file is still to be checked.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        writer: apsw.Connection,
        damaged: Callable[[StoreDamaged], None],
        *,
        check: bool,
    ) -> None:
        self._connection = connection
        self._damaged = damaged
        self._check = check
        self._closed = False
        self._due = threading.Event()
        self._failing = False
        writer.set_wal_hook(self._committed)
        self._thread = threading.Thread(target=self._work, name="store keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread; the connection stays open. Blocks."""
        self._closed = True
        self._due.set()
        self._thread.join()

    def _committed(self, _: apsw.Connection, __: str, pages: int) -> int:
        if pages >= PAGES:
            self._due.set()
        return apsw.SQLITE_OK

    def _work(self) -> None:
        if self._check:
            problem, _ = quick_check(self._connection, lambda: self._closed)
            if problem:
                self._damaged(StoreDamaged(f"the file is damaged: {problem}"))
        while not self._closed:
            self._due.wait()
            self._due.clear()
            if not self._closed:
                self._checkpoint()

    def _checkpoint(self) -> None:
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            if not self._failing:
                log.warning("the log cannot be moved into the file, and grows: %s", ours(error).message)
            self._failing = True
        else:
            self._failing = False


def quick_check(connection: apsw.Connection, enough: Callable[[], bool]) -> tuple[str, bool]:
    """Looks at every page of the file, though not at whether indexes and tables agree.

    Args:
        connection: any.
        enough: asked now and then whether to stop.

    Returns:
        What is wrong, or nothing; and whether all was looked at.
    """
    connection.set_progress_handler(enough, STEPS)
    try:
        rows = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except apsw.InterruptError:
        return "", False
    except (apsw.CorruptError, apsw.NotADBError) as error:
        return str(error), True
    finally:
        connection.set_progress_handler(None)
    return ("" if rows == ["ok"] else "; ".join(rows)), True
