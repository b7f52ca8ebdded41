"""What skills answer."""

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.fakes.clock import JumpingClock
from tests.fakes.kept import FakeSettings
from tests.sentences import rules
from voiced.control.tally import Tally
from voiced.core.config_mind import QuietConfig
from voiced.core.events import Speaking
from voiced.core.ports.skill import Reply
from voiced.core.promises import Promise
from voiced.core.recurrence import dated, next_due
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.clock import ClockSkill
from voiced.skills.manner import MannerSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.snooze import SnoozeSkill
from voiced.skills.talk import RepeatSkill
from voiced.skills.timers import TimersSkill
from voiced.skills.volume import VolumeSkill
from voiced.turn.manner import Manner
from voiced.turn.quiet import Quiet


def answer(skill, intent, **slots):
    return asyncio.run(skill.answer(Understanding(intent, slots))).text


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "12 AM"),
        (0, 5, "12:05 AM"),
        (9, 30, "9:30 AM"),
        (12, 0, "12 PM"),
        (17, 12, "5:12 PM"),
        (23, 59, "11:59 PM"),
    ],
)
def test_the_time(hour, minute, said):
    now = datetime(2026, 3, 1, hour, minute)  # noqa: DTZ001 (local time is what is asked for)
    assert answer(ClockSkill(lambda: now), "HassGetCurrentTime") == f"It is {said}."


@pytest.mark.parametrize(
    ("day", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd")]
)
def test_the_date(day, said):
    now = datetime(2026, 3, day)  # noqa: DTZ001 (local time is what is asked for)
    assert f"March {said}, 2026" in answer(ClockSkill(lambda: now), "HassGetCurrentDate")


@pytest.mark.parametrize(
    ("intents", "said", "speed", "volume"),
    [
        (["VoicedSlower"], "I speak slower now.", 0.833, 60),
        (["VoicedSlower"] * 9, "I cannot speak any slower.", 0.578, 60),
        (["VoicedFaster"], "I speak faster now.", 1.2, 60),
        (["VoicedFaster"] * 9, "I cannot speak any faster.", 1.728, 60),
        (["VoicedRepeatSlower"], "It is noon.", 0.833, 60),
        (["VoicedWhisper"], "I speak softly now.", 1.0, 18),
        (["VoicedWhisper", "VoicedFaster", "VoicedSpeakNormally"], "I speak normally again.", 1.0, 60),
    ],
)
def test_how_it_speaks(intents, said, speed, volume):
    played = []
    manner = Manner(Quiet(QuietConfig(), JumpingClock(), FakeSettings()), 60, played.append)
    skill = MannerSkill(manner, lambda: Reply("It is noon."))
    answers = [answer(skill, intent) for intent in intents]
    manner.begin(rings=False)
    assert (answers[-1], manner.speed, played[-1]) == (said, pytest.approx(speed, abs=0.002), volume)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (60, "1 minute"),
        (90, "1 minute and 30 seconds"),
        (3661, "1 hour, 1 minute and 1 second"),
        (0.4, "0 seconds"),
        (172_800, "2 days"),
    ],
)
def test_durations(seconds, said):
    assert ENGLISH.duration(seconds) == said


def test_lists():
    assert [ENGLISH.listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


class Volume:
    def __init__(self, volume):
        self.volume = volume

    def set(self, volume):
        self.volume = volume


@pytest.mark.parametrize(
    ("before", "intent", "slots", "after"),
    [
        (50, "HassSetVolume", {"volume_level": 30}, 30),
        (50, "HassSetVolumeRelative", {"volume_step": "up"}, 65),
        (50, "HassSetVolumeRelative", {"volume_step": "down"}, 35),
        (95, "HassSetVolumeRelative", {"volume_step": "up"}, 100),
        (5, "HassSetVolumeRelative", {"volume_step": "down"}, 0),
        (50, "HassMediaPlayerMute", {}, 0),
        (0, "HassMediaPlayerUnmute", {}, 30),
    ],
)
def test_the_volume(before, intent, slots, after):
    volume = Volume(before)
    said = answer(VolumeSkill(lambda: volume.volume, volume.set), intent, **slots)
    assert volume.volume == after
    assert str(after) in said


def test_unmuting_brings_the_volume_back():
    volume = Volume(80)
    skill = VolumeSkill(lambda: volume.volume, volume.set)
    answer(skill, "HassMediaPlayerMute")
    answer(skill, "HassMediaPlayerUnmute")
    assert volume.volume == 80


def test_repeat():
    assert answer(RepeatSkill(lambda: Reply("It is noon.")), "VoicedRepeat") == "It is noon."
    assert "not said anything" in answer(RepeatSkill(lambda: Reply("")), "VoicedRepeat")


@pytest.mark.parametrize("intent", ["VoicedRepeat", "VoicedRepeatSlower"])
def test_what_is_repeated_is_as_private_as_it_was(intent):
    tally = Tally()
    tally.count(Speaking("Tulip.", "secret", at=1.0, turn="t"))
    manner = Manner(Quiet(QuietConfig(), JumpingClock(), FakeSettings()), 60, lambda _: None)
    skills = (RepeatSkill(lambda: tally.last_answer), MannerSkill(manner, lambda: tally.last_answer))
    skill = next(each for each in skills if intent in each.intents)
    assert asyncio.run(skill.answer(Understanding(intent, {}))) == Reply("Tulip.", privacy="secret")


NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
"""A Wednesday evening."""


class Kept:
    """A keeper of promises whose clock stands still. Implements `Promises`."""

    def __init__(self, *promises):
        self.promises = list(promises)
        self.snoozable = False

    async def ready(self): ...

    def active(self, kind=None):
        return sorted((each for each in self.promises if kind in (None, each.kind)), key=self.remaining)

    def remaining(self, promise):
        return max(0.0, promise.due - NOW.timestamp())

    def add(self, kind, name, due, **fields):
        made = Promise(id=f"{len(self.promises)}", kind=kind, made_at=0, changed_at=0, name=name, due=due, **fields)
        self.promises.append(made)
        return made

    async def start_timer(self, seconds, name=""):
        return self.add("timer", name, NOW.timestamp() + seconds, seconds=seconds)

    async def remind_in(self, seconds, text):
        return self.add("reminder", text, NOW.timestamp() + seconds, seconds=seconds)

    async def set_alarm(self, schedule, name=""):
        schedule = dated(schedule, NOW.timestamp(), UTC)
        return self.add("alarm", name, next_due(schedule, NOW.timestamp(), UTC), schedule=schedule)

    async def remind(self, schedule, text):
        schedule = dated(schedule, NOW.timestamp(), UTC)
        return self.add("reminder", text, next_due(schedule, NOW.timestamp(), UTC), schedule=schedule)

    async def change(self, promise, seconds):
        self.promises.remove(promise)
        self.promises.append(replace(promise, seconds=promise.seconds + seconds, due=promise.due + seconds))
        return self.promises[-1]

    async def cancel(self, promise):
        self.promises.remove(promise)

    async def snooze(self, seconds=None):
        return await self.start_timer(seconds or 540) if self.snoozable else None


def kept(*timers):
    promises = Kept()
    for name, seconds in timers:
        promises.add("timer", name, NOW.timestamp() + seconds, seconds=seconds)
    return promises


@pytest.mark.parametrize(
    ("running", "intent", "slots", "said", "left"),
    [
        ([], "HassStartTimer", {"minutes": 5}, "Timer set for 5 minutes.", 1),
        (
            [],
            "HassStartTimer",
            {"hours": 1, "minutes": 30, "name": "pizza"},
            "Pizza timer set for 1 hour and 30 minutes.",
            1,
        ),
        ([], "HassTimerStatus", {}, "There is no timer running.", 0),
        ([("", 300)], "HassTimerStatus", {}, "5 minutes left on the five-minute timer.", 1),
        (
            [("tea", 60), ("egg", 90)],
            "HassTimerStatus",
            {"name": "egg"},
            "1 minute and 30 seconds left on the egg timer.",
            2,
        ),
        (
            [("tea", 60)],
            "HassTimerStatus",
            {"name": "egg"},
            "I know no egg timer. There is 1 minute left on the tea timer.",
            1,
        ),
        ([("tea", 60)], "HassCancelTimer", {}, "Tea timer cancelled.", 0),
        ([("the roast", 60)], "HassTimerStatus", {"name": "Roast"}, "1 minute left on the roast timer.", 1),
        ([("", 90)], "HassTimerStatus", {}, "1 minute and 30 seconds left on the ninety-second timer.", 1),
        ([("tea", 60), ("egg", 90)], "HassCancelTimer", {"name": "tea"}, "Tea timer cancelled.", 1),
        ([("", 60), ("", 90)], "HassCancelTimer", {"start_minutes": 1}, "One-minute timer cancelled.", 1),
        ([("tea", 60), ("egg", 90)], "HassCancelTimer", {}, "Which one?", 2),
        ([("tea", 60), ("egg", 90)], "HassCancelAllTimers", {}, "2 timers cancelled.", 0),
        (
            [("", 300), ("tea", 300), ("", 60)],
            "HassStartTimer",
            {"minutes": 10, "start_minutes": 5, "name": "tea"},
            "Tea timer: 10 minutes left.",
            3,
        ),
        ([("", 60)], "HassStartTimer", {"minutes": 10, "start_minutes": 5}, "There is no such timer any more.", 1),
        ([("tea", 60)], "HassIncreaseTimer", {"minutes": 2}, "Tea timer: 3 minutes left.", 1),
        ([("tea", 180)], "HassDecreaseTimer", {"minutes": 2}, "Tea timer: 1 minute left.", 1),
    ],
)
def test_timers(running, intent, slots, said, left):
    timers = kept(*running)
    assert answer(TimersSkill(timers), intent, **slots).startswith(said)
    assert len(timers.promises) == left


RULES = rules()


def converse(*sentences, promises=None):
    """Says sentences to the skills of promises, one after the other; returns the last answer."""
    promises = promises or Kept()
    skills = [
        TimersSkill(promises),
        AlarmsSkill(promises, lambda: NOW),
        RemindersSkill(promises, lambda: NOW),
        SnoozeSkill(promises),
    ]
    said = ""
    for sentence in sentences:
        understood = RULES.understand(sentence)
        assert understood is not None, sentence
        skill = next(skill for skill in skills if understood.intent in skill.intents)
        said = asyncio.run(skill.answer(understood)).text
    return said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("set an alarm for seven", "Alarm set for tomorrow at 7 AM."),
        ("set an alarm for nine", "Alarm set for today at 9 PM."),
        ("wake me up at half past six", "Alarm set for tomorrow at 6:30 AM."),
        ("wake me up at half past six in the evening", "Alarm set for tomorrow at 6:30 PM."),
        ("set an alarm for quarter to one", "Alarm set for tomorrow at 12:45 AM."),
        ("set an alarm for ten to twelve at night", "Alarm set for today at 11:50 PM."),
        ("set an alarm for 12 at night", "Alarm set for tomorrow at 12 AM."),
        ("set an alarm for 7:05 p.m.", "Alarm set for tomorrow at 7:05 PM."),
        ("set an alarm for 21:30", "Alarm set for today at 9:30 PM."),
        ("set an alarm for noon", "Alarm set for tomorrow at 12 PM."),
        ("set an alarm for midnight", "Alarm set for tomorrow at 12 AM."),
        ("set an alarm for tomorrow at eight", "Alarm set for tomorrow at 8 AM."),
        ("set an alarm for tomorrow evening at eight", "Alarm set for tomorrow at 8 PM."),
        ("set an alarm for five on friday", "Alarm set for Friday at 5 AM."),
        ("set an alarm for seven on wednesday", "Alarm set for December 2nd at 7 AM."),
        ("set an alarm for 7 30 every weekday", "Alarm set for every weekday at 7:30 AM."),
        ("set an alarm for nine on weekends", "Alarm set for every weekend day at 9 AM."),
        ("set an alarm every monday and friday at six", "Alarm set for every Monday and Friday at 6 AM."),
        ("set an alarm called work for six every day", "Work alarm set for every day at 6 AM."),
        (
            "remind me to water the plants every monday at 8",
            "I will remind you to water the plants every Monday at 8 AM.",
        ),
        ("remind me to call mum in ten minutes", "I will remind you to call mum in 10 minutes."),
        ("remind me at five to take my medicine", "I will remind you to take your medicine tomorrow at 5 AM."),
        ("remind me tomorrow at five to take my pills", "I will remind you to take your pills tomorrow at 5 PM."),
        ("remind me to buy milk on saturday at ten", "I will remind you to buy milk on Saturday at 10 AM."),
        ("what alarms do I have", "There is no alarm set."),
        ("what are my reminders", "There are no reminders."),
        ("snooze", "Nothing rang lately."),
    ],
)
def test_alarms_and_reminders_say_the_moment(sentence, said):
    assert converse(sentence) == said


@pytest.mark.parametrize(
    ("sentences", "said", "left"),
    [
        (["wake me at seven", "when is my next alarm"], "Your next alarm is tomorrow at 7 AM.", 1),
        (["wake me at seven", "wake me at ten", "when is my next alarm"], "Your next alarm is today at 10 PM.", 2),
        (["wake me at seven", "cancel the alarm"], "Alarm cancelled: tomorrow at 7 AM.", 0),
        (["wake me at seven", "wake me at nine", "cancel the alarm"], "Which one? There is an alarm today", 2),
        (["wake me at seven", "wake me at nine", "cancel my seven o'clock alarm"], "Alarm cancelled: tomorrow at 7", 1),
        (["wake me at seven", "wake me at seven", "cancel the alarm"], "2 alarms cancelled.", 0),
        (["wake me at seven", "wake me at nine", "cancel all alarms"], "2 alarms cancelled.", 0),
        (["wake me at seven", "cancel the eight o'clock alarm"], "I know no such alarm. There is an alarm", 1),
        (["remind me to buy milk at nine", "what are my reminders"], "I will remind you to buy milk today at 9 PM.", 1),
        (["remind me to buy milk at nine", "cancel the reminder to buy milk"], "Reminder to buy milk cancelled.", 0),
        (["remind me to buy milk at nine", "cancel the reminder to buy eggs"], "I know no such reminder.", 1),
        (["remind me to buy milk at nine", "remind me to leave at ten", "cancel all reminders"], "2 reminders", 0),
    ],
)
def test_alarms_and_reminders_are_listed_and_called_off(sentences, said, left):
    promises = Kept()
    assert converse(*sentences, promises=promises).startswith(said)
    assert len(promises.promises) == left


@pytest.mark.parametrize(("sentence", "said"), [("snooze", "9 minutes"), ("snooze for ten minutes", "10 minutes")])
def test_snooze(sentence, said):
    promises = Kept()
    promises.snoozable = True
    assert converse(sentence, promises=promises) == f"Snoozed for {said}."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (300, "five-minute"),
        (1500, "twenty-five-minute"),
        (90, "ninety-second"),
        (5400, "ninety-minute"),
        (3600, "one-hour"),
        (7500, "two-hour five-minute"),
    ],
)
def test_what_a_timer_is_called_by_its_length(seconds, said):
    assert ENGLISH.adjective(seconds) == said
