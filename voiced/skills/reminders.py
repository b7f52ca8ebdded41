"""Reminders: make, ask, call off. After a while, once, or on days of the week."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Named, Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import counted, duration, listed, turned
from voiced.core.types import Understanding
from voiced.skills.offering import CLOCK, clock_of, length_of, reading, shall, text_of, tool
from voiced.skills.when import alike, moment, planned, schedule, seconds


class RemindersSkill:
    """Answers everything about reminders.

    Args:
        promises: keeps them.
        now: local time.
    """

    intents = ("VoicedRemind", "VoicedReminderStatus", "VoicedCancelReminder", "VoicedCancelAllReminders")

    def __init__(self, promises: Promises, now: Callable[[], datetime]) -> None:
        self._promises = promises
        self._now = now

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "VoicedRemind":
            return await self._remind(understood)
        await self._promises.ready()
        reminders = self._promises.active("reminder")
        if not reminders:
            return Reply("There are no reminders.")
        if understood.intent == "VoicedReminderStatus":
            return Reply(f"I will remind you {self._list(reminders)}.")
        text = str(understood.slots.get("text", "")).strip().lower()
        meant = [each for each in reminders if not text or each.name.lower() == text]
        if not meant:
            return Reply(f"I know no such reminder. I will remind you {self._list(reminders)}.")
        if len(meant) > 1 and understood.intent == "VoicedCancelReminder" and not alike(meant):
            return Reply(f"Which one? I will remind you {self._list(meant)}.")
        return await self._cancel(meant)

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        when = {"hours": "integer", "minutes": "integer"} | CLOCK
        return (
            tool(
                "remind",
                "Remind the user of something after hours and minutes, or at an hour.",
                ("text",),
                text="string",
                **when,
            ),
            tool("reminders", "Tell which reminders there are."),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        if call.name == "reminders":
            return reading("VoicedReminderStatus", text)
        what = text_of(call, "text")
        slots, named = length_of(call)
        if not named:
            slots, named = clock_of(call)
        if not (what and named):
            return None
        understood = Understanding("VoicedRemind", slots | {"text": what}, text)
        length = seconds(slots)
        when = f"in {duration(length)}" if length else planned(slots, self._now(), "reminder")
        question = shall(understood, f"remind you to {turned(what)} {when}")
        return Wish(understood, "remind", (*named, Named((what,))), question)

    async def _remind(self, understood: Understanding) -> Reply:
        now = self._now()
        text = str(understood.slots["text"]).strip()
        if length := seconds(understood.slots):
            made = await self._promises.remind_in(length, text)
            return Reply(f"I will remind you to {turned(made.name)} in {duration(length)}.")
        made = await self._promises.remind(schedule(understood.slots, now, "reminder"), text)
        return Reply(f"I will remind you to {turned(made.name)} {moment(made, now)}.")

    async def _cancel(self, reminders: Sequence[Promise]) -> Reply:
        for reminder in reminders:
            await self._promises.cancel(reminder)
        if len(reminders) == 1:
            return Reply(f"Reminder to {turned(reminders[0].name)} cancelled.")
        return Reply(f"{counted(len(reminders), 'reminder')} cancelled.")

    def _list(self, reminders: Sequence[Promise]) -> str:
        now = self._now()
        return listed([f"to {turned(reminder.name)} {moment(reminder, now)}" for reminder in reminders])
