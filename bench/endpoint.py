"""P8: how long after the end of speech the ear ends an utterance, and how often it cuts one off.

    python bench/endpoint.py [--every N]

End of speech is the committed label (`bench/labels`: energy of the clean recording), never our own detector; a
recording counts as cut off where the ear ends it more than 50 ms before its label. The recogniser is played by a script
that knows only the labels: while there is speech to come the words are UNFINISHED (a phrase that could stand alone:
EXTENSIBLE, or SETTLED), afterwards COMPLETE; or it understands nothing at all (`unknown`). Hesitant speech is two
commands with 0.4 to 0.6 s of silence between. The peer waits for a fixed 700 ms of silence with the same detector.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import structs
from sounds import AUDIO, frames, noisy, pcm, read, recordings

from voiced.core.attention import Attention
from voiced.core.config import EndpointConfig
from voiced.core.types import RATE, Completeness, EndReason, Utterance
from voiced.ear.cascade import Cascade
from voiced.ear.gate import Gate
from voiced.ear.listen import listen
from voiced.engines.microwake import MicroWake
from voiced.engines.openwake import OpenWake
from voiced.engines.silero import Silero

LABELS: dict[str, list[float]] = json.loads((Path(__file__).parent / "labels/speech.json").read_text())
LEAD_S = 0.5
"""Before the first speech: somebody breathes in after the wake word."""
TAIL_S = 4.0
EARLY_S = 0.05
FIXED = structs.replace(
    EndpointConfig(), complete_s=0.7, settled_s=0.7, extensible_s=0.7, unknown_s=0.7, unfinished_s=0.7
)
SHORT = ("yes", "stop", "no")
VOICES = ("en-us", "en-us+f3", "en-gb", "en-gb+m3", "en-us+m7", "en-gb-scotland")


class Script:
    """A recogniser that knows the labels, and a daemon that asks to listen once."""

    def __init__(self, end_s: float, before: Completeness) -> None:
        self.end, self.before = end_s * RATE, before
        self.asked = False

    def completeness(self, until: int) -> Completeness:
        """See `Progress`."""
        known = until >= self.end - EARLY_S * RATE and self.before is not Completeness.UNKNOWN
        return Completeness.COMPLETE if known else self.before

    def take_listen(self) -> float | None:
        """See `Controls`."""
        asked, self.asked = self.asked, True
        return None if asked else 0.0

    def attention(self) -> Attention:
        """See `Controls`."""
        return Attention()

    def speaking(self) -> bool:
        """See `Controls`."""
        return False

    def earcons(self) -> Sequence[tuple[int, int]]:
        """See `Controls`."""
        return ()


def ended(samples: np.ndarray, script: Script, config: EndpointConfig, vad: Silero) -> Utterance | None:
    """The utterance that the ear makes of some sound."""
    nothing = Cascade([], MicroWake({}), OpenWake({}), Gate(vad))
    signals = listen(frames(pcm(samples)), nothing, vad, script, script, config)
    return next((signal for signal in signals if isinstance(signal, Utterance)), None)


def padded(samples: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A recording in a room that is never quite silent."""
    sound = np.concatenate([samples, np.zeros(int(TAIL_S * RATE))])
    return sound + random.normal(0, 10, len(sound))


def trimmed(samples: np.ndarray, begin: float) -> np.ndarray:
    """A recording from `LEAD_S` before its first speech."""
    lead = np.zeros(int(LEAD_S * RATE))
    return np.concatenate([lead, samples])[int(begin * RATE) :]


def commands(every: int) -> Iterator[tuple[np.ndarray, float]]:
    """Spoken commands, and where they end."""
    for path in recordings("picovoice-intent/speech/clean", "misc/rhasspy3", "misc/wyoming")[::every]:
        if "sounds" not in path.parts:
            begin, end = LABELS[str(path.relative_to(AUDIO))]
            yield trimmed(read(path), begin), end - begin


def hesitant(every: int, random: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """Commands with a pause inside: two cut at the ends of their speech, and joined."""
    paths = recordings("picovoice-intent/speech/clean")[::every]
    for first, second in pairwise(paths):
        start, end = LABELS[str(first.relative_to(AUDIO))]
        begin, last = LABELS[str(second.relative_to(AUDIO))]
        pause = random.uniform(0.4, 0.6)
        head, rest = trimmed(read(first)[: int(end * RATE)], start), read(second)[int(begin * RATE) :]
        yield np.concatenate([head, np.zeros(int(pause * RATE)), rest]), end - start + pause + last - begin


def short(noise: np.ndarray, random: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """One word by espeak-ng, with noise 10 dB below it."""
    from labels.make import speech  # noqa: PLC0415 (only this bench needs labels of sound that is made on the spot)

    with tempfile.TemporaryDirectory() as folder:
        for voice in VOICES:
            for word in SHORT:
                path = Path(folder) / f"{word}.wav"
                subprocess.run(["espeak-ng", "-v", voice, "-w", path, word], check=True)
                clean = read(path)
                begin, end = speech(clean / 32_767, RATE)
                yield noisy(trimmed(clean, begin), noise, 10.0, random), end - begin


def table(delays: list[float], cut: int, lost: int) -> dict[str, float]:
    """What one kind of speech came to."""
    p50, p90 = np.percentile(delays, [50, 90]) if delays else (float("nan"),) * 2
    count = len(delays) + cut + lost
    return {
        "n": count,
        "p50_s": float(p50),
        "p90_s": float(p90),
        "max_s": max(delays, default=float("nan")),
        "cut_off": cut / count,
        "not_heard": lost,
    }


def measure(
    sounds: list[tuple[np.ndarray, float]], before: Completeness, config: EndpointConfig, vad: Silero
) -> dict[str, float]:
    """Delays of one kind of speech."""
    delays: list[float] = []
    cut = lost = 0
    for samples, end in sounds:
        at = LEAD_S + end
        utterance = ended(samples, Script(at, before), config, vad)
        if utterance is None or utterance.reason is EndReason.NOTHING_SAID:
            lost += 1
        elif utterance.end / RATE < at - EARLY_S:
            cut += 1
        else:
            delays.append(utterance.end / RATE - at)
    return table(delays, cut, lost)


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    every = parser.parse_args().every
    random, vad = np.random.default_rng(0), Silero()
    noise = read(AUDIO / "picovoice-intent/noise/kitchen.flac")
    kinds = {
        "complete": (list(commands(every)), Completeness.UNFINISHED),
        "complete_could_stand_alone": (list(commands(every)), Completeness.EXTENSIBLE),
        "complete_settled": (list(commands(every)), Completeness.SETTLED),
        "complete_unknown": (list(commands(every)), Completeness.UNKNOWN),
        "hesitant": (list(hesitant(every, random)), Completeness.UNFINISHED),
        "short": (list(short(noise, random)), Completeness.UNFINISHED),
        "short_unknown": (list(short(noise, random)), Completeness.UNKNOWN),
    }
    result: dict[str, object] = {"question": "endpoint"}
    for kind, (sounds, before) in kinds.items():
        rooms = [(padded(samples, random), end) for samples, end in sounds]
        result[kind] = measure(rooms, before, EndpointConfig(), vad)
        result[f"{kind}_fixed"] = measure(rooms, before, FIXED, vad)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
