"""What the weather is like here, today and in the next days."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SearchFailed
from voiced.core.history import Source
from voiced.core.ports.search import Weather
from voiced.core.ports.skill import Reply, Wish
from voiced.core.speech import day as day_words
from voiced.core.types import Understanding
from voiced.core.weather import Forecast
from voiced.skills.dates import named_day
from voiced.skills.offering import number_of, reading, tool

WET = 50
"""Percent from which on rain is to be expected."""
DAYS_AHEAD = 15
"""Nobody knows what comes later."""
SOURCE = Source("web", "https://open-meteo.com", "Open-Meteo")


class WeatherSkill:
    """Tells the weather.

    Args:
        weather: knows it.
        now: local time.
    """

    intents = ("VoicedWeather", "VoicedRain")

    def __init__(self, weather: Weather, now: Callable[[], datetime]) -> None:
        self._weather = weather
        self._now = now

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (tool("weather", "Tell the weather here, today or in some days.", days="integer"),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        return reading("VoicedWeather", text, {"offset": number_of(call, "days", DAYS_AHEAD) or 0})

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        now = self._now()
        day = named_day(understood.slots or {"offset": 0}, now.date())
        try:
            forecast = await self._weather.forecast(day)
        except SearchFailed as error:
            return Reply(f"Sorry, {error.message}.")
        when = day_words(datetime.combine(day, now.time(), now.tzinfo), now)
        told = _rain(forecast, when) if understood.intent == "VoicedRain" else _weather(forecast, when)
        return Reply(told, (SOURCE,))


def _weather(forecast: Forecast, when: str) -> str:
    now = f"It is {_degrees(forecast.now)} now. " if forecast.now is not None else ""
    kind = f"{forecast.kind}, " if forecast.kind else ""
    rain = f", with a {forecast.rain} percent chance of rain" if forecast.rain else ""
    return f"{now}{when[:1].upper()}{when[1:]} {kind}{forecast.lowest:.0f} to {_degrees(forecast.highest)}{rain}."


def _rain(forecast: Forecast, when: str) -> str:
    if forecast.rain is None:
        return _weather(forecast, when)
    likely = "Yes, most likely" if forecast.rain >= WET else "Rather not" if forecast.rain else "No"
    return f"{likely}: the chance of rain is {forecast.rain} percent {when}."


def _degrees(celsius: float) -> str:
    whole = round(celsius)
    return f"{whole} degree" if abs(whole) == 1 else f"{whole} degrees"
