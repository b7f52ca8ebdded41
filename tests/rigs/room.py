"""A room: what leaves the speaker comes back into the microphone, together with whoever talks."""

from typing import Any

import numpy as np
import soxr

from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.engines.files import FileAudio
from voiced.engines.sound import loudness

NOISE = 3.0
"""Of the microphone itself: -80 dBFS."""


class Acoustics:
    """The way from the speaker to the microphone: a direct sound, and an echo that dies away.

    Args:
        decay_s: seconds in which the echo dies away by 60 dB.
        late_s: seconds until the first of it arrives.
        level_db: how loud it arrives, to how loud it left.
        random: the walls.
    """

    def __init__(self, decay_s: float, late_s: float, level_db: float, random: np.random.Generator) -> None:
        time = np.arange(round(decay_s * RATE)) / RATE
        walls = random.standard_normal(len(time)) * 10 ** (-3 * time / decay_s)
        walls[0] = 3.0
        self._response = np.pad(walls / np.sqrt(np.sum(walls**2)) * 10 ** (level_db / 20), (round(late_s * RATE), 0))
        self._coming = np.zeros(0)

    def echo(self, played: np.ndarray) -> np.ndarray:
        """What arrives while the next piece of a sound is played."""
        whole = len(played) + len(self._response)
        size = 1 << whole.bit_length()
        spectrum = np.fft.rfft(played, size) * np.fft.rfft(self._response, size)
        coming = np.fft.irfft(spectrum, size)[:whole]
        coming[: len(self._coming)] += self._coming[:whole]
        self._coming = coming[len(played) :]
        return coming[: len(played)]


class Room(FileAudio):
    """A microphone that hears the speaker, as fast as it can.

    Args:
        seconds: how long it is listened to.
        random: the noise.
        cancels: takes the echo out; it needs the extra `aec`.
        audio: as for `FileAudio`.

    Attributes:
        acoustics: the way from the speaker to the microphone; may be changed at any time.
    """

    def __init__(self, seconds: float, random: np.random.Generator, *audio: Any, cancels: bool) -> None:
        super().__init__(bytes(2 * round(seconds * RATE)), *audio, fast=True)
        self.acoustics: Acoustics | None = None
        self._random = random
        self._talking: list[tuple[int, np.ndarray]] = []
        self._sounds: dict[int, np.ndarray] = {}
        self._echo = None
        if cancels:
            from voiced.engines.echo import Echo  # noqa: PLC0415 (an extra)

            self._echo = Echo()

    def talk(self, sound: np.ndarray, start: int) -> None:
        """Somebody talks from a position on."""
        self._talking.append((start, sound))

    def _frame(self, start: int) -> Frame:
        played = self._leaving(start)
        heard = self._random.standard_normal(FRAME_SAMPLES) * NOISE
        if self.acoustics:
            heard += self.acoustics.echo(played)
        self._talking = [each for each in self._talking if each[0] + len(each[1]) > start]
        for at, sound in self._talking:
            _mix(heard, sound, at - start)
        samples = np.clip(np.rint(heard), -32_768, 32_767).astype("<i2").tobytes()
        return Frame(samples, start, self._echoless(played, samples, start))

    def _echoless(self, played: np.ndarray, samples: bytes, start: int) -> bytes | None:
        if not self._echo:
            return None
        from voiced.engines.echo import LEAD_S  # noqa: PLC0415 (an extra)

        if played.any():
            self._echo.far.add(np.rint(played).astype(np.int16), RATE, 1.0 + start / RATE + LEAD_S)
        return self._echo.cancel(1.0 + (start + FRAME_SAMPLES) / RATE, samples)

    def _leaving(self, start: int) -> np.ndarray:
        """What leaves the speaker in a frame."""
        leaving = np.zeros(FRAME_SAMPLES)
        self._played = [each for each in self._played if each[0] + each[1].seconds * RATE > start]
        begun = {at for at, _, _ in self._played}
        self._sounds = {at: sound for at, sound in self._sounds.items() if at in begun}
        for at, clip, volume in self._played:
            if at not in self._sounds:
                whole = np.frombuffer(clip.samples, "<i2").astype(np.float32) * loudness(volume)
                self._sounds[at] = soxr.resample(whole, clip.rate, RATE)
            _mix(leaving, self._sounds[at][: round(clip.seconds * RATE)], at - start)
        return leaving


def _mix(into: np.ndarray, sound: np.ndarray, at: int) -> None:
    """Adds a sound that begins so many samples after the beginning of another, or before it."""
    first, last = max(0, at), min(len(into), at + len(sound))
    if first < last:
        into[first:last] += sound[first - at : last - at]
