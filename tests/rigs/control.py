"""A control socket that answers, in a thread of its own: the real server and application around any agent."""

import asyncio
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from voiced.control.api import application
from voiced.control.client import Client
from voiced.control.server import hold, serve
from voiced.core.ports.agent import Agent


@contextmanager
def answering(path: Path, agent: Agent, *more: HTTPRouteHandler) -> Generator[Client]:
    """Serves an agent on a socket until the block ends."""
    loop = asyncio.new_event_loop()
    with hold(path) as listener:
        task = loop.create_task(serve(application(agent, *more), listener, asyncio.Event()))
        thread = threading.Thread(target=_run, args=(loop, task), name="control")
        thread.start()
        try:
            with Client(path) as client:
                yield client
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join()
            loop.close()


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(task)


@contextmanager
def replying(path: Path, reply: bytes, *, hang_up: bool = False) -> Generator[Client]:
    """Sends whoever asks the same bytes and hangs up; no bytes: accepts, and never answers, or hangs up."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_reply, args=(listener, reply, hang_up or bool(reply)), name="control")
        thread.start()
        try:
            with Client(path) as client:
                yield client
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _reply(listener: socket.socket, reply: bytes, hang_up: bool) -> None:  # noqa: FBT001 (a thread's argument)
    waiting: list[socket.socket] = []
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            if hang_up:
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(reply)
            else:
                waiting.append(connection)
    for connection in waiting:
        connection.close()
