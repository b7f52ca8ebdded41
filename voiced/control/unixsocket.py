"""The daemon's Unix socket: who holds it, and who may use it."""

import contextlib
import fcntl
import grp
import os
import socket
from collections.abc import Generator
from pathlib import Path

from voiced.core.errors import DaemonRunning, VoicedError

GROUP = "voiced"
BACKLOG = 1024
"""Whoever is not taken in at once is told so, if he does not wait: a crowd must not fill it."""


@contextlib.contextmanager
def hold(path: Path) -> Generator[socket.socket]:
    """Takes the socket for this daemon alone; it disappears with the block.

    Raises:
        DaemonRunning: another daemon holds it.
        VoicedError: the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        hint = "Run as the user `voiced`, or choose another place: --set control.socket=PATH"
        message = f"the socket's folder {path.parent} cannot be used: {error}"
        raise VoicedError(message, code="socket", hint=hint) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DaemonRunning(f"a daemon is running already; it holds {path}") from error
        with _bound(path) as listener:
            try:
                yield listener
            finally:
                path.unlink(missing_ok=True)
    finally:
        os.close(lock)


def _bound(path: Path) -> socket.socket:
    if path.exists() and not path.is_socket():
        raise VoicedError(f"{path} is there already, and no socket", code="socket", hint="Choose another place.")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise VoicedError(f"{path} cannot be a socket: {error}", code="socket", hint="Try a shorter path.") from error
    finally:
        os.umask(before)
    with contextlib.suppress(KeyError, PermissionError):
        os.chown(path, -1, grp.getgrnam(GROUP).gr_gid)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
