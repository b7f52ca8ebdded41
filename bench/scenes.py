"""Scenes for benches of whole turns: a wake word and a command joined, with the moment at which the speech ends.

The end of speech is the recording's committed label (`bench/labels`), or the energy of the clean synthetic voice by the
same rule; never our own voice activity detector.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from labels.make import speech
from msgspec import Struct
from sounds import AUDIO, noisy, read, recordings

from voiced.core.types import RATE

LABELS: dict[str, list[float]] = json.loads((Path(__file__).parent / "labels/speech.json").read_text())
PAUSES_S = (0.0, 0.3, 0.7)
TAIL_S = 2.0
WEAK_S = 0.12
"""The rule for labels leaves out weak last sounds, such as the end of "jarvis"."""
SNR_DB = 20.0
HOME = ("what_time_is_it", "set_timer")
VOICES = ("en-us+robosoft", "en-us+robosoft2", "en-us+robosoft3")
"""Of eSpeak's voices, those that the recogniser understands without noise: this is no question of recognition."""
PACE = "130"
"""Words a minute."""
SENTENCES = (
    "what time is it",
    "set a timer for five minutes",
    "what is the date today",
    "set the volume to fifty percent",
)


class Scene(Struct, frozen=True):
    """Something said to voiced.

    Attributes:
        name: what and how.
        samples: float32 in 16-bit units, 16 kHz.
        command: seconds at which the wake word has ended.
        end: seconds at which the speech ends.
    """

    name: str
    samples: np.ndarray
    command: float
    end: float


def home(count: int) -> list[Scene]:
    """Real wake words, then real commands of the default grammar."""
    wakes = [*recordings("ohf-wake/hey_jarvis"), *recordings("ohf-wake/alexa"), *recordings("picovoice-wake/alexa")]
    commands = [AUDIO / f"misc/rhasspy3/{name}.flac" for name in HOME]
    return [
        _joined(wakes[index % len(wakes)], *_labelled(commands[index % len(commands)]), PAUSES_S[index % len(PAUSES_S)])
        for index in range(count)
    ]


def coffee(count: int) -> list[Scene]:
    """Real wake words, then real coffee orders."""
    wakes = recordings("picovoice-wake/alexa")[-count:]
    orders = recordings("picovoice-intent/speech/clean")
    chosen = orders[:: max(1, len(orders) // count)][:count]
    return [
        _joined(wake, *_labelled(order), PAUSES_S[index % len(PAUSES_S)])
        for index, (wake, order) in enumerate(zip(wakes, chosen, strict=True))
    ]


def synthetic(count: int) -> list[Scene]:
    """Real wake words, then commands by eSpeak's voices in kitchen noise."""
    noise, random = read(AUDIO / "picovoice-intent/noise/kitchen.flac"), np.random.default_rng(0)
    wakes = recordings("ohf-wake/hey_jarvis")
    scenes: list[Scene] = []
    for index in range(count):
        clean = _spoken(SENTENCES[index % len(SENTENCES)], VOICES[index % len(VOICES)])
        scene = _joined(wakes[index % 2], clean, *speech(clean / 32_767, RATE), PAUSES_S[index % len(PAUSES_S)])
        name = f"{SENTENCES[index % len(SENTENCES)]} by {VOICES[index % len(VOICES)]}"
        start = int(scene.command * RATE)
        loud = np.concatenate([scene.samples[:start], noisy(scene.samples[start:], noise, SNR_DB, random)])
        scenes.append(Scene(name, loud, scene.command, scene.end))
    return scenes


def _labelled(path: Path) -> tuple[np.ndarray, float, float]:
    begin, end = LABELS[str(path.relative_to(AUDIO))]
    return read(path), begin, end


def _joined(wake: Path, command: np.ndarray, begin: float, end: float, pause: float) -> Scene:
    word, wake_begin, wake_end = _labelled(wake)
    word = word[max(0, int((wake_begin - 0.3) * RATE)) : int((wake_end + WEAK_S) * RATE)]
    said = command[max(0, int((begin - 0.05) * RATE)) :]
    start = len(word) / RATE + pause
    samples = np.concatenate([word, np.zeros(int(pause * RATE)), said, np.zeros(int(TAIL_S * RATE))])
    name = f"{wake.parent.name}/{wake.stem}, pause {pause} s"
    return Scene(name, samples, len(word) / RATE, start + min(begin, 0.05) + end - begin)


def _spoken(text: str, voice: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", PACE, "-w", path, text], check=True)
        return read(path)
