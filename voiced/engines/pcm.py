"""Sound of any form that a server may send, as clips have it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from voiced.core.errors import TtsFailed

RATES = range(4_000, 192_001)
CHANNELS = range(1, 9)
SHIFTS = {2: 0, 3: 8, 4: 16}
"""Bytes of a sample to the bits that are too many."""


class Format(Struct, frozen=True):
    """The form of a stream of samples, little-endian, signed.

    Attributes:
        rate: samples a second.
        width: bytes of a sample.
        channels: samples that sound at the same time.
    """

    rate: int
    width: int
    channels: int

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Format":
        """Reads it of a Wyoming frame.

        Raises:
            TtsFailed: it is none that can be played.
        """
        try:
            form = msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise TtsFailed("the server sent sound without its form") from error
        if form.rate not in RATES or form.width not in SHIFTS or form.channels not in CHANNELS:
            raise TtsFailed(
                f"sound of {form.rate} Hz, {form.width} bytes and {form.channels} channels cannot be played"
            )
        return form


class Mono:
    """Turns sound of a form into s16le, mono, of the same rate. Pieces may end within a sample.

    Args:
        form: what comes.
    """

    def __init__(self, form: Format) -> None:
        self.format = form
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Takes in sound and returns what is whole of it."""
        width, channels = self.format.width, self.format.channels
        data = self._rest + data
        whole = len(data) - len(data) % (width * channels)
        self._rest = data[whole:]
        if (width, channels) == (2, 1):
            return data[:whole]
        samples = _integers(data[:whole], width) >> SHIFTS[width]
        return np.rint(samples.reshape(-1, channels).mean(axis=1)).astype("<i2").tobytes()


def _integers(data: bytes, width: int) -> np.ndarray:
    if width != 3:  # noqa: PLR2004 (numpy has no integers of three bytes)
        return np.frombuffer(data, f"<i{width}").astype(np.int32)
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return wide.view("<i4").reshape(-1) >> 8
