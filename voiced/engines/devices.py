"""PortAudio's devices and streams. PyAudio is met here and nowhere else, and only in the audio child.

PortAudio sees new devices only when it is initialised anew, and must not open and close in two threads at once: one
lock guards it all. It is initialised anew when something has changed on the machine, or a device is not to be found.
Of its two ways to stream this uses the blocking one: when PulseAudio took its source away, a callback stream went on
with zeros for ever, while a blocking read stalls, which is noticed.
"""

# pyright: reportMissingTypeStubs=false, reportMissingModuleSource=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Literal, NoReturn

import pyaudio

from voiced.core.errors import AudioFailed
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES

PERIOD_S = {"input": 2 * FRAME_SAMPLES / RATE, "output": 0.02}
"""What is read or written at once: two frames, because waking up costs more than what is done with one. The output's
buffer holds three periods."""
LOOK_S = {"device-missing": 1.5, "device-unusable": 5.0, "device-busy": 5.0}
"""A device may have come without any sign, so it is looked for now and then; that costs 25 ms of a core."""
BUSY = -9985
UNSUITABLE = (-9997, -9998)
"""PortAudio's errors of a device that works, but not with this rate or this number of channels."""
PART = {"input": "microphone", "output": "speaker"}

Direction = Literal["input", "output"]
Format = tuple[int, int]
"""Samples a second, and channels."""


class Stream:
    """An open stream of s16le samples, for one thread.

    Attributes:
        device: the device's name.
        rate: samples a second and channel.
        channels: how many, interleaved.
        period: samples of each channel that are read or written at once.
    """

    def __init__(self, stream: pyaudio.Stream, device: str, shape: Format, period: int) -> None:
        self.device = device
        self.rate, self.channels = shape
        self.period = period
        self._stream = stream
        self._capacity = 0

    def read(self) -> bytes:
        """Waits for a period of sound. Sound that was not read in time is lost without a word: see the time it takes.

        Raises:
            OSError: the device is lost.
        """
        # PyAudio closes the stream when it raises, so it must not for what is no more than a gap; the same in `write`.
        return self._stream.read(self.period, exception_on_overflow=False)

    def write(self, data: bytes) -> None:
        """Adds sound to the buffer, waiting while it is full; starts the stream if it is not running.

        Raises:
            OSError: the device is lost.
        """
        if self._stream.is_stopped():
            self._stream.start_stream()
        self._capacity = max(self._capacity, self._stream.get_write_available())
        self._stream.write(data, len(data) // SAMPLE_BYTES // self.channels)

    def pending(self) -> int:
        """Tells how many samples of each channel were written and have not left the buffer yet.

        Raises:
            OSError: the device is lost.
        """
        return max(0, self._capacity - self._stream.get_write_available())

    def halt(self) -> None:
        """Stops an output, but keeps the device; `write` starts it again.

        Raises:
            OSError: the device is lost.
        """
        self._stream.stop_stream()

    def close(self) -> None:
        """Drops what is in the buffer and lets go of the device. For `Devices` only."""
        with suppress(OSError):
            self._stream.close()


class Devices:
    """All devices.

    Attributes:
        wanted: PortAudio should be initialised anew, and an idle stream keeps it from that.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._lock = RLock()
        self._audio: pyaudio.PyAudio | None = None
        self._streams = 0
        self._looked = 0.0
        self._signs: object = None

    @contextmanager
    def open(self, name: str, direction: Direction) -> Generator[Stream]:
        """Opens a device by a part of its name, in the format that needs the least work, until the block ends.

        Raises:
            AudioFailed: there is no such device, or it cannot be opened.
        """
        with self._lock:
            try:
                stream = self._open(name, direction)
            except AudioFailed as error:
                self._look_again(LOOK_S.get(error.code, 0.0))
                raise
            self._streams += 1
        try:
            yield stream
        finally:
            with self._lock:
                stream.close()
                self._streams -= 1

    def probe(self, name: str, direction: Direction) -> None:
        """Looks whether a device that is open is still there, by opening it once more.

        Raises:
            AudioFailed: it is gone. One that is busy is there.
        """
        with self._lock:
            try:
                self._open(name, direction).close()
            except AudioFailed as error:
                if error.code != "device-busy":
                    raise

    def describe(self) -> list[dict[str, Any]]:
        """Describes all devices: name, index, inputs and outputs (channels), rate, default."""
        with self._lock:
            self._look_again(0.0)
            defaults = [self._default(direction) for direction in PART]
            return [
                {
                    "name": device["name"],
                    "index": device["index"],
                    "inputs": device["maxInputChannels"],
                    "outputs": device["maxOutputChannels"],
                    "rate": int(device["defaultSampleRate"]),
                    "default": device in defaults,
                }
                for device in self._all()
            ]

    def _open(self, name: str, direction: Direction) -> Stream:
        device = self._find(name, direction)
        for shape in _formats(device, direction):
            try:
                return self._open_as(device, shape, direction)
            except OSError as error:
                if error.errno not in UNSUITABLE:
                    _explain(error, str(device["name"]), direction)
        raise AudioFailed(f"the {PART[direction]} {device['name']} offers no usable format", code="device-unusable")

    def _open_as(self, device: dict[str, Any], shape: Format, direction: Direction) -> Stream:
        rate, channels = shape
        period = round(rate * PERIOD_S[direction])
        options: dict[str, Any] = {direction: True, f"{direction}_device_index": device["index"]}
        stream = self._library().open(rate, channels, pyaudio.paInt16, frames_per_buffer=period, **options)
        return Stream(stream, str(device["name"]), shape, period)

    def _find(self, name: str, direction: Direction) -> dict[str, Any]:
        part = PART[direction]
        able = [device for device in self._all() if device[_CHANNELS[direction]]]
        if not name and (device := self._default(direction)):
            return device
        if not able:
            raise AudioFailed(f"there is no {part}", code="device-missing", hint="Plug one in: it will be noticed.")
        found = [device for device in able if name.lower() in device["name"].lower()]
        if not found:
            hint = f"There are: {', '.join(device['name'] for device in able)}. Or plug it in: it will be noticed."
            raise AudioFailed(f"there is no {part} with {name!r} in its name", code="device-missing", hint=hint)
        return min(found, key=lambda device: device["name"].lower() != name.lower())

    def _all(self) -> list[dict[str, Any]]:
        audio = self._library()
        return [dict(audio.get_device_info_by_index(index)) for index in range(audio.get_device_count())]

    def _default(self, direction: str) -> dict[str, Any] | None:
        audio = self._library()
        get = audio.get_default_input_device_info if direction == "input" else audio.get_default_output_device_info
        try:
            return dict(get())
        except OSError:
            return None

    def _library(self) -> pyaudio.PyAudio:
        if self._audio is None:
            self._signs, self._looked = _signs(), time.monotonic()
            self._audio = pyaudio.PyAudio()
        return self._audio

    def _look_again(self, after_s: float) -> None:
        due = self._signs != _signs() or time.monotonic() - self._looked > after_s
        self.wanted = due and self._streams > 0
        if due and self._audio and not self._streams:
            self._audio.terminate()
            self._audio = None


_CHANNELS = {"input": "maxInputChannels", "output": "maxOutputChannels"}


def _formats(device: dict[str, Any], direction: Direction) -> Iterator[Format]:
    """Formats to try, the best first: a microphone as voiced wants it, a speaker at its own rate."""
    rate, most = int(device["defaultSampleRate"]), int(device[_CHANNELS[direction]])
    rates = [RATE, rate, 48_000, 44_100] if direction == "input" else [rate, 48_000, 44_100, RATE]
    for channels in dict.fromkeys(min(count, most) for count in (1, 2, most)):
        for each in dict.fromkeys(rates):
            yield each, channels


def _explain(error: OSError, device: str, direction: Direction) -> NoReturn:
    part = PART[direction]
    if error.errno == BUSY:
        hint = "Another program uses it, or it was just unplugged. voiced keeps trying."
        raise AudioFailed(f"the {part} {device} is busy", code="device-busy", hint=hint) from error
    raise AudioFailed(f"the {part} {device} cannot be opened: {error}", code="device-unusable") from error


def _signs() -> object:
    """What changes on the machine when sound cards and audio servers come and go; cheap to look at."""
    run = os.environ.get("XDG_RUNTIME_DIR", "/run")
    places = ("/dev/snd", f"{run}/pulse/native", f"{run}/pipewire-0", "/run/pulse/native")
    cards = Path("/proc/asound/cards")
    return [_changed(place) for place in places], cards.read_bytes() if cards.exists() else b""


def _changed(place: str) -> tuple[int, int] | None:
    try:
        status = Path(place).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
