"""Those who talk in the kitchen: synthetic voices, real people who say a wake word, and the noise around them."""

import json
import random
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from tests.conftest import ROOT, recordings_folder
from voiced.core.types import RATE
from voiced.engines import files

VOICES = ("en-us+edward", "en-us+adam", "en-us+klatt")
"""Those of eSpeak's that the embedded recogniser understands at all; how well it does is counted."""
WORDS_PER_MINUTE = (125, 140)
PEAK = 8_000.0
NOISE = 120.0
"""The noise of a kitchen, as the root of its mean square: some 20 dB below those who talk."""
PAUSE_S = (0.05, 0.3)
"""Between a wake word and what follows it."""
WAKE_WORDS = ("ohf-wake/hey_jarvis", "ohf-wake/alexa", "picovoice-wake/alexa")
LABELS = ROOT / "bench/labels/speech.json"
"""From where to where somebody speaks in a recording, in seconds."""
WEAK_S = 0.12
"""What the labels leave out of a word's end."""


class Voices:
    """Says sentences.

    Args:
        seed: the same one says the same sentence in the same way, whatever had to be said again before it.
    """

    def __init__(self, seed: int) -> None:
        self._seed, self._said = seed, Counter[str]()
        self._chance = random.Random(seed)

    def say(self, text: str, *, wake: bool) -> np.ndarray:
        """What is heard of a sentence, after a wake word or not."""
        chance = self._chance_for(text)
        sound = _spoken(text, chance.choice(VOICES), chance.randrange(*WORDS_PER_MINUTE))
        return _after_wake_word(sound, chance) if wake else _loud(sound)

    def play(self, name: str) -> np.ndarray:
        """A sentence as somebody said it, after a wake word as somebody else did."""
        return _after_wake_word(_labelled(recordings_folder() / "audio" / name), self._chance_for(name))

    def noise(self, length: int) -> np.ndarray:
        """So many samples of a kitchen."""
        whole = _sound(recordings_folder() / "audio/picovoice-intent/noise/kitchen.flac")
        start = self._chance.randrange(len(whole) - length)
        piece = whole[start : start + length]
        return piece * NOISE / np.sqrt(np.mean(piece**2))

    def _chance_for(self, said: str) -> random.Random:
        self._said[said] += 1
        return random.Random(f"{self._seed} {said} {self._said[said]}")


def _after_wake_word(sound: np.ndarray, chance: random.Random) -> np.ndarray:
    pause = np.zeros(round(chance.uniform(*PAUSE_S) * RATE))
    return np.concatenate([_loud(_labelled(chance.choice(_wake_words()))), pause, _loud(sound)])


def _spoken(text: str, voice: str, words_per_minute: int) -> np.ndarray:
    """A text in one of eSpeak's voices, without the silence around it."""
    with NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w", file.name, text], check=True)
        sound = np.frombuffer(files.read(Path(file.name)), "<i2").astype(np.float64)
    (heard,) = np.nonzero(np.abs(sound) > np.abs(sound).max() / 100)
    return sound[heard[0] : heard[-1]]


@cache
def _wake_words() -> list[Path]:
    audio = recordings_folder() / "audio"
    return sorted(path for name in WAKE_WORDS for path in (audio / name).glob("*.flac"))


@cache
def _sound(path: Path) -> np.ndarray:
    return np.frombuffer(files.read(path), "<i2").astype(np.float64)


def _labelled(path: Path) -> np.ndarray:
    """A recording from its first speech to its last."""
    first, last = json.loads(LABELS.read_text())[str(path.relative_to(recordings_folder() / "audio"))]
    return _sound(path)[round(first * RATE) : round((last + WEAK_S) * RATE)]


def _loud(sound: np.ndarray) -> np.ndarray:
    return sound * PEAK / np.abs(sound).max()
