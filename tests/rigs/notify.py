"""What a daemon tells systemd, taken in by a socket as systemd's own is."""

import select
import socket
import time
from pathlib import Path

PATIENCE_S = 60.0


class Notified:
    """The socket.

    Args:
        path: where it is made.

    Attributes:
        told: all lines so far.
    """

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)

    def read(self) -> list[str]:
        """Takes in all that has come; gives what is new."""
        new: list[str] = []
        while select.select([self._socket], [], [], 0)[0]:
            new += self._socket.recv(65_536).decode().split("\n")
        self.told += new
        return new

    def wait(self, line: str) -> None:
        """Waits until a line comes that begins so."""
        until = time.monotonic() + PATIENCE_S
        while not any(each.startswith(line) for each in self.read()):
            assert time.monotonic() < until, f"{line} was not told: {self.told}"
            select.select([self._socket], [], [], 1)

    def close(self) -> None:
        self._socket.close()
