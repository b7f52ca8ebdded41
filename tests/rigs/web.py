"""A small web: answers by path, as they were recorded, and takes note of what was asked."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.rigs.sockets import serving

ANSWERS = Path(__file__).parents[1] / "search" / "answers"


class Web:
    """What was asked, and where it is.

    Attributes:
        url: its address.
        asked: path and query of each request, in their order.
        headers: of the last request.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers = ""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@asynccontextmanager
async def web(pages: Mapping[str, bytes | str]) -> AsyncGenerator[Web]:
    """Serves until the block ends.

    Args:
        pages: path to a whole answer, with its head, or to the name of a recorded one; other paths are not found.
    """
    there = Web()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = urlsplit(request.split()[1])
        there.asked.append((target.path, {name: values[0] for name, values in parse_qs(target.query).items()}))
        there.headers = request
        writer.write(_answer(pages.get(target.path)))
        await writer.drain()
        await reader.read()  # Until whoever asked has hung up.

    async with serving(behave) as port:
        there.url = f"http://127.0.0.1:{port}"
        yield there


def _answer(page: bytes | str | None) -> bytes:
    if isinstance(page, bytes):
        return page
    body = (ANSWERS / page).read_bytes() if page else b"{}"
    return head("200 OK" if page else "404 Not Found", len(body)) + body


def head(status: str, length: int, more: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}"
        "Connection: close\r\n\r\n"
    ).encode()
