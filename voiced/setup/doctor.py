"""What could be wrong, looked at one by one. Each check says what it found and, if it is not good, how to mend it."""

from collections.abc import Sequence
from enum import Enum

import numpy as np
from msgspec import Struct

from voiced.core.status import AudioStatus
from voiced.core.types import RATE

QUIET_DBFS = -65.0
"""A microphone that stays below this even in a quiet room is most likely switched off or turned down."""
LOUD_DBFS = -15.0
"""Noise this loud while nobody speaks drowns speech."""
SILENCE_DBFS = -120.0
FULL_SCALE = 32_767
MUTED_ELSEWHERE = "It sends silence only: a switch on it, or the mixer (`alsamixer`), has it muted."
TOO_SLOW = 1.0
"""A real-time factor from here on: the stage needs longer than the sound lasts."""
SLOW = 0.5


class Health(Enum):
    """How a check went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


_ORDER = [Health.GOOD, Health.WARNING, Health.BAD]


class Finding(Struct, frozen=True):
    """The result of one check.

    Attributes:
        check: what was looked at.
        health: how it is.
        found: what was found, in a few words.
        hint: how to mend it; empty if it is good.
    """

    check: str
    health: Health
    found: str
    hint: str = ""


def level_dbfs(samples: bytes) -> float:
    """Loudness (root mean square) of s16le samples in decibels below full scale; -120 for silence."""
    sound = np.frombuffer(samples, np.int16).astype(np.float64)
    power = float(np.mean(sound**2)) if len(sound) else 0.0
    return max(SILENCE_DBFS, 10 * np.log10(power / FULL_SCALE**2)) if power else SILENCE_DBFS


def microphone(samples: bytes, device: str) -> Finding:
    """Judges a moment of a room in which nobody speaks.

    Args:
        samples: s16le, 16 kHz.
        device: the microphone's name.
    """
    check = "microphone"
    if len(samples) < RATE:
        return Finding(check, Health.BAD, "no sound comes in", "See `voiced devices`, and set audio.input.")
    if not any(samples):
        return Finding(check, Health.BAD, f"{device}: only zeros", MUTED_ELSEWHERE)
    clipped = int(np.sum(np.abs(np.frombuffer(samples, np.int16).astype(int)) >= FULL_SCALE))
    return _loudness(device, level_dbfs(samples), clipped)


def held_microphone(audio: AudioStatus, *, muted: bool) -> Finding:
    """Judges the microphone of a daemon that runs, by what it heard in the last second.

    Args:
        audio: what the daemon says.
        muted: it is told not to listen.
    """
    check = "microphone"
    if muted:
        return Finding(check, Health.WARNING, "the daemon has it muted", "Open it with `voiced unmute`.")
    if audio.problem:
        return Finding(check, Health.BAD, audio.problem, audio.hint)
    device = f"the daemon holds {audio.device}"
    if audio.level_dbfs is None:
        return Finding(check, Health.BAD, f"{device}: no sound comes in", "See `voiced events`, and set audio.input.")
    if audio.level_dbfs <= SILENCE_DBFS:
        return Finding(check, Health.BAD, f"{device}: only zeros", MUTED_ELSEWHERE)
    return _loudness(device, audio.level_dbfs, audio.clipped)


def _loudness(device: str, level: float, clipped: int) -> Finding:
    check = "microphone"
    found = f"{device}: {level:.0f} dBFS while nobody speaks"
    if clipped:
        return Finding(check, Health.WARNING, f"{found}, {clipped} samples clipped", "Turn audio.input_gain_db down.")
    if level < QUIET_DBFS:
        return Finding(check, Health.WARNING, found, "That is very quiet: if it mishears, raise audio.input_gain_db.")
    if level > LOUD_DBFS:
        return Finding(check, Health.WARNING, found, "That is loud: turn audio.input_gain_db down, or find the noise.")
    return Finding(check, Health.GOOD, found)


def speed(check: str, seconds: float, sound_seconds: float, engine: str) -> Finding:
    """Judges how long a stage computed for some sound: the real-time factor.

    Args:
        check: the stage.
        seconds: how long it computed.
        sound_seconds: how long the sound lasts.
        engine: which engine it was.
    """
    factor = seconds / sound_seconds if sound_seconds else float("inf")
    found = f"{engine}: real-time factor {factor:.2f}"
    if factor >= TOO_SLOW:
        return Finding(check, Health.BAD, found, "This box is too slow for this engine: choose a smaller one.")
    if factor >= SLOW:
        return Finding(check, Health.WARNING, found, "That leaves little room: answers will be slow under load.")
    return Finding(check, Health.GOOD, found)


def worst(findings: Sequence[Finding]) -> Health:
    """The worst of all findings."""
    return max((finding.health for finding in findings), key=_ORDER.index, default=Health.GOOD)


def better(first: Finding, second: Finding) -> Finding:
    """The better one of two: what goes wrong once may be the fault of whatever else the machine was at."""
    return min(first, second, key=lambda finding: _ORDER.index(finding.health))
