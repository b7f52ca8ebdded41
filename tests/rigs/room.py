"""A room: what leaves the speaker comes back into the microphone, together with whoever talks."""

from typing import Any

import numpy as np
import soxr

from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.engines.echo import LEAD_S, Echo
from voiced.engines.files import FileAudio
from voiced.engines.sound import loudness

NOISE = 3.0
"""Of the microphone itself: -80 dBFS."""
SOUND_M_S = 343.0
WALL_M = 0.1
"""Nothing is nearer to a wall."""
MIXED_S = 0.06
"""After so long, reflections are too many to be told apart."""


def response(away_m: float, decay_s: float, random: np.random.Generator) -> np.ndarray:
    """What a click becomes on its way through a room: the direct sound, its reflections, and what dies away after them.

    Source: J. B. Allen and D. A. Berkley, Image method for efficiently simulating small-room acoustics, 1979; where
    reflections are too many to be told apart, noise takes their place. Absorption by Sabine's formula.

    Args:
        away_m: from what sounds to the microphone. A speaker in the same case is a hand's breadth away.
        decay_s: in which sound dies away by 60 dB.
        random: the room, and the places in it.
    """
    size, microphone, source = _places(away_m, random)
    volume, surface = np.prod(size), 2 * np.sum(size * np.roll(size, 1))
    reflects = np.sqrt(max(0.0, 1 - 0.161 * volume / (surface * decay_s)))
    most = int(np.ceil(SOUND_M_S * MIXED_S / size.min() / 2)) + 1
    cells = np.stack(np.meshgrid(*[np.arange(-most, most + 1)] * 3, indexing="ij"), -1).reshape(-1, 1, 3)
    sides = np.stack(np.meshgrid(*[np.arange(2)] * 3, indexing="ij"), -1).reshape(1, -1, 3)
    images = (1 - 2 * sides) * source + 2 * cells * size - microphone
    bounces = np.sum(np.abs(cells - sides) + np.abs(cells), -1).ravel()
    away = np.linalg.norm(images.reshape(-1, 3), axis=1)
    late = np.rint(away / SOUND_M_S * RATE).astype(int)
    early = late < round(MIXED_S * RATE)
    arriving = np.zeros(max(round(decay_s * RATE), round(MIXED_S * RATE)))
    np.add.at(arriving, late[early], reflects ** bounces[early] / away[early])
    mixed = round(MIXED_S * RATE)
    level = np.sqrt(np.mean(arriving[mixed // 2 : mixed] ** 2)) * 10 ** (-3 * MIXED_S / 4 / decay_s)
    time = np.arange(len(arriving) - mixed) / RATE
    arriving[mixed:] = random.standard_normal(len(time)) * level * 10 ** (-3 * time / decay_s)
    return arriving


def _places(away_m: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The size of a room, and two places in it that are so far apart, in metres."""
    while True:
        size = random.uniform((2.5, 3.0, 2.3), (6.0, 8.0, 3.0))
        microphone, direction = random.uniform(0.2, 0.8, 3) * size, random.standard_normal(3)
        source = microphone + direction / np.linalg.norm(direction) * away_m
        if np.all((source > WALL_M) & (source < size - WALL_M)):
            return size, microphone, source


class Acoustics:
    """The way from the speaker to the microphone.

    Args:
        response: what a click becomes on it; see `response`.
        late_s: seconds until the first of it arrives, besides.
        level_db: how loud the echo arrives, to how loud it left.
    """

    def __init__(self, response: np.ndarray, late_s: float, level_db: float) -> None:
        loudness = 10 ** (level_db / 20) / np.sqrt(np.sum(response**2))
        self._response = np.pad(response * loudness, (round(late_s * RATE), 0))
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
        cancels: takes out what the linear filter leaves of the echo; it needs the extra `aec`.
        audio: as for `FileAudio`.

    Attributes:
        acoustics: the way from the speaker to the microphone; may be changed at any time.
        noise: how loud it is while nobody talks, as a root mean square in 16-bit units; likewise.
    """

    def __init__(self, seconds: float, random: np.random.Generator, *audio: Any, cancels: bool) -> None:
        super().__init__(bytes(2 * round(seconds * RATE)), *audio, fast=True)
        self.acoustics: Acoustics | None = None
        self.noise = NOISE
        self._random = random
        self._talking: list[tuple[int, np.ndarray]] = []
        self._sounds: dict[tuple[int, int], np.ndarray] = {}
        canceller = None
        if cancels:
            from voiced.engines.webrtc import Canceller  # noqa: PLC0415 (an extra)

            canceller = Canceller()
        self._echo = Echo(canceller)

    def talk(self, sound: np.ndarray, start: int) -> None:
        """Somebody talks from a position on."""
        self._talking.append((start, sound))

    def _frame(self, start: int) -> Frame:
        played = self._leaving(start)
        heard = self._random.standard_normal(FRAME_SAMPLES) * self.noise
        if self.acoustics:
            heard += self.acoustics.echo(played)
        self._talking = [each for each in self._talking if each[0] + len(each[1]) > start]
        for at, sound in self._talking:
            _mix(heard, sound, at - start)
        samples = np.clip(np.rint(heard), -32_768, 32_767).astype("<i2").tobytes()
        return Frame(samples, start, *self._echoless(played, samples, start), talker=self._echo.talker)

    def _echoless(self, played: np.ndarray, samples: bytes, start: int) -> list[bytes]:
        if any(at < start + FRAME_SAMPLES for at, _, _ in self._played):  # Silence within a sound leaves, too.
            self._echo.far.add(np.rint(played).astype(np.int16), RATE, 1.0 + start / RATE + LEAD_S)
        return self._echo.cancel(1.0 + (start + FRAME_SAMPLES) / RATE, samples)

    def _leaving(self, start: int) -> np.ndarray:
        """What leaves the speaker in a frame."""
        leaving = np.zeros(FRAME_SAMPLES)
        self._played = [each for each in self._played if each[0] + each[1].seconds * RATE > start]
        playing = {(at, volume) for at, _, volume in self._played}
        self._sounds = {key: sound for key, sound in self._sounds.items() if key in playing}
        for at, clip, volume in self._played:
            if (at, volume) not in self._sounds:
                whole = np.frombuffer(clip.samples, "<i2").astype(np.float32) * loudness(volume)
                self._sounds[at, volume] = soxr.resample(whole, clip.rate, RATE)
            _mix(leaving, self._sounds[at, volume][: round(clip.seconds * RATE)], at - start)
        return leaving


def _mix(into: np.ndarray, sound: np.ndarray, at: int) -> None:
    """Adds a sound that begins so many samples after the beginning of another, or before it."""
    first, last = max(0, at), min(len(into), at + len(sound))
    if first < last:
        into[first:last] += sound[first - at : last - at]
