"""Letting what rang ring again after a while."""

from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Reply
from voiced.core.speech import duration
from voiced.core.types import Understanding
from voiced.skills.when import seconds


class SnoozeSkill:
    """Snoozes what rings, or rang lately.

    Args:
        promises: keeps them.
    """

    intents = ("VoicedSnooze", "VoicedSnoozeFor")

    def __init__(self, promises: Promises) -> None:
        self._promises = promises

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        snoozed = await self._promises.snooze(seconds(understood.slots) or None)
        if snoozed is None:
            return Reply("Nothing rang lately.")
        return Reply(f"Snoozed for {duration(snoozed.seconds or 0)}.")
