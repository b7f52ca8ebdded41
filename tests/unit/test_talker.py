"""Whether somebody else talks, by what a filter leaves of a sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rigs.room import Acoustics, response
from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.engines.echo import LEAD_S, Echo
from voiced.engines.talker import FAINT, LATE, MARGIN, SETTLING_S, WINDOW_S, Talker

BLOCK = 64
WINDOW, SETTLING = round(WINDOW_S * RATE) // BLOCK, round(SETTLING_S * RATE) // BLOCK
energies = st.floats(0, 1e12)


@given(st.lists(st.tuples(energies, energies), min_size=1, max_size=100), st.floats(0, 0.99))
def test_no_more_than_is_expected_is_nobody(blocks: list[tuple[float, float]], share: float) -> None:
    talker = Talker(BLOCK)
    for expected, echo in blocks:
        talker.hear(share * MARGIN * (expected + LATE * echo), expected, echo)
        assert not talker.talks


@given(st.lists(st.tuples(energies, energies), max_size=100), energies, st.floats(1.01, 1e3))
def test_much_more_is_somebody_within_a_syllable(
    before: list[tuple[float, float]], expected: float, times: float
) -> None:
    talker = Talker(BLOCK)
    for left, guess in before + [(0.0, 0.0)] * SETTLING:
        talker.hear(left, guess, 0.0)
    for _ in range(WINDOW):
        talker.hear(times * (MARGIN * expected + FAINT * BLOCK), expected, 0.0)
    assert talker.talks
    for _ in range(WINDOW):
        talker.hear(0.9 * FAINT * BLOCK, 0.0, 0.0)
    assert not talker.talks, "what is faint is nobody"


def test_nobody_is_told_of_until_it_is_seen_whether_the_room_is_the_same() -> None:
    talker = Talker(BLOCK)
    told: list[bool] = []
    for number in range(2 * SETTLING):
        talker.hear(1e9 if number >= WINDOW else 0.0, 0.0, 0.0)
        told.append(talker.talks)
    assert told == [False] * (SETTLING - 1) + [True] * (SETTLING + 1)
    talker.forget()
    talker.hear(1e9, 0.0, 0.0)
    assert not talker.talks


def test_an_echo_that_comes_late_is_nobody() -> None:
    talker = Talker(BLOCK)
    for number in range(10 * WINDOW):
        late = 1e9 * 10 ** (-0.35 * number / 10)
        talker.hear(LATE * MARGIN * late, 0.0, 1e9 if number == 0 else 0.0)
        assert not talker.talks


def syllables(seed: int, seconds: float, loud: float) -> np.ndarray:
    """Noise that comes and goes as syllables do."""
    count = round(seconds * RATE)
    return np.random.default_rng(seed).standard_normal(count) * loud * np.abs(np.sin(np.arange(count) / RATE * 9))


def talks_at(played: np.ndarray, level_db: float, decay_s: float, hum: float, talk: np.ndarray, at: int) -> list[int]:
    """Where somebody is found to talk, in a room with a hum that is so loud."""
    echo = Echo()
    room = response(0.2, decay_s, np.random.default_rng(3))
    rumbles = np.cumsum(np.random.default_rng(5).standard_normal(len(played)))
    rumbles = rumbles[80:] - rumbles[:-80]
    heard = Acoustics(room, 0.05, level_db).echo(played) + np.random.default_rng(2).standard_normal(len(played)) * 3
    heard[80:] += rumbles * hum / rumbles.std()
    heard[at : at + len(talk)] += talk
    told: list[int] = []
    for start in range(0, len(played) - FRAME_SAMPLES, FRAME_SAMPLES):
        piece = slice(start, start + FRAME_SAMPLES)
        echo.far.add(played[piece].astype(np.int16), RATE, 1 + start / RATE + LEAD_S)
        echo.cancel(1 + (start + FRAME_SAMPLES) / RATE, np.clip(heard[piece], -32_768, 32_767).astype("<i2").tobytes())
        told += [start + FRAME_SAMPLES] if echo.talker else []
    return told


@pytest.mark.parametrize("hum", [0, 100])
@pytest.mark.parametrize(("level_db", "decay_s"), [(0, 0.2), (-15, 0.7), (-80, 0.3)])
def test_a_talker_is_told_from_an_echo_from_the_first_sound_on(level_db: float, decay_s: float, hum: float) -> None:
    begins, ends = 4 * RATE, 9 * RATE // 2
    told = talks_at(syllables(1, 6, 3000), level_db, decay_s, hum, syllables(4, 0.5, 3000), begins)
    assert begins < told[0] <= begins + 0.2 * RATE
    assert told[-1] <= ends + 0.5 * RATE


@pytest.mark.parametrize("hum", [10, 100, 1000])
@pytest.mark.parametrize("level_db", [0, -25, -80])
def test_what_hums_all_the_time_is_nobody(level_db: float, hum: float) -> None:
    played = syllables(1, 6, 3000)
    played[3 * RATE : 9 * RATE // 2] = 0  # It fell silent because of somebody.
    assert talks_at(played, level_db, 0.4, hum, np.zeros(0), 0) == []
