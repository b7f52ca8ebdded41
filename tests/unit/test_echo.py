"""What leaves the speaker is known sample by sample, and is taken out of what the microphone hears."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("livekit", reason="the extra `aec` is not installed")
from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.engines.echo import KEPT, LATE, LEAD_S, SLIP_S, TAIL_S, Echo, FarEnd

PERIOD = 2 * FRAME_SAMPLES
BLOCK = 320


def count_up(first: int, number: int) -> np.ndarray:
    return np.arange(first, first + number).astype(np.int16)


def level_db(sound: np.ndarray) -> float:
    return 10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-9)


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


def test_the_sound_of_an_hour_is_not_kept() -> None:
    far = FarEnd()
    for second in range(60):
        far.add(count_up(0, RATE), RATE, 1.0 + second)
    assert len(far._sound) <= 2 * KEPT
    assert far.take(60.0, PERIOD) == count_up(0, PERIOD).tobytes()


@pytest.mark.parametrize("delay", [0.01, 0.1, 0.2])
def test_what_the_speaker_plays_is_taken_out(delay: float) -> None:
    random, echo = np.random.default_rng(1), Echo()
    speech = random.standard_normal(8 * RATE) * 3000 * np.abs(np.sin(np.arange(8 * RATE) / RATE * 9))
    room = random.standard_normal(RATE // 10) * np.exp(-np.arange(RATE // 10) / 200) / 10
    late = round(delay * RATE)
    heard = np.pad(np.convolve(speech, room), (late, 0))[: len(speech)] + random.standard_normal(len(speech))
    cleaned: list[bytes] = []
    for at in range(0, len(speech) - PERIOD, PERIOD):
        for first in range(at, at + PERIOD, FRAME_SAMPLES):
            echo.far.add(speech[first : first + FRAME_SAMPLES].astype(np.int16), RATE, 50 + LEAD_S + first / RATE)
        near = heard[at : at + PERIOD].astype(np.int16).tobytes()
        cleaned.append(echo.cancel(50 + (at + PERIOD) / RATE, near) or near)
    after = np.frombuffer(b"".join(cleaned), np.int16)
    assert level_db(heard[4 * RATE :]) - level_db(after[4 * RATE :]) > 20


def test_without_an_echo_a_talker_is_heard_as_loud_as_before_and_a_moment_later() -> None:
    random, echo = np.random.default_rng(1), Echo()
    talker = (random.standard_normal(2 * RATE) * 3000).astype(np.int16)
    echo.far.add(np.zeros(2 * RATE, np.int16), RATE, 50.0)
    cleaned = [
        echo.cancel(50 + (at + PERIOD) / RATE, talker[at : at + PERIOD].tobytes()) or b""
        for at in range(0, len(talker) - PERIOD, PERIOD)
    ]
    after = np.frombuffer(b"".join(cleaned), np.int16)
    assert len(after) == len(cleaned) * PERIOD
    assert abs(level_db(after[RATE:]) - level_db(talker[RATE:])) < 2
    lag = np.argmax(
        np.correlate(after[RATE : RATE + 4_000].astype(float), talker[RATE : RATE + 4_000].astype(float), "full")
    )
    assert LATE <= lag - 3_999 < LATE + RATE // 100
