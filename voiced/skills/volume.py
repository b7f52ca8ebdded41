"""How loud voiced is."""

from collections.abc import Callable

from voiced.core.ports.skill import Reply
from voiced.core.types import Understanding

STEP = 15
"""Percent of "louder" and "quieter"."""


class VolumeSkill:
    """Sets the volume, in steps or to a figure.

    Args:
        volume: the volume in percent.
        set_volume: sets it.
    """

    intents = ("HassSetVolume", "HassSetVolumeRelative")

    def __init__(self, volume: Callable[[], int], set_volume: Callable[[int], None]) -> None:
        self._volume = volume
        self._set_volume = set_volume

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.intent == "HassSetVolume":
            wanted = int(understood.slots["volume_level"])
        else:
            step = understood.slots["volume_step"]
            wanted = self._volume() + {"up": STEP, "down": -STEP}.get(str(step), 0)
            if isinstance(step, int | float):
                wanted = self._volume() + round(step)
        wanted = min(100, max(0, wanted))
        if wanted == self._volume():
            return Reply(f"The volume is at {wanted} percent already.")
        self._set_volume(wanted)
        return Reply(f"Volume {wanted} percent.")
