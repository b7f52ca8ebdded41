"""Clients that are slow, too large or too many, and what becomes of them: with a real socket, and any application."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.awaiting import until
from tests.rigs.certificates import Certificate, self_signed
from voiced.control.protocol import READ_SIZE
from voiced.control.serving import Bounds, HttpServer
from voiced.core.tasks import ended

PIECE = b"x" * 65_536
GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"


class Application:
    """Answers at once; on /wait when it is let, on /flood without an end; /body when it has read all of it."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.waiting = self.read = 0
        self.hung_up = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/body":
            more = True
            while more:
                message = await receive()
                self.read += len(message.get("body", b""))
                more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/listen":
            self.waiting += 1
            while (message := await receive())["type"] != "http.disconnect":
                self.read += len(message["body"])
            self.hung_up = True
            return
        if scope["path"] == "/wait":
            self.waiting += 1
            await self.go.wait()
        while scope["path"] == "/flood" and not self.go.is_set():
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"good", "more_body": False})


class Place:
    """A server, its application, and those who came: they are gone with it."""

    def __init__(self, server: HttpServer, application: Application, port: int, trusts: ssl.SSLContext | None) -> None:
        self.server, self.application, self.port, self.trusts = server, application, port, trusts
        self.writers: list[asyncio.StreamWriter] = []

    async def come(self, sending: bytes = b"", **given: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, **{"ssl": self.trusts, **given})
        self.writers.append(writer)
        writer.write(sending)
        return reader, writer

    async def empty(self) -> None:
        await until(lambda: not self.server._guests)

    @property
    def first(self) -> Any:
        return next(iter(self.server._guests))


@asynccontextmanager
async def serving(bounds: Bounds | None = None, shows: Certificate | None = None) -> AsyncGenerator[Place]:
    application = Application()
    server = HttpServer(application, bounds or Bounds(100), shows.context if shows else None)
    trusts = ssl.create_default_context(cafile=str(shows.file)) if shows else None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        place = Place(server, application, listener.getsockname()[1], trusts)
        task = asyncio.create_task(server.serve(listener, asyncio.Event()))
        try:
            async with asyncio.timeout(60):
                yield place
        finally:
            application.go.set()
            await ended([task])
            for writer in place.writers:
                writer.transport.abort()
            await asyncio.sleep(0)


@pytest.fixture(params=["plain", "encrypted"])
def shows(request: pytest.FixtureRequest, tmp_path: Path) -> Certificate | None:
    return self_signed(tmp_path) if request.param == "encrypted" else None


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("protocol.HEADERS_S", "protocol.BODY_S", "protocol.STALL_S", "serving.HANDSHAKE_S", "serving.KEEP_S"):
        monkeypatch.setattr(f"voiced.control.{name}", 0.3)
    monkeypatch.setattr("voiced.control.serving.LOOK_S", 0.02)


async def answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readuntil(b"0\r\n\r\n") if b"chunked" in head else b""
    return head + body


SLOW = {
    "nothing": b"",
    "half a line": b"GE",
    "half of the headers": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
    "half a chunk": b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
    "half of a second one": (GET % b"") + b"GET / HT",
    "a body after the answer": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("slow", SLOW)
def test_who_does_not_get_on_is_cut_off(slow: str):
    async def run() -> None:
        async with serving() as place:
            reader, _ = await place.come(SLOW[slow])
            await reader.read()
            await place.empty()

    asyncio.run(run())


WRONG = {
    414: b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    431: b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 2_000_000 + b"\r\n\r\n",
    400: b"good morning\r\n\r\n" + b"x" * 2_000_000,
}


@pytest.mark.parametrize("status", WRONG)
def test_what_is_no_request_is_answered_though_more_of_it_comes(status: int, shows: Certificate | None):
    async def run() -> None:
        async with serving(shows=shows) as place:
            reader, writer = await place.come(WRONG[status])
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            told = json.loads(await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0])))
            assert head.startswith(b"HTTP/1.1 %d " % status)
            assert b"content-type: application/problem+json" in head
            assert (told["status"], told["code"], bool(told["hint"])) == (status, "input-invalid", True)
            writer.write(WRONG[status])
            writer.close()
            await place.empty()

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_goes_on_with_what_is_no_request_is_cut_off(shows: Certificate | None):
    async def run() -> None:
        async with serving(shows=shows) as place:
            _, writer = await place.come(WRONG[414])
            with suppress(OSError):
                while place.server._guests:
                    writer.write(PIECE)
                    await writer.drain()
                    await asyncio.sleep(0)
            await place.empty()

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_drips_is_cut_off_all_the_same():
    async def run() -> None:
        async with serving() as place:
            reader, writer = await place.come(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
            over = asyncio.create_task(reader.read())
            while not over.done():
                writer.write(b"x")
                await asyncio.sleep(0.01)
            assert place.application.read < 1_000

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_sends_much_and_well_has_the_time_for_it():
    async def run() -> None:
        async with serving() as place:
            reader, writer = await place.come(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n")
            for _ in range(50):
                writer.write(b"x" * 10_000)
                await asyncio.sleep(0.02)
            assert b"200" in await answered(reader)
            assert place.application.read == 500_000

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_waits_for_an_answer_is_not_cut_off():
    async def run() -> None:
        async with serving() as place:
            reader, _ = await place.come(GET % b"wait")
            await asyncio.sleep(1)
            place.application.go.set()
            assert b"good" in await answered(reader)

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_does_not_read_is_cut_off_and_little_waits_for_him(shows: Certificate | None):
    async def run() -> None:
        async with serving(shows=shows) as place:
            _, writer = await place.come()
            writer.transport.pause_reading()
            writer.write(GET % b"flood")
            await until(lambda: place.server._guests and place.first.flow and place.first.flow.write_paused)
            assert place.first.transport.get_write_buffer_size() < 4 * len(PIECE)
            await place.empty()

    asyncio.run(run())


def test_a_body_that_nobody_reads_is_not_taken_in(shows: Certificate | None):
    async def run() -> None:
        async with serving(shows=shows) as place:
            await place.come(b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + bytes(4 << 20))
            await until(lambda: place.application.waiting and place.first.flow.read_paused)
            assert len(place.first.cycle.body) < 3 * READ_SIZE

    asyncio.run(run())


def test_bodies_together_are_bounded_and_the_largest_go(monkeypatch: pytest.MonkeyPatch, shows: Certificate | None):
    monkeypatch.setattr("voiced.control.serving.HELD_BYTES", 100_000)
    head = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"

    async def run() -> None:
        async with serving(shows=shows) as place:
            small = await place.come(head % 2_000 + b"x" * 1_000)
            large = [await place.come(head % 50_000 + b"x" * 40_000) for _ in range(10)]
            await until(lambda: sum(bool(reader.at_eof() or reader.exception()) for reader, _ in large) >= 7)
            assert 0 < place.server._held <= 100_000
            small[1].write(b"x" * 1_000)
            assert b"good" in await answered(small[0])
            for _, writer in large:
                writer.transport.abort()
            await until(lambda: len(place.server._guests) == 1)
            assert place.server._held == 0

    asyncio.run(run())


def test_a_body_that_comes_after_the_answer_has_begun_is_put_aside_by_nobody(shows: Certificate | None):
    async def run() -> None:
        async with serving(shows=shows) as place:
            _, writer = await place.come(b"GET /listen HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
            await until(lambda: place.application.waiting)
            for _ in range(100):
                writer.write(PIECE)
                await writer.drain()
            assert place.application.read == 0
            writer.transport.abort()
            await until(lambda: place.application.hung_up)

    asyncio.run(run())


@pytest.mark.parametrize("headers", [b"X: " + b"x" * 200_000, b"".join(b"X%d: y\r\n" % n for n in range(20_000))])
def test_headers_without_an_end_are_refused(headers: bytes):
    async def run() -> None:
        async with serving() as place:
            reader, writer = await place.come(b"GET / HTTP/1.1\r\nHost: x\r\n" + headers)
            with suppress(ConnectionError):  # The rest of it was on its way.
                assert (await reader.read()).startswith(b"HTTP/1.1 4")
            writer.close()
            await place.empty()

    asyncio.run(run())


def test_one_more_makes_the_longest_waiting_one_go_and_nobody_who_is_answered():
    async def run() -> None:
        async with serving(Bounds(3)) as place:
            busy, idle = await place.come(GET % b"wait"), []
            await until(lambda: place.application.waiting)
            for _ in range(5):
                idle.append(await place.come(GET % b""))
                assert b"good" in await answered(idle[-1][0])
            assert len(place.server._guests) == 3
            for reader, _ in idle[:3]:
                with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                    await reader.readexactly(1)
            place.application.go.set()
            assert b"good" in await answered(busy[0])

    asyncio.run(run())


def test_one_address_leaves_room_for_others():
    async def run() -> None:
        async with serving(Bounds(10, 2)) as place:
            for _ in range(2):
                await place.come(GET % b"wait")
            await until(lambda: place.application.waiting == 2)
            third = await place.come()
            assert await third[0].read() == b""
            other = await place.come(GET % b"", local_addr=("127.0.0.2", 0))
            assert b"good" in await answered(other[0])
            assert len(place.server._guests) == 3

    asyncio.run(run())


@pytest.mark.usefixtures("hasty")
def test_who_does_not_know_tls_is_cut_off_and_keeps_nobody_waiting(tmp_path: Path):
    async def run() -> None:
        async with serving(shows=self_signed(tmp_path)) as place:
            silent, _ = await place.come(ssl=None)
            wrong, _ = await place.come(GET % b"", ssl=None)
            reader, _ = await place.come(GET % b"")
            assert b"good" in await answered(reader)
            assert b"HTTP" not in await wrong.read()
            await silent.read()

    asyncio.run(run())
