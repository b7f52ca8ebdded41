"""Looking things up: by one provider, and by all of them together."""

from datetime import date
from typing import Literal, Protocol

from voiced.core.search import Findings, Result
from voiced.core.weather import Forecast

Where = Literal["everywhere", "web", "memory"]


class Provider(Protocol):
    """Somebody who can be asked."""

    @property
    def name(self) -> str:
        """What it is called in results and in the configuration."""
        ...

    @property
    def web(self) -> bool:
        """Whether the words leave this box."""
        ...

    @property
    def origin(self) -> str:
        """Where its answers come from, with their language: another origin answers the same words otherwise."""
        ...

    async def search(self, words: str, limit: int) -> list[Result]:
        """Finds something, the best first.

        Raises:
            SearchFailed: it cannot be asked, or what it answers makes no sense.
        """
        ...

    async def close(self) -> None:
        """Lets go of its connections."""
        ...


class Search(Protocol):
    """All providers as one."""

    @property
    def web(self) -> bool:
        """Whether some provider looks on the web."""
        ...

    async def search(self, words: str, where: Where = "everywhere", limit: int | None = None) -> Findings:
        """Asks all providers at once, each until its time is over, and merges what they find by reciprocal rank.

        What is too private for the web is looked for at home only. Nothing is raised: what went wrong is told.

        Args:
            words: what is looked for.
            where: whom to ask.
            limit: at most so many results; None: as configured.
        """
        ...


class Weather(Protocol):
    """What the weather is like where the box stands."""

    async def forecast(self, day: date) -> Forecast:
        """The weather of a day.

        Raises:
            SearchFailed: nobody knows it.
        """
        ...
