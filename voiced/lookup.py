"""Who is asked when something is looked up: the providers of the configuration, as ports."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from voiced.core.config import Config
from voiced.core.history import Privacy
from voiced.core.ports.answers import Answers
from voiced.core.ports.recall import Recall
from voiced.core.ports.search import Provider
from voiced.search.remembered import Remembered
from voiced.search.unified import UnifiedSearch

if TYPE_CHECKING:
    from voiced.search.openmeteo import OpenMeteo


def search(config: Config, recall: Recall, answers: Answers, privacy_of: Callable[[str], Privacy]) -> UnifiedSearch:
    """What looks things up: what is remembered, and what is enabled of the web."""
    enabled = config.search
    providers: list[Provider] = []
    # Who looks nothing up on the web does not load what it takes.
    if enabled.wikipedia.enabled:
        from voiced.search.wikipedia import Wikipedia  # noqa: PLC0415

        providers.append(Wikipedia(enabled.wikipedia.url, enabled.deadline_s))
    if enabled.searxng.enabled:
        from voiced.search.searxng import Searxng  # noqa: PLC0415

        providers.append(Searxng(enabled.searxng.url, config.language))
    return UnifiedSearch([Remembered(recall), *providers], enabled, config.privacy, privacy_of, answers)


def weather(config: Config) -> "OpenMeteo | None":
    """Who knows the weather; None where nobody is to be asked."""
    if not config.search.weather.enabled:
        return None
    from voiced.search.openmeteo import OpenMeteo  # noqa: PLC0415 (the same)

    return OpenMeteo(config.search.weather, config.search.deadline_s)
