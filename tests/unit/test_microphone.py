"""What the microphone's thread concludes from the times at which sound comes."""

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pyaudio")
from voiced.engines.microphone import LOST_S, Punctuality, Suspicion

SOUND, ZEROS = b"\1\0" * 512, bytes(1024)


def looks(waits: list[float], sounds: list[bytes] | None = None) -> list[float]:
    """When it looks, in seconds, if sound comes after these waits."""
    suspicion = Suspicion()
    suspicion._last = suspicion._looked = 0.0
    moments = list(accumulate(waits))
    return [
        moment
        for moment, sound in zip(moments, sounds or [SOUND] * len(waits), strict=True)
        if suspicion.grows(moment, sound)
    ]


def test_steady_sound_is_not_suspicious() -> None:
    assert looks([0.032] * 1000) == []


def test_sound_that_comes_in_bursts_is_not_suspicious_for_long() -> None:
    assert len(looks([0.096, 0.001, 0.001] * 1000)) <= 1


def test_a_hiccup_is_looked_after_within_half_a_second_and_once() -> None:
    (moment,) = looks([0.032] * 100 + [0.09] + [0.032] * 200)
    assert 0 < moment - 101 * 0.032 < 0.5


def test_zeros_are_looked_after_about_each_second() -> None:
    assert 10 <= len(looks([0.032] * 320, [ZEROS] * 320)) <= 15


def test_the_start_of_a_stream_may_take_its_time() -> None:
    assert looks([2.0] + [0.032] * 100) == []


@given(st.lists(st.floats(0, 0.2), min_size=40, max_size=40), st.floats(-1e-4, 1e-4))
def test_jitter_and_drift_lose_nothing(late: list[float], drift: float) -> None:
    punctual = Punctuality()
    for second in range(5):
        for number, jitter in enumerate([0.0, *late]):
            seconds = second + number / 41
            punctual.take(seconds * (1 + drift) + jitter, seconds)
        assert not punctual.lost()


@given(st.integers(0, 40), st.floats(LOST_S * 1.1, 10))
def test_a_gap_is_found_within_two_seconds(place: int, gap: float) -> None:
    punctual = Punctuality()
    found = []
    for second in range(4):
        for number in range(41):
            after = (second, number) >= (1, place)
            punctual.take(second + number / 41 + (gap if after else 0), second + number / 41)
        found.append(punctual.lost())
    assert sum(found) == 1
    assert math.isfinite(punctual._usual)
