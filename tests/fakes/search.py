"""Providers and searches by a script."""

import asyncio
from datetime import date

from voiced.core.errors import SearchFailed
from voiced.core.history import Source
from voiced.core.ports.search import Where
from voiced.core.search import Findings, Result
from voiced.core.weather import Forecast


def page(address: str, text: str = "text", provider: str = "fake") -> Result:
    return Result(text, Source("web", f"https://{address}", address), provider)


class FakeProvider:
    """Finds what it is told to. Implements `Provider`.

    Args:
        name: its name.
        results: what it finds; an error is raised instead; None: it never answers.
        web: whether words leave the box.
        origin: where its answers come from.
    """

    def __init__(
        self, name: str, results: list[Result] | SearchFailed | None, *, web: bool = True, origin: str = ""
    ) -> None:
        self.name = name
        self.origin = origin
        self.web = web
        self.asked: list[str] = []
        self.closed = False
        self._results = results

    async def search(self, words: str, limit: int) -> list[Result]:
        self.asked.append(words)
        if self._results is None:
            await asyncio.get_running_loop().create_future()
        if isinstance(self._results, SearchFailed):
            raise self._results
        return (self._results or [])[:limit]

    async def close(self) -> None:
        self.closed = True


class FakeSearch:
    """Implements `Search`."""

    def __init__(self, findings: Findings | None = None, *, web: bool = True) -> None:
        self.findings = findings or Findings([page("example.org/a", "It is so.")], {})
        self.web = web
        self.asked: list[tuple[str, Where]] = []

    async def search(self, words: str, where: Where = "everywhere", limit: int | None = None) -> Findings:
        self.asked.append((words, where))
        return Findings(self.findings.results[:limit], self.findings.failed, self.findings.withheld)


class FakeWeather:
    """Implements `Weather`."""

    def __init__(self, days: dict[date, Forecast]) -> None:
        self._days = days

    async def forecast(self, day: date) -> Forecast:
        if day not in self._days:
            raise SearchFailed("there is no forecast for {day}", day=day)
        return self._days[day]
