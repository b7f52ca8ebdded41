"""Timers: start, ask, change, call off. Several at once, with names or without."""

from collections.abc import Sequence

from voiced.core.ports.skill import Reply
from voiced.core.ports.timers import Timer, Timers
from voiced.core.types import Understanding
from voiced.skills.speech import counted, duration, listed


class TimersSkill:
    """Answers everything about timers.

    Args:
        timers: keeps them.
    """

    intents = (
        "HassStartTimer",
        "HassTimerStatus",
        "HassCancelTimer",
        "HassCancelAllTimers",
        "HassIncreaseTimer",
        "HassDecreaseTimer",
    )

    def __init__(self, timers: Timers) -> None:
        self._timers = timers

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "HassStartTimer":
            return await self._start(understood)
        running = self._timers.running()
        meant = running if understood.intent == "HassCancelAllTimers" else _meant(running, understood)
        if not meant:
            return self._unknown(running, understood)
        if understood.intent == "HassTimerStatus":
            return Reply(f"{self._list(meant)}.")
        if understood.intent == "HassCancelAllTimers" or (understood.intent == "HassCancelTimer" and len(meant) == 1):
            return await self._cancel(meant)
        if len(meant) > 1:
            return Reply(f"Which one? There is {self._list(meant)}.")
        return await self._change(meant[0], understood)

    def _unknown(self, running: Sequence[Timer], understood: Understanding) -> Reply:
        if not running:
            return Reply("There is no timer running.")
        return Reply(f"I know no {_title(understood)}. There is {self._list(running)}.")

    async def _start(self, understood: Understanding) -> Reply:
        timer = await self._timers.start(_seconds(understood), str(understood.slots.get("name", "")).strip())
        which = f"{timer.name} timer" if timer.name else "Timer"
        return Reply(f"{which[0].upper()}{which[1:]} set for {duration(timer.seconds)}.")

    async def _cancel(self, timers: Sequence[Timer]) -> Reply:
        for timer in timers:
            await self._timers.cancel(timer)
        if len(timers) == 1:
            return Reply(f"{_name(timers[0])} cancelled.".capitalize())
        return Reply(f"{counted(len(timers), 'timer')} cancelled.")

    async def _change(self, timer: Timer, understood: Understanding) -> Reply:
        seconds = _seconds(understood)
        changed = await self._timers.change(timer, seconds if understood.intent == "HassIncreaseTimer" else -seconds)
        return Reply(f"{_name(changed)}: {duration(self._timers.remaining(changed))} left.".capitalize())

    def _list(self, timers: Sequence[Timer]) -> str:
        return listed([f"{duration(self._timers.remaining(timer))} left on the {_name(timer)}" for timer in timers])


def _seconds(understood: Understanding) -> float:
    slots = understood.slots
    hours, minutes, seconds = (float(slots.get(unit, 0)) for unit in ("hours", "minutes", "seconds"))
    return hours * 3600 + minutes * 60 + seconds


def _meant(running: Sequence[Timer], understood: Understanding) -> Sequence[Timer]:
    """The timers that fit what was said: by name, or by how long they were set for; all if nothing was said."""
    name = str(understood.slots.get("name", "")).strip()
    length = sum(
        float(understood.slots.get(f"start_{unit}", 0)) * factor
        for unit, factor in (("hours", 3600), ("minutes", 60), ("seconds", 1))
    )
    return [
        timer
        for timer in running
        if (not name or timer.name.lower() == name.lower()) and (not length or timer.seconds == length)
    ]


def _title(understood: Understanding) -> str:
    name = str(understood.slots.get("name", "")).strip()
    return f"{name} timer" if name else "such timer"


def _name(timer: Timer) -> str:
    return f"{timer.name} timer" if timer.name else f"{duration(timer.seconds)} timer"
