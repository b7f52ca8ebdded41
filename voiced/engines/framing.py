"""Sound in pieces of any size becomes whole frames. Loads nothing: what needs no conversion is heard at once."""

from typing import Protocol

from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES

FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


class Converter(Protocol):
    """Turns a device's sound into 16 kHz mono."""

    def feed(self, data: bytes) -> bytes:
        """Takes in sound and returns what is ready, s16le."""
        ...

    def flush(self) -> bytes:
        """Returns what is left."""
        ...


class Framer:
    """Turns a device's sound into whole frames of 16 kHz mono.

    Args:
        converter: for sound that is not 16 kHz mono already.
    """

    def __init__(self, converter: Converter | None = None) -> None:
        self._converter = converter
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Takes in sound (s16le) and returns the whole frames that are ready, one after the other."""
        if self._converter:
            data = self._converter.feed(data)
        if not self._rest and len(data) % FRAME_BYTES == 0:
            return data
        data = self._rest + data
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        return data[:whole]

    def flush(self) -> bytes:
        """Returns what is left, the last frame filled with silence. Nothing may be fed after it."""
        rest = self._rest + (self._converter.flush() if self._converter else b"")
        return rest + bytes(-len(rest) % FRAME_BYTES)


def framer(rate: int, channels: int, gain_db: float = 0.0) -> Framer:
    """Makes a framer for a device's sound.

    Args:
        rate: samples a second and channel.
        channels: interleaved in each piece.
        gain_db: added to it.
    """
    if (rate, channels, gain_db) == (RATE, 1, 0):
        return Framer()
    from voiced.engines.sound import Intake  # noqa: PLC0415 (loads for a tenth of a second, and is seldom needed)

    return Framer(Intake(rate, channels, gain_db))
