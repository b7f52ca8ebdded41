"""A control socket that answers, in a thread of its own: the real server and application around any agent."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from litestar.handlers import HTTPRouteHandler

from tests.fakes.machine import FakeMachine
from tests.rigs.awaiting import until
from voiced.control.api import application
from voiced.control.client import Client
from voiced.control.serving import HttpServer
from voiced.control.unixsocket import hold
from voiced.core.config_http import HttpConfig
from voiced.core.ports.agent import Agent
from voiced.core.tasks import ended
from voiced.network import Network


@contextmanager
def answering(path: Path, agent: Agent, *more: HTTPRouteHandler) -> Generator[Client]:
    """Serves an agent on a socket until the block ends."""
    with hold(path) as listener:
        interface = application(agent, FakeMachine(), *more)

        async def serve() -> None:
            await HttpServer(interface).serve(listener, asyncio.Event())

        with _working(serve()), Client(path) as client:
            yield client


@contextmanager
def networked(agent: Agent, config: HttpConfig) -> Generator[Network]:
    """Serves an agent over TCP until the block ends."""
    began, interface = threading.Event(), application(agent, FakeMachine())
    networks: list[Network] = []

    async def serve() -> None:
        network = Network(config, agent, interface)
        networks.append(network)
        task = asyncio.create_task(network.run())
        try:
            await until(lambda: all(each.port for each in network.listeners) or task.done())
            began.set()
            await task
        finally:
            began.set()
            await ended([task])

    with _working(serve()):
        assert began.wait(60)
        yield networks[0]


@contextmanager
def _working(work: Coroutine[Any, Any, None]) -> Generator[None]:
    """Does work in a thread with a loop of its own, until the block ends."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    thread = threading.Thread(target=_run, args=(loop, task), name="control")
    thread.start()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # It ended by itself.
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
