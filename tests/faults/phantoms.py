"""Silence, noise and music must not start a turn: clips of everyday sounds, as loud or as quiet as they come.

What starts a turn is the ear's wake word, so the ear is what hears them, with the wake word that voiced has by default.
"""

import random
from functools import cache
from pathlib import Path

import numpy as np

from tests.conftest import recordings_folder
from tests.faults.outcome import Outcome, trial
from voiced.core.config import WakeConfig
from voiced.core.types import RATE
from voiced.ear.detections import detections
from voiced.ear.words import Detection
from voiced.engines import files
from voiced.wiring import cascade

SECONDS = 6.0
LEVELS_DB = (-70.0, -10.0)
"""From hardly anything to as loud as a microphone takes, as decibels of the loudest moment."""
APART = 60 * RATE


def run(seed: int, times: int) -> Outcome:
    """So many clips, each heard afresh."""
    ear, outcome = cascade(WakeConfig()), Outcome()
    for number in range(times):
        chance = random.Random(f"{seed} {number}")
        name, sound = _clip(chance)
        start = number * APART
        woke = [each for each in detections(files.frames(sound, start), ear) if isinstance(each, Detection)]
        problems = [f"{each.word} {each.score:.2f}" for each in woke]
        outcome += trial(f"seed {seed}, clip {number}: {name}", woke=problems)
    ear.close()
    return outcome


def _clip(chance: random.Random) -> tuple[str, bytes]:
    numbers = np.random.default_rng(chance.randrange(2**32))
    kind = chance.choice(("recording", "recording", "recording", "silence", "white", "pink", "hum"))
    count = int(SECONDS * RATE)
    if kind == "recording":
        path = chance.choice(_paths())
        sound = np.frombuffer(files.read(path), "<i2").astype(np.float64)
        name = path.name
    else:
        name = kind
        sound = {
            "silence": lambda: np.zeros(count),
            "white": lambda: numbers.normal(0, 1, count),
            "pink": lambda: np.cumsum(numbers.normal(0, 1, count)) % 1000 - 500,
            "hum": lambda: np.sin(2 * np.pi * chance.uniform(40, 2000) * np.arange(count) / RATE),
        }[kind]()
    level = chance.uniform(*LEVELS_DB)
    loudest = float(np.abs(sound).max(initial=0)) or 1.0
    scaled = sound / loudest * 32_767 * 10 ** (level / 20)
    return f"{name} at {level:.0f} dB", scaled.astype("<i2").tobytes()


@cache
def _paths() -> list[Path]:
    return sorted((recordings_folder() / "audio/esc10").rglob("*.ogg"))
