"""SearXNG. Implements `core.ports.search.Provider`.

Source: https://docs.searxng.org/dev/search_api.html
"""

from msgspec import Struct

from voiced.core.history import Source
from voiced.core.search import Result
from voiced.search.fetch import Fetcher
from voiced.search.text import LONGEST_TITLE, plain, web_address


class _Hit(Struct):
    url: str | None = None
    title: str | None = None
    content: str | None = None


class _Answer(Struct):
    answer: str = ""
    url: str | None = None


class _Found(Struct):
    results: list[_Hit]
    answers: list[_Answer | str] = []


class Searxng:
    """Asks a metasearch engine.

    Args:
        url: where it is.
        language: of results, two letters.
    """

    name = "searxng"
    web = True

    def __init__(self, url: str, language: str) -> None:
        self._fetcher = Fetcher(url)
        self._language = language
        self.origin = f"{url} {language}"

    async def search(self, words: str, limit: int) -> list[Result]:
        """See `Provider`."""
        query = {"q": words, "format": "json", "language": self._language, "safesearch": 1}
        found = await self._fetcher.get("/search", _Found, query)
        given = [each if isinstance(each, _Answer) else _Answer(each) for each in found.answers]
        hits = [*(_Hit(each.url, each.answer, each.answer) for each in given), *found.results]
        return [result for hit in hits if (result := self._result(hit))][:limit]

    def _result(self, hit: _Hit) -> Result | None:
        title, text, url = plain(hit.title or "", LONGEST_TITLE), plain(hit.content or ""), web_address(hit.url or "")
        if not (title or text) or not url:
            return None
        return Result(text or title, Source("web", url, title or url), self.name)

    async def close(self) -> None:
        """See `Provider`."""
        await self._fetcher.close()
