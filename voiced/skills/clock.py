"""What time and what day it is."""

from collections.abc import Callable
from datetime import datetime

from voiced.core.ports.skill import Reply
from voiced.core.speech import clock_time, ordinal
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
            return Reply(f"It is {now:%A}, {now:%B} {ordinal(now.day)}, {now:%Y}.")
        return Reply(f"It is {clock_time(now)}.")
