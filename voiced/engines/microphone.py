"""The microphone, inside the audio child: a thread that opens it, again and again until it works, and reads it."""

import socket
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from voiced.core.errors import AudioFailed, VoicedError
from voiced.core.types import SAMPLE_BYTES
from voiced.engines.devices import Devices, Stream
from voiced.engines.hearing import HEADER
from voiced.engines.sound import Framer, Meter

REPORT_S = 1.0
RETRY_S = (0.1, 0.25, 0.25, 0.5)
"""Pauses between attempts to open it; the last one for ever. An attempt costs about 1 ms."""

LATE_S = 0.02
"""A period that comes so late may be the first of another source."""
SETTLE_S = 0.15
LOOK_S = 1.0
"""Looking whether the microphone is still there costs 1 ms and is not done more often."""

Report = Callable[[str, dict[str, Any]], None]


class Suspicion:
    """When to look whether the microphone is still there.

    A sound server that lost it does not say so: it goes on with another source, or with zeros, after a hiccup.
    Source: PulseAudio since 14 moves streams to the default source when theirs is gone.
    """

    def __init__(self, period_s: float) -> None:
        """Begins without suspicion; sound is to come in periods of so many seconds."""
        self._period_s = period_s
        self._last = self._looked = time.monotonic()
        self._due: float | None = None

    def grows(self, now: float, sound: bytes) -> bool:
        """Takes in a period of sound; tells whether it is time to look."""
        late = now - self._last > self._period_s + LATE_S
        self._last = now
        if self._due is None and (late or not sound.strip(b"\0")):
            self._due = max(now + SETTLE_S, self._looked + LOOK_S)
        if self._due is None or now < self._due:
            return False
        self._looked, self._due = now, None
        return True


class Microphone:
    """Captures sound until it is closed.

    Args:
        devices: all devices.
        name: part of the device's name; empty for the default.
        gain_db: added to what it hears.
        frames: packets of whole frames go here; what does not fit is lost, and counted.
        report: told `opened` (device, rate, channels), `level` (about each second; see `sound.Meter`, and `lost`
            samples) and `waiting` (code, message, hint; about each second while it cannot be opened).
    """

    def __init__(self, devices: Devices, name: str, gain_db: float, frames: socket.socket, report: Report) -> None:
        self._devices = devices
        self._name = name
        self._gain_db = gain_db
        self._frames = frames
        self._report = report
        self._closing = Event()
        self._lost = 0
        self._thread = Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Closes the device; returns when it is closed."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        attempt, reported = 0, 0.0
        while not self._closing.is_set():
            try:
                with self._devices.open(self._name, "input") as stream:
                    attempt, reported = 0, 0.0
                    self._capture(stream)
            except VoicedError as error:
                failure = error
            except OSError as error:
                failure = AudioFailed(f"the microphone broke off: {error}", code="device-lost")
            else:
                return
            if time.monotonic() - reported >= REPORT_S:
                reported = time.monotonic()
                self._report("waiting", {"code": failure.code, "message": failure.message, "hint": failure.hint})
            self._closing.wait(RETRY_S[min(attempt, len(RETRY_S) - 1)])
            attempt += 1

    def _capture(self, stream: Stream) -> None:
        framer, meter = Framer(stream.rate, stream.channels, self._gain_db), Meter()
        self._report("opened", {"device": stream.device, "rate": stream.rate, "channels": stream.channels})
        suspicion = Suspicion(stream.period / stream.rate)
        samples, reported = 0, time.monotonic()
        while not self._closing.is_set():
            sound = stream.read()
            now = time.monotonic()
            if sound is None:
                samples = 0
                continue
            if frames := framer.feed(sound):
                self._hand_on(now, samples, frames)
                samples += len(frames) // SAMPLE_BYTES
                meter.add(frames)
            if suspicion.grows(now, sound):
                self._devices.probe(self._name, "input")
            if now - reported >= REPORT_S:
                reported = now
                self._report("level", {**meter.read(), "lost": self._lost})

    def _hand_on(self, now: float, before: int, frames: bytes) -> None:
        try:
            self._frames.send(HEADER.pack(now, before) + frames, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self._lost += len(frames) // SAMPLE_BYTES
