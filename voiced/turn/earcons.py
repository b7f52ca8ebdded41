"""The short sounds that are not speech, made of sines so that nothing has to be shipped."""

from collections.abc import Sequence

import numpy as np

from voiced.core.types import Clip, Earcon

RATE = 22_050
"""The rate of most voices: the speaker need not change it between an earcon and speech."""
LOUDNESS = 0.25
RAMP_S = 0.01
"""Each tone swells and fades for this long: a tone cut square clicks."""

_TUNES: dict[Earcon, Sequence[tuple[float, float]]] = {
    Earcon.WOKE: [(880, 0.05), (1175, 0.07)],
    Earcon.DONE: [(1175, 0.06), (880, 0.08)],
    Earcon.ERROR: [(330, 0.10), (262, 0.16)],
    Earcon.ANNOUNCE: [(784, 0.12), (1047, 0.22)],
    Earcon.ALARM: [(988, 0.12), (0, 0.06), (988, 0.12), (0, 0.06), (1319, 0.28), (0, 0.30)] * 2,
}


def earcons() -> dict[Earcon, Clip]:
    """Makes all of them: (frequency in hertz, seconds) after each other."""
    return {
        earcon: Clip(b"".join(_tone(frequency, seconds) for frequency, seconds in tune), RATE)
        for earcon, tune in _TUNES.items()
    }


def _tone(frequency: float, seconds: float) -> bytes:
    time = np.arange(round(seconds * RATE)) / RATE
    ramp = np.minimum(1, np.minimum(time, time[::-1]) / RAMP_S)
    return (np.sin(2 * np.pi * frequency * time) * ramp * LOUDNESS * 32767).astype("<i2").tobytes()
