"""Frames from the audio child, in the ear's thread, on a clock that never stands still.

They come as packets over a socket of their own and are read synchronously: sound that is not speech never enters the
event loop.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from threading import Condition

from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Frame

HEADER = struct.Struct("<dQB?")
"""Before the frames of each packet: the moment at which they had been read (CLOCK_MONOTONIC, seconds), how many samples
of this stretch of sound came before them (0 begins a new stretch), how often the sound is there: as it came, less its
echo by the linear filter, and without it, and whether somebody talks over what voiced plays; see `Frame`."""
PACKET_LIMIT = 1 << 16
WAIT_S = 0.2
"""The ear's loop goes round at least so often."""
STALL_S = 0.5
"""A microphone that is open and says nothing for so long is dead."""
OPENING_S = 2.5
"""A microphone may say nothing for so long after it was opened: PulseAudio's null sink takes 2 s."""
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


class EarClock:
    """The ear's clock: samples since it was made, by CLOCK_MONOTONIC, led by the sound card while there is sound.

    A packet can come late but not early, so an early one sets the clock at once, and late ones hardly at all.
    """

    SLOWNESS = 0.01
    """A sound card that runs slow by 50 ppm is followed within a few milliseconds at this share a packet."""

    def __init__(self) -> None:
        self._origin = time.monotonic()
        self._end = 0

    def at(self, moment: float) -> int:
        """The position at a moment of CLOCK_MONOTONIC."""
        return round((moment - self._origin) * RATE)

    def now(self) -> int:
        """The position of the sound that arrives now."""
        return self.at(time.monotonic())

    def begin(self, moment: float, samples: int) -> int:
        """Gives the position of the first sample of a new stretch whose first packet ended at a moment."""
        return max(self._end, self.at(moment) - samples)

    def follow(self, moment: float, end: int) -> None:
        """Learns that the sample at position `end` came at a moment."""
        late = moment - end / RATE - self._origin
        self._origin += late if late < 0 else late * self.SLOWNESS
        self._end = end


class Hearing:
    """The ear's end of the way from the microphone. `frames` belongs to the ear's thread, all else to the event loop's.

    Attributes:
        clock: the ear's clock.
        lost: samples that came too fast for the ear to take them in.
        heard: sound has come since the last `watch`.
    """

    def __init__(self, stalled: Callable[[], None]) -> None:
        """Begins with nothing to hear.

        Args:
            stalled: called in the ear's thread, once, when the microphone that `watch` told of says nothing more.
        """
        self.clock = EarClock()
        self.lost = 0
        self.heard = False
        self._stalled = stalled
        self._muted = False
        self._closed = False
        self._new = Condition()
        self._next: socket.socket | None = None
        self._watching = False
        self._last = 0.0
        self._first = self._reached = 0

    def renew(self) -> socket.socket:
        """Makes a new way from the microphone; the old one ends when the other side closes it.

        Returns:
            The end for the audio child.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(WAIT_S)
        with self._new:
            if self._next:
                self._next.close()
            self._next = ours
            self._new.notify()
        return theirs

    def watch(self) -> None:
        """Says that the microphone is open, and has to be heard from now on."""
        self._last = time.monotonic() + OPENING_S - STALL_S
        self.heard = False
        self._watching = True

    def excuse(self) -> None:
        """Says that nothing can be heard for a while."""
        self._watching = False

    def mute(self, muted: bool) -> None:  # noqa: FBT001 (it is the value set)
        """Lets nothing through any more, or again."""
        self._muted = muted
        self.excuse()

    def close(self) -> None:
        """Ends `frames`."""
        with self._new:
            self._closed = True
            if self._next:
                self._next.close()
            self._next = None
            self._new.notify()

    def frames(self) -> Iterator[Frame | None]:
        """See `ports.Audio`."""
        while not self._closed:
            if not (way := self._wait()):
                yield None
                continue
            with way:
                yield from self._receive(way)

    def _wait(self) -> socket.socket | None:
        with self._new:
            if not self._next and not self._closed:
                self._new.wait(WAIT_S)
            way, self._next = self._next, None
            return way

    def _receive(self, way: socket.socket) -> Iterator[Frame | None]:
        while not self._closed:
            try:
                packet = way.recv(PACKET_LIMIT)
            except TimeoutError:
                self._look_after()
                yield None
                continue
            if not packet:
                return
            if self._muted:
                yield None
            else:
                yield from self._unpack(packet)

    def _unpack(self, packet: bytes) -> Iterator[Frame]:
        moment, before, versions, talker = HEADER.unpack_from(packet)
        self._last = time.monotonic()
        self.heard = True
        size = (len(packet) - HEADER.size) // versions
        samples = size // SAMPLE_BYTES
        if before == 0:
            self._first = self.clock.begin(moment, samples)
        else:
            self.lost += max(0, self._first + before - self._reached)
        start = self._first + before
        self._reached = start + samples
        self.clock.follow(moment, self._reached)
        for offset in range(0, samples, FRAME_SAMPLES):
            at = HEADER.size + offset * SAMPLE_BYTES
            sounds = [packet[one : one + FRAME_BYTES] for one in range(at, len(packet), size)]
            yield Frame(sounds[0], start + offset, *sounds[1:], talker=talker)

    def _look_after(self) -> None:
        if self._watching and time.monotonic() - self._last > STALL_S:
            self._watching = False
            self._stalled()
