"""Reminders: make, ask, call off. After a while, once, or on days of the week."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.commonwords import content_words
from voiced.core.numbers import NumberWords, leading
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Named, Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import CLOCK, clock_of, confirm, length_of, reading, text_of, tool
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.when import alike, moment, picked, planned, schedule, seconds, which
from voiced.skills.words import place_of

DIGITS = NumberWords()


class RemindersSkill:
    """Answers everything about reminders.

    Args:
        promises: keeps them.
        now: local time.
        speech: puts it into words.
        numbers: the language's numbers.
        words: which of them say that something is not wanted.
    """

    intents = ("VoicedRemind", "VoicedReminderStatus", "VoicedCancelReminder", "VoicedCancelAllReminders")

    def __init__(
        self,
        promises: Promises,
        now: Callable[[], datetime],
        speech: Speech = ENGLISH,
        numbers: NumberWords = DIGITS,
        words: SkillWords = NO_WORDS,
    ) -> None:
        self._negations = words.negations
        self._promises = promises
        self._now = now
        self._speech = speech
        self._numbers = numbers

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`: what begins within a word, or with a number right behind the time, is the rest of a time."""
        if "text" not in understood.slots:
            return True
        text = str(understood.slots["text"]).lstrip(".:")
        said = text.casefold().split()
        if self._negations.intersection(said if understood.intent == "VoicedCancelReminder" else said[:1]):
            return False
        counts = text[:1].isdecimal() or leading(text.casefold().replace("-", " ").split(), self._numbers)[1] > 0
        goes_on = understood.slots.get("follows") == "time" and counts
        return place_of(understood, "text") is not None and not goes_on

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "VoicedRemind":
            return await self._remind(understood)
        await self._promises.ready()
        say = self._speech.say
        every = self._promises.active("reminder")
        if not every:
            return Reply(say("There are no reminders."))
        reminders = picked(understood, every)
        if understood.intent == "VoicedReminderStatus":
            return Reply(say("I will remind you {reminders}.", reminders=self._list(reminders)))
        text = str(understood.slots.get("text", "")).strip().lower()
        same = [each for each in reminders if not text or each.name.lower() == text]
        wanted = content_words(text)
        meant = same or [each for each in reminders if wanted and wanted <= content_words(each.name)]
        if not meant:
            return Reply(say("I know no such reminder. I will remind you {reminders}.", reminders=self._list(every)))
        asked = "ids" not in understood.slots and understood.intent == "VoicedCancelReminder"
        if len(meant) > 1 and asked and not alike(meant):
            asks = which(understood, meant, lambda each: (each.name,), self._speech)
            return Reply(say("Which one? I will remind you {reminders}.", reminders=self._list(meant)), asks=asks)
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
            slots, named = clock_of(call, self._speech)
        if not (what and named):
            return None
        understood = Understanding("VoicedRemind", slots | {"text": what}, text)
        length = seconds(slots)
        speech = self._speech
        when = speech.ahead(length) if length else planned(speech, slots, self._now(), "reminder")
        question = speech.say("Shall I remind you {thing} {when}?", thing=speech.reminded(what), when=when)
        return Wish(understood, "remind", (*named, Named((what,))), confirm(understood, question))

    async def _remind(self, understood: Understanding) -> Reply:
        now = self._now()
        # "About", "that": what a language says before it. It is none where that is in the text, or is always the same.
        text = f"{understood.slots.get('of', '')} {understood.slots['text']}".strip()
        if length := seconds(understood.slots):
            made = await self._promises.remind_in(length, text)
        else:
            made = await self._promises.remind(schedule(understood.slots, now, "reminder"), text)
        told = self._speech.say("I will remind you {reminders}.", reminders=self._told(made))
        return Reply(told, undo=Understanding("VoicedCancelReminder", {"ids": made.id}))

    async def _cancel(self, reminders: Sequence[Promise]) -> Reply:
        for reminder in reminders:
            await self._promises.cancel(reminder)
        if len(reminders) == 1:
            thing = self._speech.reminded(reminders[0].name)
            return Reply(self._speech.say("Reminder {thing} cancelled.", thing=thing))
        return Reply(self._speech.say("{count} reminders cancelled.", count=len(reminders)))

    def _list(self, reminders: Sequence[Promise]) -> str:
        return self._speech.listed([self._told(reminder) for reminder in reminders])

    def _told(self, reminder: Promise) -> str:
        thing, when = self._speech.reminded(reminder.name), moment(self._speech, reminder, self._now())
        return self._speech.say("{thing} {when}", thing=thing, when=when)
