"""Where sound comes from and goes to: a sound card, or files."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Protocol

from msgspec import Struct

from voiced.core.status import AudioStatus
from voiced.core.types import Clip, Frame


class Played(Struct, frozen=True):
    """How far a playback has come.

    Attributes:
        position: the ear's clock (see `core.types`) when this was true.
        seconds: how much of the sound has left the speaker.
    """

    position: int
    seconds: float


class Audio(Protocol):
    """A microphone and a speaker on one clock.

    `frames` belongs to the ear's thread, all else to the event loop's.
    """

    def frames(self) -> Iterator[Frame | None]:
        """Yields what the microphone hears, and None at least every 250 ms while it hears nothing at all.

        A microphone that is muted, lost, stalled or busy yields None, for ever, until it is back. The iterator ends
        only when the source is over (a file) or closed.
        """
        ...

    def position(self) -> int:
        """Tells the ear's clock: the position of the sound that reaches the microphone now."""
        ...

    async def play(self, clips: AsyncIterator[Clip], progress: Callable[[Played], None]) -> None:
        """Plays clips without a gap; returns when the last sample has left the speaker.

        Cancelling it silences the speaker within one audio period; `progress` has then been told what was really
        played.

        Args:
            clips: the sound, as it becomes ready. Whoever calls closes it.
            progress: called at the first sample, then about every period, and at the end.

        Raises:
            AudioFailed: the speaker does not work; `progress` tells what was played until then.
        """
        ...

    def status(self) -> AudioStatus:
        """Tells how the microphone does."""
        ...

    def set_volume(self, percent: int) -> None:
        """Sets the loudness of all that is played, 0 to 100, at once."""
        ...

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """Closes the microphone, or opens it again."""
        ...

    def restart(self) -> None:
        """Lets go of the devices and finds them anew: what plays ends, and the microphone is back in a moment."""
        ...

    async def close(self) -> None:
        """Lets go of the devices; ends `frames`."""
        ...
