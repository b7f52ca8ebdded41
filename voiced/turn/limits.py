"""What can be promised: pure."""

from collections.abc import Iterable

from voiced.core.errors import SkillFailed
from voiced.core.promises import Kind, Promise

TIMERS = 50
"""Timers at once."""
PROMISES = 200
"""Promises of all kinds at once."""
SHORTEST_S = 1.0
LONGEST_S = 7 * 24 * 3600.0
LONGEST_TEXT = 500
"""Characters of a reminder."""


def check_room(kind: Kind, promises: Iterable[Promise]) -> None:
    """Checks that there may be another promise.

    Raises:
        SkillFailed: there are too many.
    """
    kinds = [promise.kind for promise in promises]
    if kind == "timer" and kinds.count("timer") >= TIMERS:
        raise SkillFailed("There are {count} timers already.", count=TIMERS, hint="Cancel one first.")
    if len(kinds) >= PROMISES:
        raise SkillFailed(
            "There are {count} timers, alarms and reminders already.", count=PROMISES, hint="Cancel one first."
        )


def check_length(seconds: float, shortest: float = SHORTEST_S) -> None:
    """Checks how long something runs.

    Raises:
        SkillFailed: too short, or too long.
    """
    if not shortest <= seconds <= LONGEST_S:
        raise SkillFailed("A timer runs from one second to seven days.")


def check_text(text: str) -> None:
    """Checks what to be reminded of.

    Raises:
        SkillFailed: it is nothing, or too long.
    """
    if not 0 < len(text) <= LONGEST_TEXT:
        raise SkillFailed("A reminder has 1 to {most} characters.", most=LONGEST_TEXT)
