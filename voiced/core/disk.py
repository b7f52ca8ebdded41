"""The disk: room that is left for what is said meanwhile, what is really on it, and its errors as ours."""

import errno
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from voiced.core.errors import StoreBroken, StoreFull

SPARE = 64 * 1024 * 1024
"""Bytes that a file on its way in or out leaves free."""
PIECE = 1024 * 1024
TRANSFERS = "transfers"
"""Of everything that is kept, the folder of files on their way through the socket."""


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


def put(path: Path, content: bytes) -> None:
    """Writes a small file for its owner alone: whole and on the disk, or as it was before."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    part.rename(path)
    sync(path.parent)


def shred(path: Path) -> None:
    """Writes zeros over a file, and removes it. What a memory card has put elsewhere meanwhile it does not reach."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return
    with file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(PIECE, left)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)  # Somebody else may remove it, too.
    sync(path.parent)


def clear(folder: Path) -> None:
    """Overwrites and removes a folder of files, whatever comes and goes in it meanwhile."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            shred(path)
    shutil.rmtree(folder, ignore_errors=True)
