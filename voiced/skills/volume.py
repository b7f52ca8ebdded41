"""How loud voiced is."""

from collections.abc import Callable

from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding

STEP = 15
"""Percent of "louder" and "quieter"."""
AUDIBLE = 30
"""Percent after "unmute", where the volume before is not known."""


class VolumeSkill:
    """Sets the volume: to a figure, in steps, to nothing and back.

    Args:
        volume: the volume in percent.
        set_volume: sets it.
        speech: puts it into words.
    """

    intents = ("HassSetVolume", "HassSetVolumeRelative", "HassMediaPlayerMute", "HassMediaPlayerUnmute")

    def __init__(self, volume: Callable[[], int], set_volume: Callable[[int], None], speech: Speech = ENGLISH) -> None:
        self._volume = volume
        self._set_volume = set_volume
        self._speech = speech
        self._before_mute = AUDIBLE

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        before = self._volume()
        wanted = min(100, max(0, self._wanted(understood, before)))
        if wanted == before:
            return Reply(self._speech.say("The volume is at {percent} percent already.", percent=wanted))
        if wanted == 0:
            self._before_mute = before
        self._set_volume(wanted)
        return Reply(self._speech.say("Volume {percent} percent.", percent=wanted))

    def _wanted(self, understood: Understanding, before: int) -> int:
        match understood.intent:
            case "HassSetVolume":
                return int(understood.slots["volume_level"])
            case "HassMediaPlayerMute":
                return 0
            case "HassMediaPlayerUnmute":
                return before or self._before_mute
            case _:
                return before + (STEP if understood.slots["volume_step"] == "up" else -STEP)
