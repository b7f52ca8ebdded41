"""The daemon's Unix socket: who holds it, who may use it, and HTTP on it."""

import asyncio
import contextlib
import fcntl
import grp
import logging
import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.core.errors import DaemonRunning, VoicedError

if TYPE_CHECKING:
    from litestar import Litestar

GROUP = "voiced"
BACKLOG = 64
GRACE_S = 1
"""Requests in progress get this long when the daemon ends."""


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


async def serve(application: "Litestar", listener: socket.socket, answers: asyncio.Event) -> None:
    """Answers HTTP on a socket until it is cancelled.

    Args:
        application: what answers.
        listener: the socket.
        answers: is set as soon as it does.
    """
    import uvicorn  # noqa: PLC0415 (takes a while to load, while the children do the same)

    from voiced.control.peer import PeerProtocol  # noqa: PLC0415 (the same)

    over = asyncio.Event()

    class Server(uvicorn.Server):
        async def main_loop(self) -> None:
            """Uvicorn's own looks ten times a second whether it should go on."""
            answers.set()
            await over.wait()

        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None]:
            """Signals are the daemon's."""
            yield

    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        application,
        http=PeerProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    try:
        await asyncio.shield(task)
    finally:
        over.set()
        await task
