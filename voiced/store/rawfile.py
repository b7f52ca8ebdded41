"""A file that is read as it is, past SQLite."""

import errno
import os
from pathlib import Path

BLOCK = 4096


class Disk:
    """A file that is sliced like bytes, and read piece by piece; what the disk does not give is zero."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._file = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._size = os.fstat(self._file).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, end, _ = part.indices(self._size)
        length = max(0, end - start)
        try:
            return os.pread(self._file, length, start)
        except OSError as error:
            if error.errno != errno.EIO or length <= BLOCK:
                return bytes(length)
        return b"".join(self[place : min(place + BLOCK, end)] for place in range(start, end, BLOCK))

    def close(self) -> None:
        """Lets go of the file."""
        os.close(self._file)
