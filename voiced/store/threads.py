"""The threads of the file while it is open, and its connections."""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.store import connection as connect
from voiced.store.keeper import Keeper
from voiced.store.readers import Readers
from voiced.store.start import Started
from voiced.store.writer import Writer

READERS = 2
Listener = Callable[[StoreFailed | None], None]
DamageListener = Callable[[StoreDamaged], None]


class Threads:
    """What is there while the file is open.

    Args:
        path: the file.
        started: it is the threads' to close.
        vfs: SQLite's name of another way to the disk.
        told: see `Writer`.
        damaged: see `Keeper`.
    """

    def __init__(
        self,
        path: Path,
        started: Started,
        vfs: str | None,
        told: Listener,
        damaged: DamageListener,
    ) -> None:
        self._lock = started.lock
        keeping = connect.writer(path, vfs)
        reading = [connect.reader(path, vfs) for _ in range(READERS)]
        self._connections = [*reading, keeping, started.writer]
        opened = partial(connect.onlooker, path, vfs)
        self.keeper = Keeper(keeping, started.writer, opened, damaged, check=not started.checked)
        self.readers = Readers(reading)
        self.writer = Writer(started.writer, told)

    def close(self, loop: asyncio.AbstractEventLoop, closed: asyncio.Event) -> None:
        """Finishes what waits; the last connection to go moves the log into the file. In a thread of its own."""
        self.writer.close()
        self.readers.close()
        self.keeper.close()
        for connection in self._connections:
            connection.close()
        os.close(self._lock)
        if not loop.is_closed():
            loop.call_soon_threadsafe(closed.set)


def let_go(started: Started) -> None:
    """Closes what no threads were given to."""
    started.writer.close()
    os.close(started.lock)
