"""What time and what day it is."""

from collections.abc import Callable
from datetime import datetime

from voiced.core.ports.skill import Reply
from voiced.core.types import Understanding


class ClockSkill:
    """Tells the time and the date.

    Args:
        now: local time.
    """

    intents = ("HassGetCurrentTime", "HassGetCurrentDate")

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        now = self._now()
        if understood.intent == "HassGetCurrentDate":
            return Reply(f"It is {now:%A}, {now:%B} {_ordinal(now.day)}, {now:%Y}.")
        return Reply(f"It is {_time(now)}.")


def _time(now: datetime) -> str:
    hour = now.hour % 12 or 12
    half = "AM" if now.hour < 12 else "PM"  # noqa: PLR2004 (noon)
    return f"{hour} {now.minute:02d} {half}" if now.minute else f"{hour} {half}"


def _ordinal(day: int) -> str:
    teens = 10 < day < 20  # noqa: PLR2004 (eleventh to nineteenth)
    return f"{day}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
