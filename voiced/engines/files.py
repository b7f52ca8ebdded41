"""Sound from a file instead of a microphone, and into a file instead of a speaker, on one clock.

In real time it behaves as a sound card does. As fast as it can, the file steps on only while nobody computes: its clock
is that of a machine with no time lost to computing, and every decision is the same on any machine.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import soundfile
import soxr

from voiced.core.activity import Activity
from voiced.core.errors import InputInvalid, VoicedError
from voiced.core.ports.audio import Played
from voiced.core.status import AudioStatus
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Clip, Frame
from voiced.engines.pcm import RATES
from voiced.engines.sound import loudness

OUTPUT_RATE = 22_050
PIECE = 65_536
"""Samples that are read at once, of all channels."""
LONGEST_S = 4 * 3600
_TOO_LONG = f"Cut it into pieces. `voiced replay` takes recordings of up to {LONGEST_S // 3600} hours."
_RATE = f"Convert it to {RATE}, such as with `sox IN -r {RATE} OUT.wav`."
TAIL_S = 1.0
"""Silence after the end of the file, at least: speech at its end is then over."""


def read(path: Path, longest_s: float = LONGEST_S) -> bytes:
    """Reads any sound file that libsndfile knows as 16 kHz mono.

    Args:
        path: the file.
        longest_s: a file of more seconds is refused before it is decoded.

    Returns:
        s16le samples.

    Raises:
        InputInvalid: there is no such file, it is no sound file, too long, or of a rate at which nobody records.
    """
    if not path.is_file():
        raise InputInvalid(f"there is no file {path}", code="file-missing", hint="Check the path.")
    try:
        with path.open("rb") as file:
            return decoded(file, str(path), longest_s)
    except OSError as error:
        raise _unreadable(str(path), error) from error


def decoded(recording: BinaryIO, name: str, longest_s: float = LONGEST_S) -> bytes:
    """The same, of a file that is open, or in memory.

    Args:
        recording: the file.
        name: what it is called, for people.
        longest_s: see `read`.
    """
    try:
        with soundfile.SoundFile(cast("BinaryIO", _Recording(recording))) as file:
            if file.samplerate not in RATES:
                message = f"{name} is sampled at {file.samplerate} Hz; {RATES[0]} to {RATES[-1]} Hz are allowed"
                raise InputInvalid(message, code="file-rate", hint=_RATE)
            seconds = file.frames / file.samplerate
            if seconds > longest_s:
                message = f"{name} is {seconds:.0f} s long; {longest_s:g} s are allowed"
                raise InputInvalid(message, code="file-too-long", hint=_TOO_LONG)
            sound = np.concatenate([np.zeros(0, np.float32), *_mono(file)])
            rate = file.samplerate
    except (soundfile.LibsndfileError, OSError, RuntimeError, ValueError) as error:
        raise _unreadable(name, error) from error
    if rate != RATE:
        sound = soxr.resample(sound, rate, RATE)
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


class _Recording:
    """A file as libsndfile sees it, which may seek before the beginning of a damaged one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self._file.tell()


def _mono(file: soundfile.SoundFile) -> Iterator["np.ndarray[tuple[int], np.dtype[np.float32]]"]:
    """The samples of a file, piece by piece: it may announce far more than it holds."""
    size = max(1, PIECE // file.channels)
    while len(piece := file.read(size, dtype="float32", always_2d=True)):
        yield np.clip(np.nan_to_num(piece), -1, 1).mean(axis=1)


def _unreadable(name: str, error: Exception) -> InputInvalid:
    hint = "It may be cut off or of another kind; WAV, FLAC, OGG and MP3 work."
    return InputInvalid(f"{name} is no sound file that can be read: {error}", code="file-unreadable", hint=hint)


def frames(samples: bytes, start: int = 0) -> Iterator[Frame]:
    """Cuts samples into frames; the last is filled up with silence.

    Args:
        samples: s16le, 16 kHz, mono.
        start: the position of the first.
    """
    size = FRAME_SAMPLES * SAMPLE_BYTES
    for at in range(0, len(samples), size):
        yield Frame(samples[at : at + size].ljust(size, b"\0"), start + at // SAMPLE_BYTES)


def write(path: Path, sound: "np.ndarray[tuple[int], np.dtype[np.int16]]", rate: int) -> None:
    """Writes a sound file, its kind by its ending.

    Raises:
        InputInvalid: it cannot be written.
    """
    try:
        soundfile.write(path, sound, rate)
    except (soundfile.LibsndfileError, OSError, TypeError, ValueError) as error:
        hint = "Choose a place that can be written and a name that ends in .wav."
        raise InputInvalid(f"{path} cannot be written: {error}", code="file-unwritable", hint=hint) from error


class FileAudio:
    """Plays a file into the ear, and keeps what is answered. Implements `Audio` and `Clock`.

    Args:
        samples: s16le, 16 kHz, mono.
        activity: who computes right now.
        settled: waits until nothing is left to deal with before the next frame.
        idle: whether no turn is in progress: the file then ends at its end.
        fast: as fast as it can, instead of in real time.
        zone: of local time.
        began: when the file begins, in seconds since 1970 (UTC); None: now.
    """

    def __init__(
        self,
        samples: bytes,
        activity: Activity,
        settled: Callable[[], Awaitable[None]],
        idle: Callable[[], bool],
        *,
        fast: bool,
        zone: tzinfo = UTC,
        began: float | None = None,
    ) -> None:
        self._samples = samples
        self._activity = activity
        self._settled = settled
        self._idle = idle
        self._fast = fast
        self._volume = 100
        self._loop = asyncio.get_running_loop()
        self._position = 0
        self._began_at: float | None = None
        self._began = time.time() if began is None else began
        self._zone = zone
        self._waiters: dict[asyncio.Future[None], tuple[int, str]] = {}
        self._played: list[tuple[int, Clip, int]] = []
        self._closed = False

    def frames(self) -> Iterator[Frame | None]:
        """See `Audio`. Ends after the file's end, once no turn is in progress."""
        tail = len(self._samples) + round(TAIL_S * RATE) * SAMPLE_BYTES
        self._began_at = time.monotonic()
        start = 0
        while not self._closed:
            self._pace(start + FRAME_SAMPLES)
            if start * SAMPLE_BYTES >= tail and self._idle():
                return
            yield self._frame(start)
            start += FRAME_SAMPLES

    def position(self) -> int:
        """See `Audio`."""
        if self._fast or self._began_at is None:
            return self._position
        return max(self._position, round((time.monotonic() - self._began_at) * RATE))

    async def play(self, clips: AsyncIterator[Clip], progress: Callable[[Played], None]) -> None:
        """See `Audio`. Sound is kept for `result`."""
        who = f"speaker {id(clips)}"
        self._activity.computing(who)
        start = end = -1
        failure: VoicedError | None = None
        try:
            try:
                async for clip in clips:
                    if start < 0:
                        start = end = self.position()
                        progress(Played(start, 0.0))
                    self._played.append((max(end, self.position()), clip, self._volume))
                    end = max(end, self.position()) + round(clip.seconds * RATE)
            except VoicedError as error:
                failure = error  # What came before it is played all the same.
            await self._reach(end, who)
        except asyncio.CancelledError:
            self._cut(self.position())
            end = min(end, self.position())
            raise
        finally:
            if start >= 0:
                progress(Played(end, (end - start) / RATE))
            self._activity.waiting(who)
        if failure:
            raise failure

    def status(self) -> AudioStatus:
        """See `Audio`."""
        return AudioStatus(listening=not self._closed, device="a file")

    def set_volume(self, percent: int) -> None:
        """See `Audio`."""
        self._volume = percent
        position = self.position()
        rests = [(max(start, position), _parted(clip, position - start)[1]) for start, clip, _ in self._played]
        self._cut(position)
        self._played += [(start, rest, percent) for start, rest in rests if rest.samples]

    def set_muted(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """See `Audio`. A file cannot be muted."""

    def restart(self) -> None:
        """See `Audio`. A file is no device."""

    async def close(self) -> None:
        """See `Audio`."""
        self._closed = True

    def monotonic(self) -> float:
        """See `Clock`: audio time."""
        return self.position() / RATE

    def wall(self) -> float:
        """See `Clock`: the file began when it was opened."""
        return self._began + self.monotonic()

    def boot(self) -> str:
        """See `Clock`: each file is a life of its own."""
        return f"file {id(self)}"

    def zone(self) -> tzinfo:
        """See `Clock`."""
        return self._zone

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self.wall(), self._zone)

    async def sleep(self, seconds: float) -> None:
        """See `Clock`: audio time."""
        who = f"sleeper {id(asyncio.current_task())}"
        try:
            await self._reach(self.position() + round(seconds * RATE), who)
        finally:
            self._activity.waiting(who)

    def result(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """What left the speaker, from the beginning of the file; int16, 22,050 Hz."""
        total = max([self._position, *(start + round(clip.seconds * RATE) for start, clip, _ in self._played)])
        sound = np.zeros(total * OUTPUT_RATE // RATE + 1, np.float32)
        for start, clip, volume in self._played:
            piece = np.frombuffer(clip.samples, "<i2").astype(np.float32) * loudness(volume)
            if clip.rate != OUTPUT_RATE:
                piece = soxr.resample(piece, clip.rate, OUTPUT_RATE)
            begin = start * OUTPUT_RATE // RATE
            piece = piece[: len(sound) - begin]
            sound[begin : begin + len(piece)] += piece
        return np.clip(sound, -32768, 32767).astype(np.int16)

    def _frame(self, start: int) -> Frame:
        size = FRAME_SAMPLES * SAMPLE_BYTES
        samples = self._samples[start * SAMPLE_BYTES : start * SAMPLE_BYTES + size]
        return Frame(samples.ljust(size, b"\0"), start)

    def _pace(self, position: int) -> None:
        """Lets audio time come to a position, from the ear's thread."""
        if not self._fast and self._began_at is not None:
            time.sleep(max(0.0, self._began_at + position / RATE - time.monotonic()))
        step = self._step(position)
        try:
            asyncio.run_coroutine_threadsafe(step, self._loop).result()
        except (RuntimeError, CancelledError):
            step.close()
            if not self._loop.is_closed() and self._loop.is_running():
                raise
            self._closed = True  # Everybody who listens has ended.

    async def _step(self, position: int) -> None:
        if self._fast:
            await self._settled()
        self._position = position
        for waiter, (until, who) in self._waiters.items():
            if until <= position and not waiter.done():
                waiter.set_result(None)
                self._activity.computing(who)

    async def _reach(self, position: int, who: str) -> None:
        """Waits until audio time has come to a position; whoever waits computes again from that very step on."""
        if self._closed or position <= self._position:
            return
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiters[waiter] = (position, who)
        self._activity.waiting(who)
        try:
            await waiter
        finally:
            del self._waiters[waiter]

    def _cut(self, position: int) -> None:
        """Forgets what was to be played after a position."""
        parted = [(start, _parted(clip, position - start)[0], volume) for start, clip, volume in self._played]
        self._played = [each for each in parted if each[1].samples]


def _parted(clip: Clip, at: int) -> tuple[Clip, Clip]:
    """A clip before and after a position within it, before or behind it."""
    bytes_before = max(0, round(at / RATE * clip.rate) * SAMPLE_BYTES)
    return Clip(clip.samples[:bytes_before], clip.rate), Clip(clip.samples[bytes_before:], clip.rate)
