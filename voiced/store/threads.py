"""The threads of the file while it is open."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from voiced.core.errors import StoreDamaged, StoreFailed
from voiced.store import connection as connect
from voiced.store.keeper import Keeper
from voiced.store.readers import Readers
from voiced.store.start import Started
from voiced.store.writer import Writer

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
        timed: see `Writer`.
    """

    def __init__(
        self,
        path: Path,
        started: Started,
        vfs: str | None,
        told: Listener,
        damaged: DamageListener,
        timed: Callable[[float], None],
    ) -> None:
        self._held = started.held
        opened = partial(connect.onlooker, path, vfs, started.keys[0] if started.keys else None)
        self.keeper = Keeper(started.keeper, started.writer, opened, damaged, check=not started.checked)
        self.readers = Readers(started.readers)
        self.writer = Writer(started.writer, told, timed)

    def close(self, loop: asyncio.AbstractEventLoop, closed: asyncio.Event) -> None:
        """Finishes what waits; the last connection to go moves the log into the file. In a thread of its own."""
        self.writer.close()
        self.readers.close()
        self.keeper.close()
        self._held.close()
        if not loop.is_closed():
            loop.call_soon_threadsafe(closed.set)
