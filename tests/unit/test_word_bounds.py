"""The gate before words without a first stage, and where a word ends."""

import numpy as np

from voiced.core.types import FRAME_SAMPLES, RATE, Frame
from voiced.ear.gate import Gate
from voiced.ear.ring import Ring
from voiced.ear.wordend import AROUND, heard_enough, word_end


class Always:
    def __init__(self) -> None:
        self.heard = 0

    def speech(self, samples: bytes) -> float:
        self.heard += bool(samples)
        return 0.9

    def reset(self) -> None:
        pass


def level(amplitude: int, number: int) -> Frame:
    sound = np.where(np.arange(FRAME_SAMPLES) % 2, amplitude, -amplitude)
    return Frame(sound.astype("<i2").tobytes(), number * FRAME_SAMPLES)


def test_the_gate_is_closed_and_the_detector_asleep_in_quiet() -> None:
    vad = Always()
    gate = Gate(vad)
    assert not any(gate.open(level(20, number)) for number in range(200))
    assert vad.heard == 0


def test_the_gate_opens_for_speech_and_closes_after_it() -> None:
    gate = Gate(Always())
    opened = [gate.open(level(2_000 if 50 <= number < 60 else 20, number)) for number in range(150)]
    assert not any(opened[:50])
    assert all(opened[50:60])
    assert not opened[-1]


def test_the_gate_gets_used_to_a_steady_noise() -> None:
    vad = Always()
    gate = Gate(vad)
    for number in range(5_000):
        gate.open(level(500, number))
    heard = vad.heard
    assert not any(gate.open(level(500, number)) for number in range(5_000, 5_100))
    assert vad.heard == heard


def ring_of(*parts: tuple[float, int]) -> Ring:
    """Noise: loudness, samples; then next."""
    random = np.random.default_rng(0)
    ring = Ring()
    for loudness, samples in parts:
        ring.append(random.normal(0, loudness, samples).astype("<i2").tobytes(), ring.end)
    return ring


def test_a_words_end_is_the_quietest_moment() -> None:
    ring = ring_of((3_000, RATE), (50, RATE // 20), (3_000, RATE))
    seam = RATE + RATE // 40
    for off in (-0.1, 0.0, 0.1):
        assert abs(word_end(ring, seam + int(off * RATE)) - seam) < RATE // 50


def test_in_a_long_pause_the_end_stays_near_where_it_is_expected() -> None:
    ring = ring_of((3_000, RATE), (0, RATE))
    assert abs(word_end(ring, RATE + RATE // 4) - (RATE + RATE // 4)) <= RATE // 50


def test_the_end_waits_for_the_sound_around_it() -> None:
    ring = ring_of((100, RATE))
    assert heard_enough(ring, RATE // 2)
    assert not heard_enough(ring, RATE - AROUND // 2)
