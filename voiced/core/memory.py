"""Memory that was needed once, and is not any more."""

import asyncio
import ctypes
import gc

from voiced.core.ports.clock import Clock

EVERY_S = 60.0
"""What a crowd of clients took is given back within so long after it has gone."""
ARENAS = 2
BIG = 128 * 1024
"""Bytes: what is at least so big lies by itself, and goes back to the system when it is let go of. The library begins
with this, and takes more each time that something bigger was let go of."""
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3


def share_memory() -> None:
    """Lets threads share the memory that is free, and lets big pieces of it go back at once. Source: mallopt(3).

    Left alone, the library gives each core up to eight heaps, and once a big piece was let go of, it keeps such pieces
    among small ones. After an hour of faults (`scripts/faults soak`) the daemon has 179 MB instead of 198.
    """
    library = ctypes.CDLL(None)
    library.mallopt(_M_ARENA_MAX, ARENAS)
    library.mallopt(_M_MMAP_THRESHOLD, BIG)


def give_back_memory() -> None:
    """Returns what is free to the system, once everything is loaded, and looks for garbage from now on.

    Sources: malloc_trim(3), gc.freeze.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    _trim()


async def keep_small(clock: Clock) -> None:
    """Returns what is free to the system, and looks for garbage, until it is cancelled."""
    while True:
        await clock.sleep(EVERY_S)
        gc.enable()  # Where the ear hangs while it is loaded, nobody else has.
        await asyncio.to_thread(_trim)


def _trim() -> None:
    ctypes.CDLL(None).malloc_trim(0)
