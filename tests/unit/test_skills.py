"""What skills answer."""

import asyncio
from datetime import datetime

import pytest

from voiced.core.ports.timers import Timer
from voiced.core.types import Understanding
from voiced.skills.clock import ClockSkill
from voiced.skills.speech import duration, listed
from voiced.skills.talk import RepeatSkill
from voiced.skills.timers import TimersSkill
from voiced.skills.volume import VolumeSkill


def answer(skill, intent, **slots):
    return asyncio.run(skill.answer(Understanding(intent, slots))).text


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "12 AM"),
        (0, 5, "12 05 AM"),
        (9, 30, "9 30 AM"),
        (12, 0, "12 PM"),
        (17, 12, "5 12 PM"),
        (23, 59, "11 59 PM"),
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
    assert duration(seconds) == said


def test_lists():
    assert [listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


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
    assert answer(RepeatSkill(lambda: "It is noon."), "VoicedRepeat") == "It is noon."
    assert "not said anything" in answer(RepeatSkill(lambda: ""), "VoicedRepeat")


class Timers:
    """A keeper of timers whose clock stands still."""

    def __init__(self, *timers):
        self.timers = [Timer(f"{number}", name, seconds, seconds) for number, (name, seconds) in enumerate(timers)]

    def running(self):
        return sorted(self.timers, key=lambda timer: timer.due)

    def remaining(self, timer):
        return timer.due

    async def start(self, seconds, name):
        self.timers.append(Timer("new", name, seconds, seconds))
        return self.timers[-1]

    async def change(self, timer, seconds):
        self.timers.remove(timer)
        self.timers.append(Timer(timer.id, timer.name, timer.seconds + seconds, timer.due + seconds))
        return self.timers[-1]

    async def cancel(self, timer):
        self.timers.remove(timer)


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
        ([("", 300)], "HassTimerStatus", {}, "5 minutes left on the 5 minutes timer.", 1),
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
        ([("tea", 60), ("egg", 90)], "HassCancelTimer", {"name": "tea"}, "Tea timer cancelled.", 1),
        ([("", 60), ("", 90)], "HassCancelTimer", {"start_minutes": 1}, "1 minute timer cancelled.", 1),
        ([("tea", 60), ("egg", 90)], "HassCancelTimer", {}, "Which one?", 2),
        ([("tea", 60), ("egg", 90)], "HassCancelAllTimers", {}, "2 timers cancelled.", 0),
        ([("tea", 60)], "HassIncreaseTimer", {"minutes": 2}, "Tea timer: 3 minutes left.", 1),
        ([("tea", 180)], "HassDecreaseTimer", {"minutes": 2}, "Tea timer: 1 minute left.", 1),
    ],
)
def test_timers(running, intent, slots, said, left):
    timers = Timers(*running)
    assert answer(TimersSkill(timers), intent, **slots).startswith(said)
    assert len(timers.timers) == left
