"""What time and what day it is: here and elsewhere, then and in a while."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.skill import Reply, Wish
from voiced.core.speech import WEEK, Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.dates import later, named_day
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.places import zones_of

SEVERAL = 3
"""Times that are told of a country with several."""


class ClockSkill:
    """Tells the time and the date.

    Args:
        now: local time.
        speech: puts it into words.
    """

    intents = (
        "HassGetCurrentTime",
        "HassGetCurrentDate",
        "VoicedTimeIn",
        "VoicedDateOf",
        "VoicedDateIn",
        "VoicedDaysUntil",
    )

    def __init__(self, now: Callable[[], datetime], speech: Speech = ENGLISH) -> None:
        self._now = now
        self._speech = speech

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (tool("time_in", "Tell the time in a city or country.", ("place",), place="string"),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        place = text_of(call, "place")
        return reading("VoicedTimeIn", text, {"place": place}) if place else None

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        now, slots, say = self._now(), understood.slots, self._speech.say
        match understood.intent:
            case "HassGetCurrentDate":
                return Reply(say("It is {date}.", date=self._speech.date(now.date())))
            case "VoicedTimeIn":
                return Reply(self._elsewhere(str(slots["place"]), now))
            case "VoicedDateOf":
                return Reply(self._day_of(named_day(slots, now.date()), now.date()))
            case "VoicedDateIn":
                count = int(slots["count"]) * (-1 if slots.get("ago") else 1)
                return Reply(self._day_of(later(now.date(), count, str(slots["unit"])), now.date()))
            case "VoicedDaysUntil":
                return Reply(self._until(named_day(slots, now.date()), now.date(), str(slots.get("unit", "day"))))
            case _:
                return Reply(say("It is {time}.", time=self._speech.clock_time(now)))

    def _day_of(self, when: date, today: date) -> str:
        say, told = self._speech.say, self._speech.date(when)
        match (when - today).days:
            case 0:
                return say("Today is {date}.", date=told)
            case 1:
                return say("Tomorrow is {date}.", date=told)
            case -1:
                return say("Yesterday was {date}.", date=told)
            case ahead:
                return say("That is {date}." if ahead > 0 else "That was {date}.", date=told)

    def _until(self, when: date, today: date, unit: str) -> str:
        ahead, counted = (when - today).days, self._speech.counted
        if ahead == 0:
            return self._speech.say("That is today.")
        if ahead < 0:
            return counted(-ahead, "That was {count} day ago.", "That was {count} days ago.")
        weeks, rest = divmod(ahead, WEEK) if unit == "week" else (0, ahead)
        told = [
            counted(weeks, "{count} week", "{count} weeks") if weeks else "",
            counted(rest, "{count} day", "{count} days") if rest else "",
        ]
        length = self._speech.listed([part for part in told if part])
        return self._speech.say("In {length}: {date}.", length=length, date=self._speech.date(when))

    def _elsewhere(self, place: str, now: datetime) -> str:
        there, say = {now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones_of(place)}, self._speech.say
        if not there:
            return say("Sorry, I do not know that place: name a large city near it.")
        if len(there) > SEVERAL:
            return say("They have {count} different times there: name a city.", count=len(there))
        here = now.replace(tzinfo=None)
        *others, last = [self._told(each, here) for each in sorted(there)]
        times = say("{times} or {time}", times=", ".join(others), time=last) if others else last
        return say("There it is {times}.", times=times)

    def _told(self, there: datetime, here: datetime) -> str:
        time = self._speech.clock_time(there)
        return time if there.date() == here.date() else f"{time} {self._speech.day(there, here)}"
