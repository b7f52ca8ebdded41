"""What the weather is like here, today and in the next days."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SearchFailed
from voiced.core.history import Source
from voiced.core.ports.search import Weather
from voiced.core.ports.skill import Reply, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
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
        speech: puts it into words.
    """

    intents = ("VoicedWeather", "VoicedRain")

    def __init__(self, weather: Weather, now: Callable[[], datetime], speech: Speech = ENGLISH) -> None:
        self._weather = weather
        self._now = now
        self._speech = speech

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
            return Reply(self._speech.say("Sorry, {problem}.", problem=self._speech.excuse(error)))
        when = self._speech.day(datetime.combine(day, now.time(), now.tzinfo), now)
        told = self._rain(forecast, when) if understood.intent == "VoicedRain" else self._told(forecast, when)
        return Reply(told, (SOURCE,))

    def _told(self, forecast: Forecast, when: str) -> str:
        say, day = self._speech.say, when[:1].upper() + when[1:]
        now = say("It is {degrees} now.", degrees=self._degrees(forecast.now)) if forecast.now is not None else ""
        span = say("{lowest} to {highest}", lowest=f"{forecast.lowest:.0f}", highest=self._degrees(forecast.highest))
        told = say("{day} {kind}, {span}", day=day, kind=say(forecast.kind), span=span) if forecast.kind else ""
        told = told or say("{day} {span}", day=day, span=span)
        if forecast.rain:
            told = say("{weather}, with a {percent} percent chance of rain", weather=told, percent=forecast.rain)
        return f"{now} {told}.".strip()

    def _rain(self, forecast: Forecast, when: str) -> str:
        if forecast.rain is None:
            return self._told(forecast, when)
        say = self._speech.say
        likely = "Yes, most likely" if forecast.rain >= WET else "Rather not" if forecast.rain else "No"
        chance = say("the chance of rain is {percent} percent {day}", percent=forecast.rain, day=when)
        return f"{say(likely)}: {chance}."

    def _degrees(self, celsius: float) -> str:
        whole = round(celsius)
        return self._speech.say("{count} degree" if abs(whole) == 1 else "{count} degrees", count=whole)
