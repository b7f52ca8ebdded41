"""Requests to providers: JSON, of bounded size, from the address that is configured and no other."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TypeVar

import httpx
import msgspec

from voiced import __version__
from voiced.core.errors import SearchFailed

LARGEST = 1024 * 1024
"""Bytes of an answer."""
LONGEST_S = 60.0
"""No server is waited for longer, whoever asks."""
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # Of a coding such as gzip, a few bytes could become gigabytes.
    "User-Agent": f"voiced/{__version__}",
}
HINT = "See [search] in the configuration."
T = TypeVar("T")
# They write down every request, and so what was looked for.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class Fetcher:
    """Asks one server. It follows no redirect: the words go to nobody whom the user did not name.

    Args:
        url: where it is.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def get(self, path: str, kind: type[T], query: Mapping[str, str | int | float]) -> T:
        """What the server answers. Whoever waits sets the deadline.

        Args:
            path: what follows the server's address.
            kind: what the answer is.
            query: sent in the address.

        Raises:
            SearchFailed: it does not answer, refuses, or answers something else. No word of its own is in the error.
        """
        try:
            client = await self._opened()
            async with client.stream("GET", f"{self._url}{path}", params=dict(query)) as response:
                if not response.is_success:
                    raise SearchFailed(
                        "{server} refuses ({status})", server=self._url, status=response.status_code, hint=HINT
                    )
                body = bytearray()
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > LARGEST:
                        raise SearchFailed(
                            "{server} answers more than {most} bytes", server=self._url, most=LARGEST, hint=HINT
                        )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SearchFailed("{server} cannot be reached", server=self._url, hint=HINT) from error
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise SearchFailed(
                "{server} answers something else than is expected", server=self._url, hint=HINT
            ) from error

    async def _opened(self) -> httpx.AsyncClient:
        """Made when it is needed, beside the event loop: to learn whom the machine trusts takes a while."""
        async with self._opening:
            if self._client is None:
                encrypted = self._url.startswith("https:")
                verify = await asyncio.to_thread(httpx.create_ssl_context) if encrypted else False
                self._client = httpx.AsyncClient(headers=HEADERS, verify=verify, timeout=LONGEST_S, trust_env=False)
            return self._client

    async def close(self) -> None:
        """Cuts all connections."""
        if self._client is not None:
            await self._client.aclose()
