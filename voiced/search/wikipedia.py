"""Wikipedia. Implements `core.ports.search.Provider`.

Sources: https://www.mediawiki.org/wiki/API:REST_API/Reference#Search_pages and the wiki's own /api/rest_v1/.
"""

import asyncio
from urllib.parse import quote

from msgspec import Struct

from voiced.core.errors import SearchFailed
from voiced.core.history import Source
from voiced.core.search import Result
from voiced.search.fetch import Fetcher
from voiced.search.text import LONGEST_TITLE, plain

PATIENCE = 0.8
"""Of the time there is, this share is waited for what is not needed."""


class _Page(Struct):
    key: str
    title: str
    excerpt: str | None = None
    description: str | None = None


class _Pages(Struct):
    pages: list[_Page]


class _Summary(Struct):
    type: str = ""
    extract: str = ""


class Wikipedia:
    """Asks a wiki: what its best page begins with, and what other pages are about.

    Args:
        url: where it is.
        deadline_s: seconds that whoever asks waits: shortly before, what there is has to do.
    """

    name = "wikipedia"
    web = True

    def __init__(self, url: str, deadline_s: float) -> None:
        self._url = self.origin = url.rstrip("/")
        self._deadline_s = deadline_s
        self._fetcher = Fetcher(url)

    async def search(self, words: str, limit: int) -> list[Result]:
        """See `Provider`."""
        until = asyncio.get_running_loop().time() + self._deadline_s * PATIENCE
        found = await self._fetcher.get("/w/rest.php/v1/search/page", _Pages, {"q": words, "limit": limit})
        pages = found.pages[:limit]
        texts = [page.description or page.excerpt or "" for page in pages]
        if pages and (beginning := await self._beginning(pages[0].key, until)):
            texts[0] = beginning
        return [self._result(page, text) for page, text in zip(pages, texts, strict=True) if plain(text)]

    async def _beginning(self, key: str, until: float) -> str:
        """What a page begins with; empty where it only lists others, or cannot be had by then (of the loop's time)."""
        try:
            async with asyncio.timeout_at(until):
                summary = await self._fetcher.get(f"/api/rest_v1/page/summary/{quote(key, safe='')}", _Summary, {})
        except (SearchFailed, TimeoutError):
            return ""
        return summary.extract if summary.type == "standard" else ""

    def _result(self, page: _Page, text: str) -> Result:
        address = f"{self._url}/wiki/{quote(page.key)}"
        return Result(plain(text), Source("web", address, plain(page.title, LONGEST_TITLE)), self.name)

    async def close(self) -> None:
        """See `Provider`."""
        await self._fetcher.close()
