"""What the bundled templates understand."""

from pathlib import Path

import pytest

from voiced.core.types import Completeness
from voiced.turn.rules import Rules

INTENTS = Path(__file__).parents[2] / "config" / "intents"
RULES = Rules(INTENTS / "en", "en")


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("what time is it", "HassGetCurrentTime", {}),
        ("What's the time?", "HassGetCurrentTime", {}),
        ("what’s the time", "HassGetCurrentTime", {}),
        ("Could you tell me the time, please?", "HassGetCurrentTime", {}),
        ("what day is it today", "HassGetCurrentDate", {}),
        ("stop", "VoicedStop", {}),
        ("Be quiet!", "VoicedStop", {}),
        ("never mind", "HassNevermind", {}),
        ("repeat that", "VoicedRepeat", {}),
        ("what can you do", "VoicedHelp", {}),
        ("what can you do please", "VoicedHelp", {}),
        ("set the volume to fifty percent", "HassSetVolume", {"volume_level": 50}),
        ("volume 30%", "HassSetVolume", {"volume_level": 30}),
        ("turn it up", "HassSetVolumeRelative", {"volume_step": "up"}),
        ("turn down the volume", "HassSetVolumeRelative", {"volume_step": "down"}),
        ("speak more slowly", "VoicedSlower", {}),
        ("slower please", "VoicedSlower", {}),
        ("could you speak a bit faster", "VoicedFaster", {}),
        ("repeat that slowly", "VoicedRepeatSlower", {}),
        ("say it again slower please", "VoicedRepeatSlower", {}),
        ("whisper", "VoicedWhisper", {}),
        ("speak normally", "VoicedSpeakNormally", {}),
        ("mute the sound", "HassMediaPlayerMute", {}),
        ("unmute the sound", "HassMediaPlayerUnmute", {}),
        ("set a timer for five minutes", "HassStartTimer", {"minutes": 5}),
        ("Set a timer for 5 minutes.", "HassStartTimer", {"minutes": 5}),
        ("set a ten minute timer", "HassStartTimer", {"minutes": 10}),
        ("set a timer for an hour and a half", "HassStartTimer", {"hours": 1, "minutes": 30}),
        ("set a timer for two and a half hours", "HassStartTimer", {"hours": 2, "minutes": 30}),
        ("set a timer for half an hour", "HassStartTimer", {"minutes": 30}),
        ("start a half hour timer", "HassStartTimer", {"minutes": 30}),
        ("set a timer for three quarters of an hour", "HassStartTimer", {"minutes": 45}),
        ("set a timer for two and a half minutes", "HassStartTimer", {"minutes": 2, "seconds": 30}),
        ("set a timer for five minutes and ten seconds", "HassStartTimer", {"minutes": 5, "seconds": 10}),
        (
            "set a timer for 1 hour 20 minutes and 5 seconds",
            "HassStartTimer",
            {"hours": 1, "minutes": 20, "seconds": 5},
        ),
        ("pizza timer for twenty five minutes", "HassStartTimer", {"name": "pizza", "minutes": 25}),
        ("set a pizza timer for twenty-five minutes", "HassStartTimer", {"name": "pizza", "minutes": 25}),
        ("how much time is left", "HassTimerStatus", {}),
        ("how much time is left on the pizza timer", "HassTimerStatus", {"name": "pizza"}),
        ("what timers are running", "HassTimerStatus", {}),
        ("cancel the pizza timer", "HassCancelTimer", {"name": "pizza"}),
        ("cancel the ten minute timer", "HassCancelTimer", {"start_minutes": 10}),
        ("stop the timer", "HassCancelTimer", {}),
        ("cancel all my timers", "HassCancelAllTimers", {}),
        ("add five minutes to the timer", "HassIncreaseTimer", {"minutes": 5}),
        ("add five minutes to the pizza timer", "HassIncreaseTimer", {"minutes": 5, "name": "pizza"}),
        ("add another minute", "HassIncreaseTimer", {"minutes": 1}),
        ("set an alarm for seven", "VoicedSetAlarm", {"hour": 7}),
        ("set an alarm for seven thirty every weekday", "VoicedSetAlarm", {"hour": 7, "minute": 30, "days": "01234"}),
        ("set an alarm for 7:30am", "VoicedSetAlarm", {"hour": 7, "minute": 30, "half": "am"}),
        ("Wake me up at half past six.", "VoicedSetAlarm", {"hour": 6, "minute": 30}),
        ("wake me up in ten minutes", "HassStartTimer", {"minutes": 10}),
        ("cancel my seven o'clock alarm", "VoicedCancelAlarm", {"hour": 7}),
        ("stop the alarm", "VoicedStop", {}),
        ("snooze", "VoicedSnooze", {}),
        ("snooze for ten minutes", "VoicedSnoozeFor", {"minutes": 10}),
        ("remind me to water the plants in ten minutes", "VoicedRemind", {"text": "water the plants", "minutes": 10}),
        (
            "remind me at 5 p.m. to look at the oven",
            "VoicedRemind",
            {"text": "look at the oven", "hour": 5, "half": "pm"},
        ),
        ("take two minutes off the timer", "HassDecreaseTimer", {"minutes": 2}),
    ],
)
def test_understands(text: str, intent: str, slots: dict[str, object]) -> None:
    understood = RULES.understand(text)
    assert understood is not None
    assert (understood.intent, understood.slots) == (intent, slots)


@pytest.mark.parametrize(
    "text", ["", "please", "the quick brown fox", "set a timer for", "set a timer for five bananas"]
)
def test_does_not_understand(text: str) -> None:
    assert RULES.understand(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what time is it", Completeness.COMPLETE),
        ("what time is it please", Completeness.COMPLETE),
        ("what can you do", Completeness.EXTENSIBLE),
        ("cancel the timer", Completeness.SETTLED),
        ("set a timer for five minutes", Completeness.SETTLED),
        ("Set a timer for 5 minutes please", Completeness.SETTLED),
        ("set a timer for five minutes and ten seconds", Completeness.SETTLED),
        ("cancel the pizza timer", Completeness.COMPLETE),
        ("set an alarm for seven", Completeness.EXTENSIBLE),
        ("remind me to water the plants", Completeness.UNFINISHED),
        ("remind me to water the plants in ten minutes", Completeness.SETTLED),
        ("snooze", Completeness.EXTENSIBLE),
        ("set a timer for two hours", Completeness.EXTENSIBLE),
        ("set a timer for five", Completeness.UNFINISHED),
        ("set a", Completeness.UNFINISHED),
        ("could you set a", Completeness.UNFINISHED),
        ("the quick brown fox", Completeness.UNKNOWN),
        ("what is the capital of", Completeness.UNFINISHED),
        ("What is the capital of the...", Completeness.UNFINISHED),
        ("what is the capital of france", Completeness.UNKNOWN),
        ("", Completeness.UNKNOWN),
    ],
)
def test_completeness(text: str, expected: Completeness) -> None:
    assert RULES.completeness(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("erzähl mir etwas über den", Completeness.UNFINISHED), ("was ist denn das", Completeness.UNKNOWN)],
)
def test_each_language_has_words_after_which_a_sentence_goes_on(text: str, expected: Completeness) -> None:
    assert Rules(INTENTS / "de", "de").completeness(text) is expected
