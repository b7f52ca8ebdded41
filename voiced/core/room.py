"""Room on a disk: what is large leaves some for what is said meanwhile."""

import os
from pathlib import Path

from voiced.core.errors import StoreBroken, StoreFull

SPARE = 64 * 1024 * 1024
"""Bytes that a file on its way in or out leaves free."""


def leave_room(place: Path | int, size: int, spare: int = SPARE) -> None:
    """Looks whether there is room for something.

    Args:
        place: a folder, or an open file.
        size: bytes that it needs.
        spare: bytes that it is to leave.

    Raises:
        StoreFull: there is not.
        StoreBroken: the disk does not tell.
    """
    try:
        disk = os.statvfs(place)
    except OSError as error:
        raise StoreBroken(str(error)) from error
    free = disk.f_bavail * disk.f_frsize
    if free < size + spare:
        raise StoreFull(f"{size} bytes are needed, and {spare} are to be left: {free} are free")
