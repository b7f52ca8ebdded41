"""How loud and how fast voiced speaks. The volume is its owner's, times factors: nothing is saved to be restored."""

from collections.abc import Callable

from voiced.turn.quiet import Quiet

STEP = 1.2
"""What "faster" and "slower" multiply the speed by."""
FASTEST, SLOWEST = 2.0, 0.5
PERCENT = 100


class Manner:
    """Sets the volume of what is played, and knows the speed of what is said. Implements `ports.manner.Manner`.

    Args:
        quiet: knows when it is to be quiet.
        volume: the owner's volume, in percent.
        play_at: sets the volume of all that is played, in percent.

    Attributes:
        speed: how fast it speaks, 1 for as configured.
    """

    def __init__(self, quiet: Quiet, volume: int, play_at: Callable[[int], None]) -> None:
        self.quiet = quiet
        self.speed = 1.0
        self._volume = volume
        self._play_at = play_at
        self._whispers = self._rings = self._ducks = False

    @property
    def volume(self) -> int:
        """The owner's volume, in percent."""
        return self._volume

    def set_volume(self, percent: int) -> None:
        """Sets it, at once."""
        self._volume = percent
        self._apply()

    def whisper(self, *, on: bool) -> None:
        """Speaks softly from now on, or as usual again."""
        self._whispers = on
        self._apply()

    def begin(self, *, rings: bool) -> None:
        """Something is about to be heard.

        Args:
            rings: it is an alarm, a timer or a reminder, which no quiet hour silences.
        """
        self._rings, self._ducks = rings, False
        self._apply()

    def duck(self, *, on: bool) -> None:
        """Falls silent because somebody talks over it, or is as loud as before."""
        self._ducks = on
        self._apply()

    def faster(self) -> bool:
        """Speaks faster from now on; tells whether it can."""
        return self._try(self.speed * STEP)

    def slower(self) -> bool:
        """Speaks slower from now on; tells whether it can."""
        return self._try(self.speed / STEP)

    def normal(self) -> None:
        """Speaks as configured again."""
        self.speed = 1.0
        self.whisper(on=False)

    def _try(self, speed: float) -> bool:
        if not SLOWEST <= speed <= FASTEST:
            return False
        self.speed = round(speed, 3)
        return True

    def _apply(self) -> None:
        config = self.quiet.config
        factor = 1.0
        if self._rings:
            factor = config.ring_volume / PERCENT if self.quiet.hours() else 1.0
        else:
            factor *= config.volume / PERCENT if self.quiet.hours() else 1.0
            factor *= config.whisper / PERCENT if self._whispers else 1.0
        factor *= 0.0 if self._ducks else 1.0
        # What is to be soft is still to be heard, unless it is to be silent.
        self._play_at(max(round(self._volume * factor), int(self._volume > 0 and factor > 0)))
