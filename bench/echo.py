"""How much of what voiced plays is left in what it hears, and which wake words are heard through it.

    python bench/echo.py [--every N]      (every Nth recording; all of them take a quarter of an hour)

Read speech leaves the speaker and comes back through a room, in which the speaker is 8 to 30 cm from the microphone
and sound dies away in 0.2 to 0.8 s; 30 to 90 ms late, as loud as it left or up to 20 dB weaker. The talker's "alexa"
(real recordings) is as loud as the speech is without that loss, in peaks. `attenuation_db`: of the echo alone, seconds
2 to 6, by the linear filter and by WebRTC's canceller. `recall`: of the recordings that are found without an echo, by
the level of the echo: in the sound as it came, in that and less its echo by the linear filter, as the daemon does, and
without its echo by WebRTC's canceller. `false_an_hour`: by the echo alone.
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np
from sounds import pcm, read, recordings

from tests.rigs.room import Acoustics, response
from voiced.core.config import WakeConfig, WakeWordConfig
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Frame
from voiced.ear.duplex import Duplex
from voiced.ear.words import Detection
from voiced.engines.kalman import Kalman
from voiced.engines.webrtc import Canceller
from voiced.wiring import cascade

LEVELS_DB = (0, -5, -10, -20)
ROOMS = ((0.2, 0.03, 0.08), (0.4, 0.06, 0.15), (0.8, 0.09, 0.3))
"""Seconds in which sound dies away by 60 dB, seconds by which it is late, metres from the speaker to the microphone."""
WORD = WakeConfig(words={"alexa": WakeWordConfig(micro="alexa", openwake="alexa")})
WAYS = ("as it came", "as it came, and less its echo", "webrtc")
LEAD_S, SPEECH_S = 2.0, 6.0
PEAK = 8_000.0
SIZE = FRAME_SAMPLES * SAMPLE_BYTES
Sound = np.ndarray


class Box:
    """One microphone and one speaker in a room; what was learnt of it is kept.

    Args:
        room: how sound gets from the speaker to the microphone.
        late_s: how late, besides.
    """

    def __init__(self, room: Sound, late_s: float) -> None:
        self.room, self.late_s = room, late_s
        self._linear, self._canceller = Kalman(), Canceller()

    def less_echo(self, near: Sound, far: Sound) -> tuple[Sound, Sound]:
        """What is left of the microphone's sound: by the linear filter, and by WebRTC's canceller."""
        count = len(near) - len(near) % FRAME_SAMPLES
        self._linear.pause()
        linear = self._linear.cancel(near[:count].astype(float), far[:count].astype(float))
        one, other = pcm(near[:count]), pcm(far[:count])
        self._canceller.pause()
        pieces = [self._canceller.cancel(one[at : at + SIZE], other[at : at + SIZE]) for at in range(0, len(one), SIZE)]
        return linear, np.frombuffer(b"".join(pieces), "<i2").astype(float)


class Ear:
    """One ear on one endless stream."""

    def __init__(self) -> None:
        self._duplex = Duplex(cascade(WORD), lambda: cascade(WORD))
        self._end = 0

    def wakes(self, sound: Sound, linear: Sound | None = None) -> bool:
        """Whether it wakes in a piece of sound after a long silence."""
        start, found = self._end + 3 * RATE, 0
        came = pcm(np.pad(sound, (0, RATE)))
        left = b"" if linear is None else pcm(np.pad(linear, (0, RATE)))
        for at in range(0, len(came) - SIZE + 1, SIZE):
            less = left[at : at + SIZE].ljust(SIZE, b"\0") if left else None
            self._end = start + at // SAMPLE_BYTES + FRAME_SAMPLES
            heard = self._duplex.hear(Frame(came[at : at + SIZE], start + at // SAMPLE_BYTES, less))
            found += sum(isinstance(each, Detection) for each in heard)
        return bool(found)


def scaled(sound: Sound) -> Sound:
    """As loud as all others."""
    return sound * PEAK / max(1.0, float(np.abs(sound).max()))


def speeches() -> Iterator[Sound]:
    """Pieces of read speech, for ever."""
    while True:
        for path in recordings("librispeech-4"):
            sound = read(path)
            for at in range(0, len(sound) - int(SPEECH_S * RATE), int(SPEECH_S * RATE)):
                yield scaled(sound[at : at + int(SPEECH_S * RATE)])


def level_db(sound: Sound) -> float:
    """Loudness from second 2 on."""
    return 10 * float(np.log10(np.mean(sound[2 * RATE :] ** 2) + 1e-9))


def measure(every: int) -> dict[str, object]:
    """Everything."""
    random, far, ears = np.random.default_rng(0), speeches(), {way: Ear() for way in WAYS}
    boxes = [Box(response(away_m, decay_s, random), late_s) for decay_s, late_s, away_m in ROOMS]
    paths = recordings("ohf-wake/alexa", "picovoice-wake/alexa")[::every]
    words = [sound for path in paths if ears[WAYS[0]].wakes(sound := scaled(read(path)[: 3 * RATE]))]
    found = {level: dict.fromkeys(WAYS, 0) for level in LEVELS_DB}
    false, seconds = dict.fromkeys(WAYS, 0), 0.0
    attenuation: dict[str, list[tuple[float, float]]] = {}
    for number, word in enumerate(words):
        box, (decay_s, _, _) = boxes[number % len(boxes)], ROOMS[number % len(ROOMS)]
        for level in LEVELS_DB:
            speech = next(far)
            echo = Acoustics(box.room, box.late_s, level).echo(speech) + random.standard_normal(len(speech)) * 3
            linear, cancelled = box.less_echo(echo, speech)
            lost = level_db(echo) - level_db(linear), level_db(echo) - level_db(cancelled)
            attenuation.setdefault(f"{decay_s} s, {level} dB", []).append(lost)
            for way, woke in zip(WAYS, _wakes(ears, echo, linear, cancelled), strict=True):
                false[way] += woke
            near = echo.copy()
            near[int(LEAD_S * RATE) :][: len(word)] += word[: len(near) - int(LEAD_S * RATE)]
            for way, woke in zip(WAYS, _wakes(ears, near, *box.less_echo(near, speech)), strict=True):
                found[level][way] += woke
            seconds += SPEECH_S
    return {
        "words": len(words),
        "of": len(paths),
        "attenuation_db": {
            name: dict(zip(("linear", "webrtc"), np.median(values, 0).round(1).tolist(), strict=True))
            for name, values in sorted(attenuation.items())
        },
        "recall": {
            f"{level} dB": {way: round(count / len(words), 3) for way, count in ways.items()}
            for level, ways in found.items()
        },
        "false_an_hour": {way: round(count / seconds * 3600, 2) for way, count in false.items()},
        "hours": round(seconds / 3600, 2),
    }


def _wakes(ears: dict[str, Ear], came: Sound, linear: Sound, cancelled: Sound) -> tuple[bool, bool, bool]:
    alone, both, webrtc = (ears[way] for way in WAYS)
    return alone.wakes(came), both.wakes(came, linear), webrtc.wakes(cancelled)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    print(json.dumps(measure(parser.parse_args().every)))


if __name__ == "__main__":
    main()
