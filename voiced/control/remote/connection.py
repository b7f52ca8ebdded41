"""One connection to the daemon: values go there and come back, files too, and long work tells how far it is."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx
import msgspec
from msgspec import UNSET, Struct

from voiced.control.answers import problem, translated
from voiced.control.forms import Step
from voiced.control.told import error_of
from voiced.core.errors import InputInvalid
from voiced.core.ports.upkeep import Progress

PATIENCE_S = 60.0
"""A daemon that is silent for so long hangs: whatever takes longer reports now and then."""
CHUNK = 1024 * 1024
JSON = "application/json"
Query = Mapping[str, Any]
Headers = Mapping[str, str]
_NONE: Headers = {}
T = TypeVar("T")


class Connection:
    """Talks to the daemon.

    Args:
        path: its socket.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Certificates take a while to load, and are of no use here.
        transport = httpx.AsyncHTTPTransport(uds=str(path), verify=False)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://voiced/api/v1", timeout=PATIENCE_S)

    async def close(self) -> None:
        """Hangs up."""
        await self._http.aclose()

    async def ask(
        self, method: str, path: str, kind: type[T], *, body: object = None, query: Struct | None = None
    ) -> T:
        """Sends a request.

        Args:
            method: HTTP's.
            path: below /api/v1; see `part`.
            kind: what comes back.
            body: sent as JSON.
            query: sent in the address.

        Raises:
            VoicedError: what the daemon says of it, or that none answers.
        """
        content = None if body is None else _encoded(body)
        headers = {} if body is None else {"content-type": JSON}
        with translated(self._path):
            response = await self._http.request(method, path, content=content, headers=headers, params=_plain(query))
            if response.is_error:
                raise problem(response)
            return cast("T", None) if kind is type(None) else msgspec.json.decode(response.content, type=kind)

    async def work(
        self,
        path: str,
        kind: type[T],
        progress: Progress,
        *,
        body: object = None,
        file: Path | None = None,
        headers: Headers = _NONE,
    ) -> T:
        """Lets the daemon do something that takes a while.

        Args:
            path: below /api/v1.
            kind: what comes back in the end.
            progress: told how far it is: first how much of the file is sent, then the daemon's own words.
            body: sent as JSON.
            file: sent instead.
            headers: sent, too.
        """
        if file:
            size = file.stat().st_size  # noqa: ASYNC240 (a look at a name)
            content = _contents(file, size, progress)
            # A file that is too large is then refused at once.
            own = {"content-type": "application/octet-stream", "content-length": str(size)}
        else:
            content, own = (None, {}) if body is None else (_encoded(body), {"content-type": JSON})
        async with self._stream("POST", path, content=content, headers={**headers, **own}) as response:
            async for line in response.aiter_lines():
                step = msgspec.json.decode(line, type=Step)
                if step.problem:
                    raise error_of(step.problem)
                if step.result is not UNSET:
                    return msgspec.convert(step.result, kind)
                progress(step.done, step.total)
            raise httpx.RemoteProtocolError("peer closed the connection before it was done")

    async def download(
        self, path: str, target: Path, progress: Progress, *, query: Query | None = None, headers: Headers = _NONE
    ) -> None:
        """Writes what the daemon gives into a file."""
        # It may take long to be made: until then nothing comes.
        async with self._stream("GET", path, params=query, headers=headers, timeout=None) as response:
            total, done = int(response.headers.get("content-length", 0)), 0
            with target.open("wb") as file:
                async for chunk in response.aiter_bytes(CHUNK):
                    await asyncio.to_thread(file.write, chunk)
                    done += len(chunk)
                    progress(done, total)

    async def read(self, path: str, query: Struct) -> AsyncGenerator[bytes]:
        """Gives what the daemon gives, piece by piece."""
        async with self._stream("GET", path, params=_plain(query)) as response:
            async for piece in response.aiter_bytes():
                yield piece

    @asynccontextmanager
    async def _stream(self, method: str, path: str, **more: Any) -> AsyncGenerator[httpx.Response]:  # noqa: ANN401 (httpx's own)
        with translated(self._path):
            async with self._http.stream(method, path, **more) as response:
                if response.is_error:
                    await response.aread()
                    raise problem(response)
                yield response


def part(name: str) -> str:
    """A name as a part of a path."""
    return quote(name, safe="")


async def _contents(file: Path, size: int, progress: Progress) -> AsyncGenerator[bytes]:
    done = 0
    with file.open("rb") as opened:
        while chunk := await asyncio.to_thread(opened.read, min(CHUNK, size - done)):
            yield chunk
            done += len(chunk)
            progress(done, size)


def _encoded(body: object) -> bytes:
    try:
        return msgspec.json.encode(body)
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError) as error:
        raise InputInvalid(f"that cannot be kept: {error}", hint="Correct what is named.") from error


def _plain(query: Struct | None) -> Query:
    """What is set of a value, as httpx puts it into an address."""
    values = msgspec.to_builtins(query) if query else {}
    return {name: value for name, value in values.items() if value is not None}
