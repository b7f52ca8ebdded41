"""The disk: room that is left for what is said meanwhile, what is really on it, and its errors as ours."""

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
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
    with on_disk():
        disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    if free < size + spare:
        raise StoreFull(f"{size} bytes are needed, and {spare} are to be left: {free} are free")


@contextmanager
def on_disk() -> Generator[None]:
    """Turns the file system's errors into ours.

    Raises:
        StoreFull: there is no room left.
        StoreBroken: the disk does not do what it is asked.
    """
    try:
        yield
    except OSError as error:
        raise (StoreFull if error.errno == errno.ENOSPC else StoreBroken)(str(error)) from error


def sync(path: Path) -> None:
    """Puts a file, or the names in a folder, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
