"""WebRTC's echo canceller, through the `livekit` package, which is met here and nowhere else.

It takes out nearly all of an echo, and a part of whoever talks over it.
"""

# pyright: reportMissingImports=false

from livekit.rtc import AudioFrame, AudioProcessingModule

from voiced.core.types import RATE, SAMPLE_BYTES

BLOCK = RATE // 100
"""WebRTC takes 10 ms at once."""
LATE = 128
"""Samples by which cancelled sound comes later than what it was made of: frames are no multiple of a block."""


class Canceller:
    """WebRTC's canceller; what it learnt of a room it keeps."""

    def __init__(self) -> None:
        self._module = AudioProcessingModule(echo_cancellation=True)
        self.pause()

    def pause(self) -> None:
        """What follows does not follow what came before."""
        self._near = self._far = b""
        self._ready = bytes(LATE * SAMPLE_BYTES)

    def cancel(self, near: bytes, far: bytes) -> bytes:
        """Takes the echo of `far` out of `near`.

        Args:
            near: what the microphone heard, s16le, 16 kHz, whole frames.
            far: what left the speaker meanwhile, as much.

        Returns:
            As much sound, `LATE` samples later.
        """
        self._near += near
        self._far += far
        size = BLOCK * SAMPLE_BYTES
        while len(self._near) >= size:
            self._module.process_reverse_stream(_block(self._far[:size]))
            block = _block(self._near[:size])
            self._module.process_stream(block)
            self._ready += bytes(block.data.cast("B"))
            self._near, self._far = self._near[size:], self._far[size:]
        cancelled, self._ready = self._ready[: len(near)], self._ready[len(near) :]
        return cancelled


def _block(samples: bytes) -> AudioFrame:
    return AudioFrame(bytearray(samples), RATE, 1, BLOCK)
