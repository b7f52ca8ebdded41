"""Alarms: set, ask, call off. Once, or on days of the week."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import CLOCK, clock_of, confirm, reading, tool
from voiced.skills.when import alike, clock_times, due_time, moment, picked, planned, schedule, which


class AlarmsSkill:
    """Answers everything about alarms.

    Args:
        promises: keeps them.
        now: local time.
        speech: puts it into words.
    """

    intents = (
        "VoicedSetAlarm",
        "VoicedAlarmStatus",
        "VoicedNextAlarm",
        "VoicedCancelAlarm",
        "VoicedCancelAllAlarms",
    )

    def __init__(self, promises: Promises, now: Callable[[], datetime], speech: Speech = ENGLISH) -> None:
        self._promises = promises
        self._now = now
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "VoicedSetAlarm":
            return await self._set(understood)
        await self._promises.ready()
        alarms = self._promises.active("alarm")
        if not alarms:
            return Reply(self._speech.say("There is no alarm set."))
        if understood.intent == "VoicedNextAlarm":
            when = moment(self._speech, alarms[0], self._now())
            return Reply(self._speech.say("Your next alarm is {when}.", when=when))
        if understood.intent == "VoicedAlarmStatus":
            return Reply(self._speech.say("There is {alarms}.", alarms=self._list(alarms)))
        return await self._call_off(alarms, understood)

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (
            tool("set_alarm", "Set an alarm, by the 24-hour clock.", ("hour",), **CLOCK),
            tool("cancel_alarm", "Call off an alarm.", hour="integer", minute="integer"),
            tool("alarms", "Tell which alarms are set."),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        if call.name == "alarms":
            return reading("VoicedAlarmStatus", text)
        slots, named = clock_of(call, self._speech)
        if call.name == "set_alarm" and not named:
            return None
        if call.name == "cancel_alarm":
            understood = Understanding("VoicedCancelAlarm", slots, text)
            return Wish(
                understood, call.name, named, confirm(understood, self._speech.say("Shall I call off the alarm?"))
            )
        understood = Understanding("VoicedSetAlarm", slots, text)
        when = planned(self._speech, slots, self._now(), "alarm")
        return Wish(
            understood,
            call.name,
            named,
            confirm(understood, self._speech.say("Shall I set an alarm {when}?", when=when)),
        )

    async def _call_off(self, alarms: Sequence[Promise], understood: Understanding) -> Reply:
        meant = alarms if understood.intent == "VoicedCancelAllAlarms" else self._meant(alarms, understood)
        if not meant:
            told = self._list(alarms)
            return Reply(self._speech.say("I know no such alarm. There is {alarms}.", alarms=told))
        asked = "ids" not in understood.slots and understood.intent == "VoicedCancelAlarm"
        if len(meant) > 1 and asked and not alike(meant):
            asks = which(understood, meant, self._called, self._speech)
            return Reply(self._speech.say("Which one? There is {alarms}.", alarms=self._list(meant)), asks=asks)
        return await self._cancel(meant)

    async def _set(self, understood: Understanding) -> Reply:
        now = self._now()
        name = str(understood.slots.get("name", "")).strip()
        alarm = await self._promises.set_alarm(schedule(understood.slots, now, "alarm"), name)
        when = moment(self._speech, alarm, now).removeprefix("on ")
        undo = Understanding("VoicedCancelAlarm", {"ids": alarm.id})
        if name:
            told = self._speech.say("{name} alarm set for {when}.", name=name[:1].upper() + name[1:], when=when)
            return Reply(told, undo=undo)
        return Reply(self._speech.say("Alarm set for {when}.", when=when), undo=undo)

    async def _cancel(self, alarms: Sequence[Promise]) -> Reply:
        for alarm in alarms:
            await self._promises.cancel(alarm)
        if len(alarms) == 1:
            when = moment(self._speech, alarms[0], self._now())
            return Reply(self._speech.say("Alarm cancelled: {when}.", when=when))
        return Reply(self._speech.say("{count} alarms cancelled.", count=len(alarms)))

    def _meant(self, alarms: Sequence[Promise], understood: Understanding) -> Sequence[Promise]:
        """The alarms that fit what was said: by name or time; all if nothing was said."""
        name = str(understood.slots.get("name", "")).strip()
        times = clock_times(understood.slots) if {"hour", "named"} & understood.slots.keys() else []
        return [
            alarm
            for alarm in picked(understood, alarms)
            if (not name or self._speech.same(alarm.name, name))
            and (not times or due_time(alarm, self._now()).replace(second=0, microsecond=0) in times)
        ]

    def _list(self, alarms: Sequence[Promise]) -> str:
        return self._speech.listed([self._told(alarm) for alarm in alarms])

    def _called(self, alarm: Promise) -> Sequence[str]:
        """What it can be called: its name, when it rings, and the time of day with and without its half."""
        now = self._now()
        clock = self._speech.clock_time(due_time(alarm, now))
        when = moment(self._speech, alarm, now).removeprefix("on ")
        return [each for each in (alarm.name, when, clock, clock.partition(" ")[0]) if each]

    def _told(self, alarm: Promise) -> str:
        when = moment(self._speech, alarm, self._now())
        if alarm.name:
            return self._speech.say("the {name} alarm {when}", name=self._speech.bare(alarm.name), when=when)
        return self._speech.say("an alarm {when}", when=when)
