"""Servers of raw bytes, for what no decent server does."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


@asynccontextmanager
async def serving(behave: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncGenerator[int]:
    """Serves every connection with a behaviour, until the block ends; on a given port, or on any.

    Yields:
        The port on 127.0.0.1.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
                await behave(reader, writer)
        finally:
            writer.transport.abort()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(work(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await server.wait_closed()


def endless(beginning: bytes = b"", piece: bytes = b"x" * 65_536) -> Behaviour:
    """Sends without an end, as fast as it is read."""

    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(piece)
            await writer.drain()

    return behave


def dripping(beginning: bytes = b"", drop: bytes = b"x") -> Behaviour:
    """Sends a little again and again, so that something always comes."""

    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.01)

    return behave


def saying(data: bytes) -> Behaviour:
    """Sends something and closes."""

    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.write_eof() if writer.can_write_eof() else None
        await asyncio.sleep(0.05)

    return behave


async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Takes nothing in and says nothing."""
    await asyncio.Event().wait()


async def slammed(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Closes at once."""


def after(reading: bytes, then: Behaviour, first: bytes = b"") -> Behaviour:
    """Waits until something was read, says something, and goes on with another behaviour."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(reading)
        writer.write(first)
        await writer.drain()
        await then(reader, writer)

    return behave


def http(body: str, *, status: str = "200 OK", kind: str = "text/event-stream", headers: str = "") -> bytes:
    """An answer that ends with its connection."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}Connection: close\r\n\r\n{body}".encode()
