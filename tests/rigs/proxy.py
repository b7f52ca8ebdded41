"""A TCP proxy that can be cut, or swallow everything, as networks do."""

import asyncio
from contextlib import suppress
from typing import Self


class Proxy:
    """Passes bytes on, between any port and one on 127.0.0.1. An asynchronous context manager.

    Args:
        target: the port of whom it stands before.

    Attributes:
        port: its own.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """All connections are reset; new ones too, until `restore`."""
        self._open = False
        for writer in self._writers:
            writer.transport.abort()

    def swallow(self) -> None:
        """Nothing is passed on any more, and nobody is told: connections are half open."""
        self._flowing.clear()

    def restore(self) -> None:
        """All is as it was."""
        self._open = True
        self._flowing.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._join(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                self._writers.add(far_writer)
                try:
                    ways = [(reader, far_writer), (far_reader, writer)]
                    async with asyncio.TaskGroup() as tasks:
                        for way in ways:
                            tasks.create_task(self._pass(*way))
                finally:
                    self._writers.discard(far_writer)
                    far_writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
