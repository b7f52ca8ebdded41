"""Are spoken commands understood, and is speech that is no command left alone?

    python bench/commands.py [--half chosen|held-out|all] [--whole] [--every N]

Coffee orders (Picovoice's recordings with their labels), clean and with kitchen noise at 12 dB, by the coffee grammar:
every slot must be right. LibriSpeech and AN4 by the coffee grammar and by the bundled one: whatever comes back is a
false command, though some AN4 clips truly say "stop". The limits of `engines/rejection.py` were chosen on the half
`chosen` (every other recording); `held-out` is the rest. Recordings are cut to their speech as the ear does, or taken
whole. Also the time to load, the share of one core, and the tail: from the last sound to the transcript.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sounds import AUDIO, frames, pcm, read, recordings

from voiced.core.intents import load_intents
from voiced.core.types import RATE, SAMPLE_BYTES
from voiced.engines.pocketsphinx import Recogniser
from voiced.engines.silero import Silero
from voiced.turn.rules import Rules

ROOT = Path(__file__).parents[1]
GRAMMARS = {"coffee": ROOT / "tests/intents/coffee", "default": ROOT / "config/intents/en"}
COFFEE = "picovoice-intent/speech"
SPEECH = {"librispeech": ("librispeech-4", "librispeech-resemblyzer"), "an4": ("an4",)}
SNR_DB = 12
BEFORE_S, AFTER_S = 0.3, 0.25
CHUNK = 512 * SAMPLE_BYTES


def noisy(samples: np.ndarray, noise: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Adds noise of the recording's mean power, less 12 dB."""
    start = int(random.integers(0, len(noise) - len(samples)))
    piece = noise[start : start + len(samples)]
    return samples + piece * np.sqrt(np.mean(samples**2) / np.mean(piece**2) / 10 ** (SNR_DB / 10))


def cut(sound: bytes, vad: Silero) -> bytes:
    """The recording from a little before its first speech to a little after its last."""
    vad.reset()
    speech = [frame.start for frame in frames(sound) if vad.speech(frame.samples) >= 0.5]
    if not speech:
        return b""
    first, last = speech[0] - int(BEFORE_S * RATE), speech[-1] + CHUNK // SAMPLE_BYTES + int(AFTER_S * RATE)
    return sound[max(0, first) * SAMPLE_BYTES : last * SAMPLE_BYTES]


class Listener:
    """A recogniser, its rules, and what they cost."""

    def __init__(self, folder: Path) -> None:
        began = time.perf_counter()
        self._recogniser = Recogniser(load_intents(folder, "en"))
        self.load_s = time.perf_counter() - began
        self._rules = Rules(folder, "en")
        self.work_s = self.sound_s = 0.0
        self.tails: list[float] = []

    def hear(self, sound: bytes) -> dict[str, Any] | None:
        """What was understood, or None."""
        began = time.process_time()
        self._recogniser.start()
        for at in range(0, len(sound), CHUNK):
            before_last = time.perf_counter()
            self._recogniser.feed(sound[at : at + CHUNK])
        text, _ = self._recogniser.finish()
        if sound:
            self.tails.append(time.perf_counter() - before_last)
        self.work_s += time.process_time() - began
        self.sound_s += len(sound) / SAMPLE_BYTES / RATE
        understood = self._rules.understand(text) if text else None
        return {"intent": understood.intent, "slots": understood.slots} if understood else None

    def cost(self) -> dict[str, float]:
        """Seconds to load, share of a core, and milliseconds of the tail."""
        return {
            "load_s": round(self.load_s, 3),
            "core_share": round(self.work_s / self.sound_s, 3),
            "tail_p50_ms": round(float(np.percentile(self.tails, 50)) * 1000, 1),
            "tail_p95_ms": round(float(np.percentile(self.tails, 95)) * 1000, 1),
        }


def orders(listener: Listener, sounds: Iterable[tuple[dict[str, Any], bytes]]) -> dict[str, float]:
    """Counts coffee orders understood with every slot right, misunderstood, and refused."""
    right = wrong = refused = 0
    for label, sound in sounds:
        heard = listener.hear(sound)
        right += heard == label
        wrong += heard is not None and heard != label
        refused += heard is None
    total = right + wrong + refused
    return {"clips": total, "right": round(right / total, 4), "wrong": wrong, "refused": refused}


def half(paths: list[Path], which: str, every: int) -> list[Path]:
    """Every other recording, or the rest, or all."""
    chosen = {"chosen": paths[::2], "held-out": paths[1::2], "all": paths}[which]
    return chosen[::every]


def labels() -> dict[str, dict[str, Any]]:
    """What is ordered in each recording."""
    entries: dict[str, dict[str, Any]] = json.loads((AUDIO / "picovoice-intent/label/label.json").read_text())
    return {
        Path(name).stem: {**entry, "slots": {slot: value.strip() for slot, value in entry["slots"].items()}}
        for name, entry in entries.items()
    }


def main() -> None:
    """Runs it and prints one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("chosen", "held-out", "all"), default="held-out")
    parser.add_argument("--whole", action="store_true", help="do not cut recordings to their speech")
    parser.add_argument("--every", type=int, default=1, help="take every Nth recording only")
    options = parser.parse_args()
    vad, ordered = Silero(), labels()
    kitchen, random = read(AUDIO / "picovoice-intent/noise/kitchen.flac"), np.random.default_rng(12)

    def prepared(samples: np.ndarray) -> bytes:
        return pcm(samples) if options.whole else cut(pcm(samples), vad)

    def spoken(*, in_kitchen: bool) -> Iterator[tuple[dict[str, Any], bytes]]:
        for path in half(recordings(COFFEE), options.half, options.every):
            samples = read(path)
            yield ordered[path.stem], prepared(noisy(samples, kitchen, random) if in_kitchen else samples)

    listeners = {name: Listener(folder) for name, folder in GRAMMARS.items()}
    results: dict[str, Any] = {"half": options.half, "whole": options.whole}
    results["coffee_clean"] = orders(listeners["coffee"], spoken(in_kitchen=False))
    results["coffee_noisy"] = orders(listeners["coffee"], spoken(in_kitchen=True))
    for speech, folders in SPEECH.items():
        sounds = [prepared(read(path)) for path in half(recordings(*folders), options.half, options.every)]
        for name, listener in listeners.items():
            taken = sum(listener.hear(sound) is not None for sound in sounds)
            results[f"{speech}_by_{name}"] = {"clips": len(sounds), "taken": round(taken / len(sounds), 4)}
    results["cost"] = {name: listener.cost() for name, listener in listeners.items()}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
