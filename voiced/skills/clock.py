"""What time and what day it is: here and elsewhere, then and in a while."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.skill import Reply, Wish
from voiced.core.speech import WEEK, clock_time, counted, day, listed, ordinal
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
    """

    intents = (
        "HassGetCurrentTime",
        "HassGetCurrentDate",
        "VoicedTimeIn",
        "VoicedDateOf",
        "VoicedDateIn",
        "VoicedDaysUntil",
    )

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (tool("time_in", "Tell the time in a city or country.", ("place",), place="string"),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        place = text_of(call, "place")
        return reading("VoicedTimeIn", text, {"place": place}) if place else None

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        now, slots = self._now(), understood.slots
        match understood.intent:
            case "HassGetCurrentDate":
                return Reply(f"It is {_date(now.date())}.")
            case "VoicedTimeIn":
                return Reply(_elsewhere(str(slots["place"]), now))
            case "VoicedDateOf":
                return Reply(_day_of(named_day(slots, now.date()), now.date()))
            case "VoicedDateIn":
                count = int(slots["count"]) * (-1 if slots.get("ago") else 1)
                return Reply(_day_of(later(now.date(), count, str(slots["unit"])), now.date()))
            case "VoicedDaysUntil":
                return Reply(_until(named_day(slots, now.date()), now.date(), str(slots.get("unit", "day"))))
            case _:
                return Reply(f"It is {clock_time(now)}.")


def _date(when: date) -> str:
    return f"{when:%A}, {when:%B} {ordinal(when.day)}, {when.year}"


def _day_of(when: date, today: date) -> str:
    ahead = (when - today).days
    known = {0: "Today is", 1: "Tomorrow is", -1: "Yesterday was"}
    return f"{known.get(ahead) or ('That is' if ahead > 0 else 'That was')} {_date(when)}."


def _until(when: date, today: date, unit: str) -> str:
    ahead = (when - today).days
    if ahead == 0:
        return "That is today."
    if ahead < 0:
        return f"That was {counted(-ahead, 'day')} ago."
    weeks, rest = divmod(ahead, WEEK)
    told = [counted(weeks, "week"), counted(rest, "day")] if unit == "week" else [counted(ahead, "day")]
    return f"In {listed([part for part in told if part])}: {_date(when)}."


def _elsewhere(place: str, now: datetime) -> str:
    there = {now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in zones_of(place)}
    if not there:
        return "Sorry, I do not know that place: name a large city near it."
    if len(there) > SEVERAL:
        return f"They have {len(there)} different times there: name a city."
    here = now.replace(tzinfo=None)
    return f"There it is {' or '.join(f'{clock_time(each)}{_other_day(each, here)}' for each in sorted(there))}."


def _other_day(there: datetime, here: datetime) -> str:
    return "" if there.date() == here.date() else f" {day(there, here)}"
