"""The speaker, inside the audio child: a thread that plays one sound at a time and knows what of it was heard."""

import time
from collections import deque
from threading import Condition, Thread
from typing import Protocol

import numpy as np

from voiced.core.errors import AudioFailed, VoicedError
from voiced.engines.devices import Devices, Stream
from voiced.engines.sound import Outlet, Samples, loudness, scale

KEEP_S = 20.0
"""The device stays open so long after the last sound, stopped: opening takes a moment, and clicks on some."""
REPORT_S = 0.05


class FarEnd(Protocol):
    """Whoever has to know what leaves the speaker, and when; see `farend.FarEnd`."""

    def add(self, samples: Samples, rate: int, begins: float) -> None:
        """Takes in the next samples."""
        ...

    def cut(self, moment: float) -> None:
        """Takes in that what was to leave after a moment will not."""
        ...


class Told(Protocol):
    """Whoever wants to know how a sound does."""

    def __call__(self, heard_s: float, *, over: bool = False, dry: int = 0, error: VoicedError | None = None) -> None:
        """Takes in how it does.

        Args:
            heard_s: how much of it has left the speaker.
            over: nothing more will be heard of it.
            dry: how often the speaker had nothing to play within it.
            error: why it ended before its time.
        """
        ...


class Playback:
    """One sound to be played: filled by one thread, taken by another.

    Attributes:
        stopped: it was silenced.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._complete = False
        self._clips: deque[tuple[bytes, int]] = deque()
        self._ready: Samples = np.zeros(0, np.int16)

    def add(self, data: bytes, rate: int) -> None:
        """Adds sound (s16le, mono)."""
        self._clips.append((data, rate))

    def stop(self) -> None:
        """Silences it at once."""
        self.stopped = True

    def end(self) -> None:
        """Says that no more will be added."""
        self._complete = True

    def take(self, count: int, outlet: Outlet) -> tuple[Samples, bool]:
        """Takes the next samples at the device's rate: fewer than `count` if there are no more yet.

        Returns:
            The samples, and whether they were the last.
        """
        complete = self._complete
        while len(self._ready) < count and self._clips:
            self._ready = np.concatenate([self._ready, outlet.feed(*self._clips.popleft())])
        if complete and not self._clips:
            self._ready = np.concatenate([self._ready, outlet.flush()])
        taken, self._ready = self._ready[:count], self._ready[count:]
        return taken, complete and not self._clips and not len(self._ready)


class Progress:
    """Follows how much of a sound has left the speaker, silences between its pieces left out.

    Written is not heard: what was written waits in the device's buffer first.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._written = 0
        self._pieces: deque[tuple[int, int, int]] = deque()
        self._heard = 0

    def wrote(self, samples: int, silence: int) -> None:
        """Notes a piece of sound and the silence after it, in samples."""
        self._pieces.append((self._written, self.taken, samples))
        self._written += samples + silence
        self.taken += samples

    def heard(self, pending: int) -> int:
        """Tells how many samples of the sound were heard if so many of what was written still wait in the buffer."""
        position = self._written - pending
        while self._pieces and self._pieces[0][0] <= position:
            start, before, samples = self._pieces[0]
            self._heard = max(self._heard, before + min(samples, position - start))
            if position < start + samples or len(self._pieces) == 1:
                break
            self._pieces.popleft()
        return self._heard


Job = tuple[Playback, Told]


class Speaker:
    """Plays sounds, one at a time.

    Args:
        devices: all devices.
        name: part of the device's name; empty for the default.
        volume: percent.
        far: told what leaves it; None: nobody has to know.
    """

    def __init__(self, devices: Devices, name: str, volume: int, far: FarEnd | None = None) -> None:
        self._devices = devices
        self._name = name
        self._far = far
        self._factor = self._wanted_factor = loudness(volume)
        self._changed = Condition()
        self._next: Job | None = None
        self._closing = False
        self._thread = Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def play(self, told: Told) -> Playback:
        """Begins to play.

        Args:
            told: called at the first sample, then about every 50 ms, and at the end.

        Returns:
            The sound, still empty.
        """
        playback = Playback()
        with self._changed:
            self._next = (playback, told)
            self._changed.notify()
        return playback

    def set_volume(self, percent: int) -> None:
        """Sets the loudness, from the next period on."""
        self._wanted_factor = loudness(percent)

    def close(self) -> None:
        """Is silent at once, and lets go of the device."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _wait(self, seconds: float | None) -> Job | None:
        """Waits for a sound to play; None after so many seconds, or if the device is to be let go of earlier."""
        until = None if seconds is None else time.monotonic() + seconds
        with self._changed:
            while not self._next and not self._closing:
                left = None if until is None else until - time.monotonic()
                if left is not None and (left <= 0 or self._devices.wanted):
                    return None
                self._changed.wait(None if left is None else min(left, 0.5))
            job, self._next = self._next, None
            return None if self._closing else job

    def _run(self) -> None:
        while job := self._wait(None):
            try:
                with self._devices.open(self._name, "output") as stream:
                    while job:
                        job = self._play(stream, *job)
            except VoicedError as error:
                self._fail(job, error)
            except OSError as error:
                self._fail(job, AudioFailed(f"the speaker broke off: {error}", code="device-lost"))
            except Exception as error:  # noqa: BLE001 (the boundary of a sound: the next one is played)
                self._fail(job, AudioFailed(f"a sound cannot be played: {error}"))

    def _play(self, stream: Stream, playback: Playback, told: Told) -> Job | None:
        """Plays a sound to its end; gives the next one, or None to close the device."""
        outlet, progress = Outlet(stream.rate, stream.channels), Progress()
        self._factor = self._wanted_factor
        last, dry, heard, reported = False, 0, 0, 0.0
        while not (last and heard >= progress.taken):
            if playback.stopped or self._closing:
                if self._far:
                    self._far.cut(time.monotonic())
                told(heard / stream.rate, over=True, dry=dry)
                return None  # Closing drops what is in the buffer.
            samples, last = playback.take(stream.period, outlet)
            silence = stream.period - len(samples)
            dry += heard > 0 and (stream.pending() == 0 or (silence > 0 and not last))
            self._write(stream, outlet, np.pad(self._louder(samples), (0, silence)))
            progress.wrote(len(samples), silence)
            heard = progress.heard(stream.pending())
            if heard and time.monotonic() - reported >= REPORT_S:
                reported = time.monotonic()
                told(heard / stream.rate)
        stream.halt()
        told(heard / stream.rate, over=True, dry=dry)
        return self._wait(KEEP_S)

    def _write(self, stream: Stream, outlet: Outlet, samples: Samples) -> None:
        stream.write(outlet.spread(samples))
        if self._far:
            waiting = stream.pending() - len(samples)
            self._far.add(samples, stream.rate, time.monotonic() + waiting / stream.rate)

    def _louder(self, samples: Samples) -> Samples:
        before, self._factor = self._factor, self._wanted_factor
        return scale(samples, before, self._factor)

    def _fail(self, job: Job | None, error: VoicedError) -> None:
        if job:
            _, told = job
            told(0.0, over=True, error=error)
