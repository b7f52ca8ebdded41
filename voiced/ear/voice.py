"""From the voice activity of single frames to speech and silence."""

from voiced.core.types import FRAME_SAMPLES

_STAY = 0.15
"""Speech that has begun goes on down to this much below the threshold."""
_BEGIN_FRAMES = 3
"""Frames of speech before anybody counts as speaking: less is a click or the detector's flicker."""
_GO_ON_FRAMES = 2
"""Frames of speech before a silence counts as broken."""


class Voice:
    """Follows one stretch of sound.

    Args:
        threshold: voice activity from which a frame is speech.
        ignore_until: speech that was there from the beginning counts only if it goes on past this position: until
            then it may be the end of the wake word, or of something else that is not for us.
    """

    def __init__(self, threshold: float, ignore_until: int) -> None:
        self._threshold = threshold
        self._ignore_until = ignore_until
        self.run = 0
        """Frames of speech in a row, up to now."""
        self._paused = False
        self.onset: int | None = None
        """The position where speech began, once somebody counts as speaking."""
        self.unbroken = False
        """Speech was there from the beginning: nobody paused between what came before and it."""
        self.speech_end = 0
        """The position where the last speech ended."""

    def hear(self, activity: float, start: int) -> None:
        """Takes in the next frame.

        Args:
            activity: how likely it is speech.
            start: the position of its first sample.
        """
        if activity < self._threshold - (_STAY if self.run else 0.0):
            self._paused = self._paused or self.run == 0
            self.run = 0
            return
        self.run += 1
        end = start + FRAME_SAMPLES
        if self.onset is not None:
            if self.run >= _GO_ON_FRAMES:
                self.speech_end = end
        elif self.run >= _BEGIN_FRAMES and (self._paused or end >= self._ignore_until):
            self.onset, self.speech_end = end - self.run * FRAME_SAMPLES, end
            self.unbroken = not self._paused
