"""The thread that moves what is committed from the log into the file, and checks the file, beside all work."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing

import apsw

from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.store.faults import translated

log = logging.getLogger(__name__)

PAGES = 1_000
"""Pages in the log from which they are moved: 4 MB, as SQLite does by itself. Source: https://sqlite.org/wal.html"""
LOOKS = 2
"""What a disk reads wrong once it may read right the next time: only then the file is taken for damaged."""
STEPS = 10_000
"""Steps of SQLite's machine between two looks whether the check is to end."""


class Keeper:
    """Moves pages without holding up anybody (a passive checkpoint): SQLite's own way would let a commit wait for it.

    Args:
        connection: one that may write, of its own.
        writer: the connection whose commits fill the log.
        opened: gives one more connection; a check needs a fresh one, because the full-text index of one that has been
            open while others wrote takes their work for damage.
        damaged: called in this thread when a check finds damage, and another one finds it again.
        check: whether the file is still to be checked.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        writer: apsw.Connection,
        opened: Callable[[], apsw.Connection],
        damaged: Callable[[StoreDamaged], None],
        *,
        check: bool,
    ) -> None:
        self._connection = connection
        self._opened = opened
        self._damaged = damaged
        self._check = check
        self._closed = False
        self._due = threading.Event()
        self._failing: set[str] = set()
        writer.set_wal_hook(self._committed)
        self._thread = threading.Thread(target=self._work, name="store keeper", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Has the file checked: somebody met what looks like damage."""
        self._check = True
        self._due.set()

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
        while not self._closed:
            if self._check:
                self._check = False
                self._attempt(self._look, "the file cannot be checked")
            self._due.wait()
            self._due.clear()
            if not self._closed:
                self._attempt(self._checkpoint, "the log cannot be moved into the file, and grows")

    def _attempt(self, work: Callable[[], object], trouble: str) -> None:
        """Does work that a disk may refuse: that is told once, until it goes well again."""
        try:
            with translated():
                work()
        except StoreFailed as error:
            if trouble not in self._failing:
                log.warning("%s: %s", trouble, error.message)
            self._failing.add(trouble)
        else:
            self._failing.discard(trouble)

    def _look(self) -> None:
        problem = ""
        for _ in range(LOOKS):
            with closing(self._opened()) as connection:
                problem, _ = quick_check(connection, lambda: self._closed)
            if not problem:
                return
        self._damaged(StoreDamaged(f"the file is damaged: {problem}"))

    def _checkpoint(self) -> None:
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)


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
