"""How much of what voiced plays is left in what it hears, and which wake words are heard through it.

    python bench/echo.py [--every N]      (every Nth recording; all of them take a quarter of an hour)

Read speech leaves the speaker and comes back through a room: noise that dies away in 0.2 to 0.8 s, 30 to 150 ms late,
0 to 20 dB weaker. The talker's "alexa" (real recordings, peaks alike) is as loud as the speech without an echo's loss.
`attenuation_db`: the echo alone, its level before and after, seconds 2 to 6. `recall`: of the recordings that are found
without an echo, by the level of the echo: `raw` (as it came, two high scores in a row), `cancelled` (likewise), `both`
(what the daemon does), and `raw_single` (as it came, at the everyday threshold). `false_an_hour`: by the echo alone.
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np
from sounds import pcm, read, recordings

from tests.rigs.room import Acoustics
from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.ear.cascade import Cascade
from voiced.ear.ring import Ring
from voiced.ear.words import Detection
from voiced.engines.echo import Canceller
from voiced.wiring import cascade

LEVELS_DB = (0, -5, -10, -20)
ROOMS = ((0.2, 0.03), (0.4, 0.08), (0.8, 0.15))
"""Seconds in which the echo dies away by 60 dB, and seconds by which it is late."""
WORD = WakeConfig(words={"alexa": WakeWordConfig(micro="alexa", openwake="alexa")})
LEAD_S, SPEECH_S = 2.0, 6.0
PEAK = 8_000.0
LOUDEST = 32_767


def echoless(near: np.ndarray, far: np.ndarray) -> np.ndarray:
    """What is left of the microphone's sound."""
    canceller, cleaned = Canceller(), bytearray()
    size = FRAME_SAMPLES * 2
    one, other = pcm(near), pcm(far)
    for at in range(0, len(one) - size + 1, size):
        cleaned += canceller.cancel(one[at : at + size], other[at : at + size])
    return np.frombuffer(bytes(cleaned), "<i2").astype(float)


class Ear:
    """One cascade on one endless stream."""

    def __init__(self) -> None:
        self.cascade: Cascade = cascade(WORD)
        self.ring = Ring()

    def wakes(self, sound: np.ndarray, *, echo: bool) -> int:
        """How often it wakes in a piece of sound after a long silence."""
        start = self.ring.end + 3 * RATE
        samples = pcm(np.concatenate([sound, np.zeros(RATE)]))
        count = 0
        for at in range(0, len(samples) - FRAME_SAMPLES * 2 + 1, FRAME_SAMPLES * 2):
            frame = Frame(samples[at : at + FRAME_SAMPLES * 2], start + at // 2)
            self.ring.append(frame.samples, frame.start)
            count += sum(isinstance(each, Detection) for each in self.cascade.hear(frame, self.ring, echo=echo))
        return count


def scaled(sound: np.ndarray) -> np.ndarray:
    """As loud as all others."""
    return sound * PEAK / max(1.0, float(np.abs(sound).max()))


def speeches() -> Iterator[np.ndarray]:
    """Pieces of read speech, for ever."""
    while True:
        for path in recordings("librispeech-4"):
            sound = read(path)
            for at in range(0, len(sound) - int(SPEECH_S * RATE), int(SPEECH_S * RATE)):
                yield scaled(sound[at : at + int(SPEECH_S * RATE)])


def level_db(sound: np.ndarray) -> float:
    """Loudness from second 2 on."""
    return 10 * float(np.log10(np.mean(sound[2 * RATE :] ** 2) + 1e-9))


def measure(every: int) -> dict[str, object]:
    """Everything."""
    random, far = np.random.default_rng(0), speeches()
    ear = Ear()
    paths = recordings("ohf-wake/alexa", "picovoice-wake/alexa")[::every]
    words = [sound for path in paths if ear.wakes(sound := scaled(read(path)[: 3 * RATE]), echo=False)]
    attenuation: dict[str, list[float]] = {}
    found = {level: dict.fromkeys(("raw_single", "raw", "cancelled", "both"), 0) for level in LEVELS_DB}
    false = dict.fromkeys(("raw_single", "raw", "cancelled"), 0)
    seconds = 0.0
    for number, word in enumerate(words):
        decay_s, late_s = ROOMS[number % len(ROOMS)]
        for level in LEVELS_DB:
            speech = next(far)
            echo = Acoustics(decay_s, late_s, level, random).echo(speech)
            echo += random.standard_normal(len(echo)) * 3
            cleaned = echoless(echo, speech)
            lost = level_db(echo) - level_db(cleaned)
            attenuation.setdefault(f"{decay_s} s, {level} dB", []).append(lost)
            at = int(LEAD_S * RATE)
            near = echo.copy()
            near[at : at + len(word)] += word[: len(near) - at]
            talked = echoless(near, speech)
            hits = {
                "raw_single": ear.wakes(near, echo=False),
                "raw": ear.wakes(near, echo=True),
                "cancelled": ear.wakes(talked, echo=True),
            }
            hits["both"] = hits["raw"] or hits["cancelled"]
            for way, count in hits.items():
                found[level][way] += bool(count)
            false["raw_single"] += ear.wakes(echo, echo=False)
            false["raw"] += ear.wakes(echo, echo=True)
            false["cancelled"] += ear.wakes(cleaned, echo=True)
            seconds += SPEECH_S
    return {
        "words": len(words),
        "of": len(paths),
        "attenuation_db": {name: round(float(np.median(values)), 1) for name, values in sorted(attenuation.items())},
        "recall": {
            f"{level} dB": {way: round(count / len(words), 3) for way, count in ways.items()}
            for level, ways in found.items()
        },
        "false_an_hour": {way: round(count / seconds * 3600, 2) for way, count in false.items()},
        "hours": round(seconds / 3600, 2),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    print(json.dumps(measure(parser.parse_args().every)))


if __name__ == "__main__":
    main()
