"""Letting what rang ring again after a while."""

from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.when import seconds


class SnoozeSkill:
    """Snoozes what rings, or rang lately.

    Args:
        promises: keeps them.
        speech: puts it into words.
    """

    intents = ("VoicedSnooze", "VoicedSnoozeFor")

    def __init__(self, promises: Promises, speech: Speech = ENGLISH) -> None:
        self._promises = promises
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        snoozed = await self._promises.snooze(seconds(understood.slots) or None)
        if snoozed is None:
            return Reply(self._speech.say("Nothing rang lately."))
        return Reply(self._speech.say("Snoozed for {length}.", length=self._speech.duration(snoozed.seconds or 0)))
