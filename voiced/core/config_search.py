"""The settings of searches: which providers there are, and how long they may take."""

from typing import Annotated

from msgspec import Meta, field

from voiced.core.config_section import Section

Address = Annotated[str, Meta(pattern="^https?://[^/]+", max_length=500)]


class SearxngConfig(Section, frozen=True, kw_only=True):
    """SearXNG: a metasearch engine of your own. Its settings must allow the format json."""

    enabled: Annotated[bool, Meta(description="Whether it is asked.")] = False
    url: Annotated[Address, Meta(description="Where it is.")] = "http://127.0.0.1:8888"


class WikipediaConfig(Section, frozen=True, kw_only=True):
    """Wikipedia, or another wiki of its kind."""

    enabled: Annotated[bool, Meta(description="Whether it is asked.")] = False
    url: Annotated[Address, Meta(description="Where it is: one for each language.")] = "https://en.wikipedia.org"


class WeatherConfig(Section, frozen=True, kw_only=True):
    """The weather, by Open-Meteo: it is told where you are, and nothing that was said."""

    enabled: Annotated[bool, Meta(description="Whether it is asked.")] = False
    place: Annotated[
        str, Meta(max_length=200, description="A city, or latitude and longitude in degrees: 52.52,13.41.")
    ] = ""
    url: Annotated[Address, Meta(description="Where the forecast is.")] = "https://api.open-meteo.com"
    geocoding_url: Annotated[Address, Meta(description="Where cities are looked up.")] = (
        "https://geocoding-api.open-meteo.com"
    )


class SearchConfig(Section, frozen=True, kw_only=True):
    """Searches. What is remembered is always searched; the web only where a provider is enabled, see privacy.search."""

    deadline_s: Annotated[float, Meta(gt=0, le=60, description="No provider is waited for longer.")] = 3.0
    results: Annotated[int, Meta(ge=1, le=50, description="Results of all providers together.")] = 5
    keep_s: Annotated[
        float, Meta(ge=0, le=2_592_000, description="Answers of the web are good for so long; 0: none are kept.")
    ] = 3600.0
    searxng: SearxngConfig = field(default_factory=SearxngConfig)
    wikipedia: WikipediaConfig = field(default_factory=WikipediaConfig)
    weather: WeatherConfig = field(default_factory=WeatherConfig)
