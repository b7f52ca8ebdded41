"""The weather by Open-Meteo, for the configured place. Implements `core.ports.search.Weather`.

Sources: https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/geocoding-api
"""

import asyncio
import re
from datetime import date

from msgspec import Struct, field

from voiced.core.config_search import WeatherConfig
from voiced.core.errors import SearchFailed
from voiced.core.weather import Forecast
from voiced.search.fetch import HINT, Fetcher

DAYS = 8
"""Days that are asked for, with today."""
_COORDINATES = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")


class _Place(Struct):
    latitude: float
    longitude: float


class _Places(Struct):
    results: list[_Place] = field(default_factory=list[_Place])


class _Current(Struct):
    time: str
    temperature_2m: float


class _Daily(Struct):
    time: list[str]
    weather_code: list[int | None]
    temperature_2m_min: list[float | None]
    temperature_2m_max: list[float | None]
    precipitation_probability_max: list[int | None] = []


class _Weather(Struct):
    current: _Current
    daily: _Daily


class OpenMeteo:
    """Tells the weather.

    Args:
        config: where the box stands, and whom to ask.
        deadline_s: an answer takes no longer.
    """

    def __init__(self, config: WeatherConfig, deadline_s: float) -> None:
        self._place = config.place.strip()
        self._deadline_s = deadline_s
        self._forecasts, self._geocoding = Fetcher(config.url), Fetcher(config.geocoding_url)
        self._found: _Place | None = None

    async def forecast(self, day: date) -> Forecast:
        """See `Weather`."""
        try:
            async with asyncio.timeout(self._deadline_s):
                weather = await self._weather()
        except TimeoutError as error:
            raise SearchFailed("the weather did not come in time", hint=HINT) from error
        found = _day(weather, day.isoformat())
        if found is None:
            raise SearchFailed("there is no forecast for {day}", day=day, hint="It reaches a week ahead.")
        return found

    async def _weather(self) -> _Weather:
        if self._found is None:
            self._found = await self._where()
        query = {
            "latitude": self._found.latitude,
            "longitude": self._found.longitude,
            "current": "temperature_2m",
            "daily": "weather_code,temperature_2m_min,temperature_2m_max,precipitation_probability_max",
            "timezone": "auto",
            "forecast_days": DAYS,
        }
        return await self._forecasts.get("/v1/forecast", _Weather, query)

    async def _where(self) -> _Place:
        if not self._place:
            raise SearchFailed("nobody said where this is", hint="Set search.weather.place.")
        if found := _COORDINATES.fullmatch(self._place):
            return _Place(float(found[1]), float(found[2]))
        query = {"name": self._place, "count": 1, "format": "json"}
        places = (await self._geocoding.get("/v1/search", _Places, query)).results
        if not places:
            raise SearchFailed("nobody knows the place {place!r}", place=self._place, hint="See search.weather.place.")
        return places[0]

    async def close(self) -> None:
        """Cuts all connections."""
        await self._forecasts.close()
        await self._geocoding.close()


def _day(weather: _Weather, day: str) -> Forecast | None:
    """A day's weather; None where it is not there, or not whole."""
    daily = weather.daily
    if day not in daily.time:
        return None
    at = daily.time.index(day)
    rows = (daily.weather_code, daily.temperature_2m_min, daily.temperature_2m_max)
    code, lowest, highest = (row[at] if at < len(row) else None for row in rows)
    if code is None or lowest is None or highest is None:
        return None
    rain = daily.precipitation_probability_max
    now = weather.current.temperature_2m if weather.current.time.startswith(day) else None
    return Forecast(int(code), lowest, highest, rain[at] if at < len(rain) else None, now)
