"""What leaves the speaker is known sample by sample."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.engines.farend import KEPT, SLIP_S, TAIL_S, FarEnd

PERIOD = 2 * FRAME_SAMPLES
BLOCK = 320


def count_up(first: int, number: int) -> np.ndarray:
    return np.arange(first, first + number).astype(np.int16)


@given(st.lists(st.floats(-0.4, 0.4), min_size=20, max_size=20), st.lists(st.floats(-0.4, 0.4), min_size=5, max_size=5))
def test_moments_that_jitter_neither_lose_nor_double_a_sample(written: list[float], read: list[float]) -> None:
    far = FarEnd()
    for number, jitter in enumerate([0.0, *written]):
        far.add(count_up(number * BLOCK, BLOCK), RATE, 100 + number * BLOCK / RATE + jitter * SLIP_S)
    taken = [far.take(100 + number * PERIOD / RATE + late * SLIP_S, PERIOD) for number, late in enumerate([0.0, *read])]
    assert b"".join(piece or b"" for piece in taken) == count_up(0, 6 * PERIOD).tobytes()


def test_nothing_is_taken_before_something_plays_and_after_its_echo() -> None:
    far = FarEnd()
    assert far.take(1.0, PERIOD) is None
    far.add(count_up(1, RATE), RATE, 1.0)
    assert far.take(0.5, PERIOD) is None
    assert far.take(2.0 + TAIL_S / 2, PERIOD) == bytes(2 * PERIOD)
    assert far.take(2.0 + 2 * TAIL_S, PERIOD) is None


def test_what_is_silenced_never_left() -> None:
    far = FarEnd()
    far.add(count_up(1, RATE), RATE, 1.0)
    far.cut(1.0 + BLOCK / RATE)
    piece = far.take(1.0, PERIOD)
    assert piece == count_up(1, BLOCK).tobytes() + bytes(2 * (PERIOD - BLOCK))


def test_a_speaker_that_ran_dry_goes_on_later() -> None:
    far = FarEnd()
    far.add(count_up(1, BLOCK), RATE, 1.0)
    far.add(count_up(1, BLOCK), RATE, 1.0 + 0.5)
    assert far.take(1.5, BLOCK) == count_up(1, BLOCK).tobytes()


def test_a_speaker_that_is_faster_than_it_says_is_followed() -> None:
    far, fast = FarEnd(), 0.995
    for number in range(1_000):
        far.add(np.full(BLOCK, number, np.int16), RATE, 1.0 + number * BLOCK / RATE * fast)
    now = 1.0 + 999 * BLOCK / RATE * fast
    taken = far.take(now, BLOCK)
    assert taken is not None
    behind = (999 - np.frombuffer(taken, np.int16)[0]) * BLOCK / RATE
    assert abs(behind) <= SLIP_S + BLOCK / RATE


def test_the_sound_of_an_hour_is_not_kept() -> None:
    far = FarEnd()
    for second in range(60):
        far.add(count_up(0, RATE), RATE, 1.0 + second)
    assert len(far._sound) <= 2 * KEPT
    assert far.take(60.0, PERIOD) == count_up(0, PERIOD).tobytes()
