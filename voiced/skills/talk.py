"""What concerns the talk itself: stop, repeat that, what can you do."""

from collections.abc import Callable

from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding

HELP = (
    "I can tell you the time and the date, set timers and alarms, remind you of things, keep lists and notes, "
    "calculate, change my volume, repeat what I said, and be quiet when you say stop."
)
NOTHING_SAID = "I have not said anything yet."


class StopSkill:
    """Takes "stop" and "never mind": the wake word has silenced everything already, nothing is left to do."""

    intents = ("VoicedStop", "HassNevermind")

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        return Reply("")


class RepeatSkill:
    """Says the last answer again.

    Args:
        last_answer: what was said last, without words where that is nothing.
        speech: puts it into words.
    """

    intents = ("VoicedRepeat",)

    def __init__(self, last_answer: Callable[[], Reply], speech: Speech = ENGLISH) -> None:
        self._last_answer = last_answer
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        last = self._last_answer()
        return last if last.text else Reply(self._speech.say(NOTHING_SAID))


class HelpSkill:
    """Says what can be asked.

    Args:
        speech: puts it into words.
    """

    intents = ("VoicedHelp",)

    def __init__(self, speech: Speech = ENGLISH) -> None:
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        return Reply(self._speech.say(HELP))
