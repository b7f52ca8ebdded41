"""The last seconds of sound, by position."""

from voiced.core.types import RATE, SAMPLE_BYTES

CAPACITY = 4 * RATE
"""Samples that are kept: a wake word's two seconds, and what was said while it was judged."""


class Ring:
    """A ring buffer over positions. What it never heard, or has forgotten, reads as silence.

    Args:
        capacity: samples that are kept.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._data = bytearray()
        self.end = 0

    def append(self, samples: bytes, start: int) -> None:
        """Adds sound; a gap before it becomes silence.

        Args:
            samples: s16le, mono, 16 kHz.
            start: the position of the first sample, not before `end`.
        """
        gap = start - self.end
        if gap > 0:
            self._data += bytes(min(gap, self._capacity) * SAMPLE_BYTES)
        self._data += samples
        self.end = start + len(samples) // SAMPLE_BYTES
        # Trimmed at twice the capacity, so that the bytes are moved once in a while and not for every frame.
        if len(self._data) > 2 * self._capacity * SAMPLE_BYTES:
            del self._data[: -self._capacity * SAMPLE_BYTES]

    def read(self, start: int, end: int) -> bytes:
        """Reads from one position up to another, which is not after `end`."""
        oldest = self.end - min(self._capacity, len(self._data) // SAMPLE_BYTES)
        known = min(max(start, oldest), end)
        length = len(self._data)
        first = length - (self.end - known) * SAMPLE_BYTES
        last = length - (self.end - end) * SAMPLE_BYTES
        return bytes((known - start) * SAMPLE_BYTES) + bytes(self._data[first:last])
