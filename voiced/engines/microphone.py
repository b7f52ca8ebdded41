"""The microphone, inside the audio child: a thread that opens it, again and again until it works, and reads it."""

import math
import socket
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Any

from voiced.core.errors import AudioFailed, VoicedError
from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.engines.devices import Devices, Stream
from voiced.engines.framing import framer
from voiced.engines.hearing import HEADER

REPORT_S = 1.0
RETRY_S = (0.1, 0.25, 0.25, 0.5)
"""Pauses between attempts to open it; the last one for ever. An attempt costs about 1 ms."""

LOST_S = 0.05
"""No sound card's clock is so wrong within a second."""
LATE_S = 0.02
"""A period that comes so much later than all of late may be the first of another source."""
FORGET = 0.99
"""What is left after each period of the longest wait that is remembered: some devices deliver in bursts."""
LOOK_LATE_S, LOOK_ZERO_S = 0.3, 0.7
"""Looking whether the microphone is still there costs 1 ms, and is not done more often than that."""

Report = Callable[[str, dict[str, Any]], None]
Cancel = Callable[[float, bytes], tuple[Sequence[bytes], bool]]
"""Takes the moment up to which frames were heard, and them; gives what there is of them less their echo, and whether
somebody talks over what is played (`HEADER`)."""


class Punctuality:
    """Finds out by the clock that sound was lost: all that follows is late, and stays so."""

    def __init__(self) -> None:
        self._usual = math.inf
        self._least = math.inf

    def take(self, now: float, seconds: float) -> None:
        """Notes the moment at which so many seconds of sound had come."""
        self._least = min(self._least, now - seconds)

    def lost(self) -> bool:
        """Tells whether sound was lost since the last time it was asked: rather once a second than all the time."""
        late = self._least - self._usual > LOST_S
        self._usual, self._least = self._least, math.inf
        return late


class Suspicion:
    """When to look whether the microphone is still there.

    A sound server that lost it does not say so: it goes on with another source, or with zeros, after a hiccup.
    Source: PulseAudio since 14 moves streams to the default source when theirs is gone.
    """

    def __init__(self) -> None:
        """Begins without suspicion."""
        self._last = self._looked = time.monotonic()
        self._longest = math.inf
        self._due = math.inf

    def grows(self, now: float, sound: bytes) -> bool:
        """Takes in a period of sound; tells whether it is time to look."""
        wait, self._last = now - self._last, now
        late = wait > self._longest + LATE_S
        self._longest = wait if math.isinf(self._longest) else max(wait, self._longest * FORGET)
        if late:
            self._due = min(self._due, max(now, self._looked) + LOOK_LATE_S)
        elif not sound.strip(b"\0"):
            self._due = min(self._due, max(now, self._looked) + LOOK_ZERO_S)
        if now < self._due:
            return False
        self._looked, self._due = now, math.inf
        return True


class Microphone:
    """Captures sound until it is closed.

    Args:
        devices: all devices.
        name: part of the device's name; empty for the default.
        gain_db: added to what it hears.
        frames: packets of whole frames go here; what does not fit is lost, and counted.
        report: told `opened` (device, rate, channels), `level` (about each second; see `sound.measure`, and `lost`
            samples) and `waiting` (code, message, hint; about each second while it cannot be opened).
        cancel: takes out what voiced itself plays.
    """

    def __init__(
        self,
        devices: Devices,
        name: str,
        gain_db: float,
        frames: socket.socket,
        report: Report,
        cancel: Cancel,
    ) -> None:
        self._devices = devices
        self._name = name
        self._gain_db = gain_db
        self._frames = frames
        self._report = report
        self._cancel = cancel
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
        framing, heard = framer(stream.rate, stream.channels, self._gain_db), list[bytes]()
        self._report("opened", {"device": stream.device, "rate": stream.rate, "channels": stream.channels})
        punctual, suspicion = Punctuality(), Suspicion()
        samples, reported = 0, time.monotonic()
        while not self._closing.is_set():
            sound = stream.read()
            now = time.monotonic()
            if frames := framing.feed(sound):
                self._hand_on(now, samples, frames)
                samples += len(frames) // SAMPLE_BYTES
                heard.append(frames)
            if suspicion.grows(now, sound):
                self._devices.probe(self._name, "input")
            punctual.take(now, samples / RATE)
            if now - reported >= REPORT_S:
                reported = now
                if punctual.lost():
                    samples, punctual = 0, Punctuality()
                self._report_level(b"".join(heard))
                heard.clear()

    def _report_level(self, heard: bytes) -> None:
        from voiced.engines.sound import measure  # noqa: PLC0415 (first heard, then measured)

        self._report("level", {**measure(heard), "lost": self._lost})

    def _hand_on(self, now: float, before: int, frames: bytes) -> None:
        cancelled, talker = self._cancel(now, frames)
        sounds = [frames, *cancelled]
        try:
            self._frames.send(HEADER.pack(now, before, len(sounds), talker) + b"".join(sounds), socket.MSG_DONTWAIT)
        except BlockingIOError:
            self._lost += len(frames) // SAMPLE_BYTES
