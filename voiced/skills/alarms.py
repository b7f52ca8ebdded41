"""Alarms: set, ask, call off. Once, or on days of the week."""

from collections.abc import Callable, Sequence
from datetime import datetime

from voiced.core.chat import Tool, ToolCall
from voiced.core.ports.promises import Promises
from voiced.core.ports.skill import Reply, Wish
from voiced.core.promises import Promise
from voiced.core.speech import bare, counted, listed, same
from voiced.core.types import Understanding
from voiced.skills.offering import CLOCK, clock_of, reading, shall, tool
from voiced.skills.when import alike, clock_times, due_time, moment, planned, schedule


class AlarmsSkill:
    """Answers everything about alarms.

    Args:
        promises: keeps them.
        now: local time.
    """

    intents = (
        "VoicedSetAlarm",
        "VoicedAlarmStatus",
        "VoicedNextAlarm",
        "VoicedCancelAlarm",
        "VoicedCancelAllAlarms",
    )

    def __init__(self, promises: Promises, now: Callable[[], datetime]) -> None:
        self._promises = promises
        self._now = now

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "VoicedSetAlarm":
            return await self._set(understood)
        await self._promises.ready()
        alarms = self._promises.active("alarm")
        if not alarms:
            return Reply("There is no alarm set.")
        if understood.intent == "VoicedNextAlarm":
            return Reply(f"Your next alarm is {moment(alarms[0], self._now())}.")
        if understood.intent == "VoicedAlarmStatus":
            return Reply(f"There is {self._list(alarms)}.")
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
        slots, named = clock_of(call)
        if call.name == "set_alarm" and not named:
            return None
        if call.name == "cancel_alarm":
            understood = Understanding("VoicedCancelAlarm", slots, text)
            return Wish(understood, call.name, named, shall(understood, "call off the alarm"))
        understood = Understanding("VoicedSetAlarm", slots, text)
        what = f"set an alarm {planned(slots, self._now(), 'alarm')}"
        return Wish(understood, call.name, named, shall(understood, what))

    async def _call_off(self, alarms: Sequence[Promise], understood: Understanding) -> Reply:
        meant = alarms if understood.intent == "VoicedCancelAllAlarms" else self._meant(alarms, understood)
        if not meant:
            return Reply(f"I know no such alarm. There is {self._list(alarms)}.")
        if len(meant) > 1 and understood.intent == "VoicedCancelAlarm" and not alike(meant):
            return Reply(f"Which one? There is {self._list(meant)}.")
        return await self._cancel(meant)

    async def _set(self, understood: Understanding) -> Reply:
        now = self._now()
        name = str(understood.slots.get("name", "")).strip()
        alarm = await self._promises.set_alarm(schedule(understood.slots, now, "alarm"), name)
        which = f"{name} alarm" if name else "Alarm"
        return Reply(f"{which[0].upper()}{which[1:]} set for {moment(alarm, now).removeprefix('on ')}.")

    async def _cancel(self, alarms: Sequence[Promise]) -> Reply:
        for alarm in alarms:
            await self._promises.cancel(alarm)
        if len(alarms) == 1:
            return Reply(f"Alarm cancelled: {moment(alarms[0], self._now())}.")
        return Reply(f"{counted(len(alarms), 'alarm')} cancelled.")

    def _meant(self, alarms: Sequence[Promise], understood: Understanding) -> Sequence[Promise]:
        """The alarms that fit what was said: by name or time; all if nothing was said."""
        name = str(understood.slots.get("name", "")).strip()
        times = clock_times(understood.slots) if {"hour", "named"} & understood.slots.keys() else []
        return [
            alarm
            for alarm in alarms
            if (not name or same(alarm.name, name))
            and (not times or due_time(alarm, self._now()).replace(second=0, microsecond=0) in times)
        ]

    def _list(self, alarms: Sequence[Promise]) -> str:
        now = self._now()
        return listed([f"{_article(alarm)} alarm {moment(alarm, now)}" for alarm in alarms])


def _article(alarm: Promise) -> str:
    return f"the {bare(alarm.name)}" if alarm.name else "an"
