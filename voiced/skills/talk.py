"""What concerns the talk itself: stop, repeat that, what can you do."""

from collections.abc import Callable

from voiced.core.ports.skill import Reply
from voiced.core.types import Understanding

HELP = (
    "I can tell you the time and the date, set timers and alarms, remind you of things, keep lists and notes, "
    "calculate, change my volume, repeat what I said, and be quiet when you say stop."
)


class StopSkill:
    """Takes "stop" and "never mind": the wake word has silenced everything already, nothing is left to do."""

    intents = ("VoicedStop", "HassNevermind")

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        return Reply("")


class RepeatSkill:
    """Says the last answer again.

    Args:
        last_answer: what was said last, or nothing.
    """

    intents = ("VoicedRepeat",)

    def __init__(self, last_answer: Callable[[], str]) -> None:
        self._last_answer = last_answer

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        last = self._last_answer()
        return Reply(last) if last else Reply("I have not said anything yet.")


class HelpSkill:
    """Says what can be asked."""

    intents = ("VoicedHelp",)

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        return Reply(HELP)
