"""Timers: start, ask, change, call off. Several at once, with names or without."""

from collections.abc import Sequence

from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import TIME_PARTS, confirm, length_of, reading, text_of, tool
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.when import picked, seconds, which
from voiced.skills.words import capital

NAME_WORDS = 3
"""Words of the longest name."""


class TimersSkill:
    """Answers everything about timers.

    Args:
        promises: keeps them.
        speech: puts it into words.
        words: which of them no timer is called by.
    """

    intents = (
        "HassStartTimer",
        "HassTimerStatus",
        "HassCancelTimer",
        "HassCancelAllTimers",
        "HassIncreaseTimer",
        "HassDecreaseTimer",
    )

    def __init__(self, promises: Promises, speech: Speech = ENGLISH, words: SkillWords = NO_WORDS) -> None:
        self._promises = promises
        self._unnamed = words.unnamed
        self._speech = speech

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`: a name is short, and no word of the language; what else there is is the rest of a sentence."""
        name = str(understood.slots.get("name", "")).casefold().split()
        return len(name) <= NAME_WORDS and self._unnamed.isdisjoint(name)

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "HassStartTimer":
            return await self._start(understood)
        await self._promises.ready()
        running = self._promises.active("timer")
        meant = running if understood.intent == "HassCancelAllTimers" else self._meant(running, understood)
        if not meant:
            return self._unknown(running, understood)
        if understood.intent == "HassTimerStatus":
            return Reply(self._speech.say("{timers}.", timers=self._list(meant)))
        chosen = len(meant) == 1 or "ids" in understood.slots
        if understood.intent == "HassCancelAllTimers" or (understood.intent == "HassCancelTimer" and chosen):
            return await self._cancel(meant)
        if not chosen:
            asks = which(understood, meant, lambda each: (self._name(each), self._short(each)), self._speech)
            return Reply(self._speech.say("Which one? There is {timers}.", timers=self._list(meant)), asks=asks)
        return await self._change(meant, understood)

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
        if name := text_of(call, "name"):
            slots, named = slots | {"name": name}, (*named, Named((name,)))
        intent = "HassStartTimer" if call.name == "start_timer" else "HassCancelTimer"
        understood = Understanding(intent, slots, text)
        return Wish(understood, call.name, named, confirm(understood, self._question(understood)))

    def _question(self, understood: Understanding) -> str:
        """Asks whether a timer is to be started, or stopped."""
        say, length = self._speech.say, self._speech.duration(seconds(understood.slots))
        timer = self._title(_called(understood)) if _called(understood) else ""
        if understood.intent == "HassCancelTimer":
            return say("Shall I stop the {timer}?", timer=timer) if timer else say("Shall I stop the timer?")
        if timer:
            return say("Shall I set the {timer} for {length}?", timer=timer, length=length)
        return say("Shall I set a timer for {length}?", length=length)

    def _unknown(self, running: Sequence[Promise], understood: Understanding) -> Reply:
        if not running:
            return Reply(self._speech.say("There is no timer running."))
        told = {"timers": self._list(running)}
        if name := _called(understood):
            return Reply(self._speech.say("I know no {timer}. There is {timers}.", timer=self._title(name), **told))
        return Reply(self._speech.say("I know no such timer. There is {timers}.", **told))

    async def _start(self, understood: Understanding) -> Reply:
        if before := _length(understood):
            return await self._restart(understood, before)
        if not (runs_s := seconds(understood.slots)):
            return Reply(self._speech.say("For how long?"), asks=Asks())
        timer = await self._promises.start_timer(runs_s, _called(understood))
        say, length = self._speech.say, self._speech.duration(timer.seconds or 0)
        told = say("{timer} set for {length}.", timer=self._name(timer), length=length) if timer.name else ""
        told = capital(told) or say("Timer set for {length}.", length=length)
        return Reply(told, undo=Understanding("HassCancelTimer", {"ids": timer.id}))

    async def _restart(self, understood: Understanding, before: float) -> Reply:
        """Gives the newest timer of a length another one: "make it ten minutes"."""
        await self._promises.ready()
        if not (meant := self._meant(self._promises.active("timer"), understood)):
            return Reply(self._speech.say("There is no such timer any more."))
        changed = await self._promises.change(meant[-1], seconds(understood.slots) - before)
        return replace(self._left(changed), undo=Understanding("HassCancelTimer", {"ids": changed.id}))

    async def _cancel(self, timers: Sequence[Promise]) -> Reply:
        for timer in timers:
            await self._promises.cancel(timer)
        if len(timers) == 1:
            return Reply(capital(self._speech.say("{timer} cancelled.", timer=self._name(timers[0]))))
        return Reply(self._speech.say("{count} timers cancelled.", count=len(timers)))

    async def _change(self, timers: Sequence[Promise], understood: Understanding) -> Reply:
        added = seconds(understood.slots) * (1 if understood.intent == "HassIncreaseTimer" else -1)
        changed = [await self._promises.change(timer, added) for timer in timers]
        if len(changed) == 1:
            return self._left(changed[0])
        return Reply(self._speech.say("{timers}.", timers=self._list(changed)))

    def _left(self, timer: Promise) -> Reply:
        left = self._speech.duration(self._promises.remaining(timer))
        return Reply(capital(self._speech.say("{timer}: {left} left.", timer=self._name(timer), left=left)))

    def _list(self, timers: Sequence[Promise]) -> str:
        say, duration = self._speech.say, self._speech.duration
        return self._speech.listed(
            [
                say("{left} left on the {timer}", left=duration(self._promises.remaining(each)), timer=self._name(each))
                for each in timers
            ]
        )

    def _name(self, timer: Promise) -> str:
        return self._title(self._short(timer))

    def _short(self, timer: Promise) -> str:
        return timer.name or self._speech.adjective(timer.seconds or 0)

    def _title(self, name: str) -> str:
        return self._speech.say("{name} timer", name=self._speech.bare(name))

    def _meant(self, running: Sequence[Promise], understood: Understanding) -> Sequence[Promise]:
        """The timers that fit: by name, or by how long they were set for; all if nothing was said."""
        name, length = _called(understood), _length(understood)
        return [
            timer
            for timer in picked(understood, running)
            if (not name or self._speech.same(timer.name, name)) and (not length or timer.seconds == length)
        ]


def _called(understood: Understanding) -> str:
    return str(understood.slots.get("name", "")).strip()


def _length(understood: Understanding) -> float:
    """The seconds that a timer was set for, where it is told by them; else 0."""
    units = (("hours", 3600), ("minutes", 60), ("seconds", 1))
    return sum(float(understood.slots.get(f"start_{unit}", 0)) * factor for unit, factor in units)
