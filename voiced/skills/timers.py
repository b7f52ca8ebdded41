"""Timers: start, ask, change, call off. Several at once, with names or without."""

from collections.abc import Sequence

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Named, Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import adjective, bare, counted, duration, listed, same
from voiced.core.types import Understanding
from voiced.skills.offering import TIME_PARTS, length_of, reading, shall, text_of, tool
from voiced.skills.when import seconds


class TimersSkill:
    """Answers everything about timers.

    Args:
        promises: keeps them.
    """

    intents = (
        "HassStartTimer",
        "HassTimerStatus",
        "HassCancelTimer",
        "HassCancelAllTimers",
        "HassIncreaseTimer",
        "HassDecreaseTimer",
    )

    def __init__(self, promises: Promises) -> None:
        self._promises = promises

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "HassStartTimer":
            return await self._start(understood)
        await self._promises.ready()
        running = self._promises.active("timer")
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

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        length = dict.fromkeys(TIME_PARTS, "integer")
        return (
            tool("start_timer", "Start a timer.", **length, name="string"),
            tool("cancel_timer", "Stop a timer.", name="string"),
            tool("timers", "Tell which timers run, and what is left of them."),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        if call.name == "timers":
            return reading("HassTimerStatus", text)
        slots, named = length_of(call) if call.name == "start_timer" else ({}, ())
        if call.name == "start_timer" and not named:
            return None
        length = f" for {duration(seconds(slots))}" if named else ""
        if name := text_of(call, "name"):
            slots, named = slots | {"name": name}, (*named, Named((name,)))
        intent = "HassStartTimer" if call.name == "start_timer" else "HassCancelTimer"
        understood = Understanding(intent, slots, text)
        told = f"{bare(name)} timer".strip()
        verb = "stop the" if call.name == "cancel_timer" else "set the" if name else "set a"
        return Wish(understood, call.name, named, shall(understood, f"{verb} {told}{length}"))

    def _unknown(self, running: Sequence[Promise], understood: Understanding) -> Reply:
        if not running:
            return Reply("There is no timer running.")
        return Reply(f"I know no {_title(understood)}. There is {self._list(running)}.")

    async def _start(self, understood: Understanding) -> Reply:
        if before := _length(understood):
            return await self._restart(understood, before)
        timer = await self._promises.start_timer(seconds(understood.slots), _called(understood))
        which = f"{timer.name} timer" if timer.name else "Timer"
        return Reply(f"{which[0].upper()}{which[1:]} set for {duration(timer.seconds or 0)}.")

    async def _restart(self, understood: Understanding, before: float) -> Reply:
        """Gives the newest timer of a length another one: "make it ten minutes"."""
        await self._promises.ready()
        if not (meant := _meant(self._promises.active("timer"), understood)):
            return Reply("There is no such timer any more.")
        changed = await self._promises.change(meant[-1], seconds(understood.slots) - before)
        return Reply(f"{_name(changed)}: {duration(self._promises.remaining(changed))} left.".capitalize())

    async def _cancel(self, timers: Sequence[Promise]) -> Reply:
        for timer in timers:
            await self._promises.cancel(timer)
        if len(timers) == 1:
            return Reply(f"{_name(timers[0])} cancelled.".capitalize())
        return Reply(f"{counted(len(timers), 'timer')} cancelled.")

    async def _change(self, timer: Promise, understood: Understanding) -> Reply:
        added = seconds(understood.slots) * (1 if understood.intent == "HassIncreaseTimer" else -1)
        changed = await self._promises.change(timer, added)
        return Reply(f"{_name(changed)}: {duration(self._promises.remaining(changed))} left.".capitalize())

    def _list(self, timers: Sequence[Promise]) -> str:
        return listed([f"{duration(self._promises.remaining(timer))} left on the {_name(timer)}" for timer in timers])


def _called(understood: Understanding) -> str:
    return str(understood.slots.get("name", "")).strip()


def _meant(running: Sequence[Promise], understood: Understanding) -> Sequence[Promise]:
    """The timers that fit what was said: by name, or by how long they were set for; all if nothing was said."""
    name, length = _called(understood), _length(understood)
    return [
        timer for timer in running if (not name or same(timer.name, name)) and (not length or timer.seconds == length)
    ]


def _length(understood: Understanding) -> float:
    """The seconds that a timer was set for, where it is told by them; else 0."""
    units = (("hours", 3600), ("minutes", 60), ("seconds", 1))
    return sum(float(understood.slots.get(f"start_{unit}", 0)) * factor for unit, factor in units)


def _title(understood: Understanding) -> str:
    name = _called(understood)
    return f"{bare(name) or 'such'} timer"


def _name(timer: Promise) -> str:
    return f"{bare(timer.name) or adjective(timer.seconds or 0)} timer"
