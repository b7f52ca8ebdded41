"""How many threads an engine computes with."""

import os
import sys

import psutil


def threads(wanted: int, most: int = sys.maxsize) -> int:
    """Threads to compute with.

    Args:
        wanted: so many; 0 for as many as there are physical cores that we may use: more of them only disturb.
        most: where the machine decides, it is no more than this.
    """
    return wanted or max(1, min(most, len(os.sched_getaffinity(0)), psutil.cpu_count(logical=False) or 1))
