"""Sound of any device becomes frames of 16 kHz mono, and clips become sound of any device."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.engines.framing import FRAME_BYTES, framer
from voiced.engines.sound import SILENCE_DB, Outlet, loudness, measure, scale


def tone(hertz: float, seconds: float, rate: int, size: float = 10_000, channels: int = 1) -> np.ndarray:
    samples = (size * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)
    return np.repeat(samples, channels)


def cut(data: bytes, width: int, sizes: list[int]) -> list[bytes]:
    pieces: list[bytes] = []
    while data:
        size = sizes[len(pieces) % len(sizes)] * width
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def loudest_hertz(samples: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_device_becomes_frames_of_16_khz_mono(rate: int, channels: int) -> None:
    framing = framer(rate, channels)
    pieces = cut(tone(440, 2.0, rate, channels=channels).tobytes(), 2 * channels, [480, 1, 333, 1024])
    out = [framing.feed(piece) for piece in pieces] + [framing.flush()]
    assert all(len(frames) % FRAME_BYTES == 0 for frames in out)
    heard = np.frombuffer(b"".join(out), np.int16)
    assert 32_000 <= len(heard) < 32_000 + 2 * 512
    assert loudest_hertz(heard[:32_000], 16_000) == pytest.approx(440, abs=1)
    assert np.abs(heard[1_000:30_000]).max() == pytest.approx(10_000, rel=0.02)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_sound_that_needs_no_change_is_only_framed(sizes: list[int]) -> None:
    data = np.random.default_rng(1).integers(-32768, 32767, sum(sizes), np.int16).tobytes()
    framing = framer(16_000, 1)
    out = b"".join(framing.feed(piece) for piece in cut(data, 2, sizes)) + framing.flush()
    assert out[: len(data)] == data
    assert set(out[len(data) :]) <= {0}
    assert len(out) - len(data) < FRAME_BYTES


def test_resampling_in_pieces_is_resampling_at_once() -> None:
    data = np.random.default_rng(2).integers(-20000, 20000, 48_000, np.int16).tobytes()
    at_once = framer(48_000, 1)
    in_pieces = framer(48_000, 1)
    whole = np.frombuffer(at_once.feed(data) + at_once.flush(), np.int16)
    pieces = [in_pieces.feed(piece) for piece in cut(data, 2, [512, 7])] + [in_pieces.flush()]
    rounding = np.abs(np.frombuffer(b"".join(pieces), np.int16).astype(int) - whole)
    assert rounding.max() <= 2


def test_gain_makes_it_louder_and_never_wraps_around() -> None:
    quiet = framer(16_000, 1, gain_db=6.02)
    heard = np.frombuffer(quiet.feed(np.array([1000, -1000] * 256, np.int16).tobytes()), np.int16)
    assert heard.tolist() == pytest.approx([2000, -2000] * 256, abs=2)
    loud = framer(16_000, 1, gain_db=30)
    heard = np.frombuffer(loud.feed(np.array([30_000, -30_000] * 256, np.int16).tobytes()), np.int16)
    assert heard.tolist() == [32_767, -32_768] * 256


def test_level_peak_and_clipping_are_measured() -> None:
    assert measure(b"") == {"level_db": SILENCE_DB, "peak_db": SILENCE_DB, "clipped": 0}
    assert measure(bytes(1000))["level_db"] == SILENCE_DB
    assert measure(tone(440, 1, 16_000, size=32_767).tobytes())["level_db"] == pytest.approx(-3, abs=0.1)
    reading = measure(np.array([32_767, -32_768, 5], np.int16).tobytes())
    assert (reading["clipped"], reading["peak_db"]) == (2, 0.0)


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_clips_of_several_rates_follow_each_other_without_loss(rate: int) -> None:
    outlet = Outlet(rate, 2)
    parts = []
    for clip_rate in (16_000, 16_000, 22_050, 48_000, 22_050):
        parts += [outlet.feed(piece, clip_rate) for piece in cut(tone(440, 0.5, clip_rate).tobytes(), 2, [1000])]
    parts.append(outlet.flush())
    played = np.concatenate(parts)
    assert len(played) / rate == pytest.approx(2.5, abs=0.001)
    assert np.frombuffer(outlet.spread(played[:100]), np.int16).reshape(-1, 2)[:, 1].tolist() == played[:100].tolist()


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_change_of_volume_is_a_ramp(before: int, after: int) -> None:
    out = scale(np.full(500, 10_000, np.int16), loudness(before), loudness(after)).astype(int)
    assert out[-1] == pytest.approx(10_000 * loudness(after), abs=1)
    assert np.abs(np.diff(out)).max() <= 10_000 * abs(loudness(after) - loudness(before)) / 500 + 1


def test_volume_runs_from_nothing_to_all_and_steps_upwards() -> None:
    factors = [loudness(percent) for percent in range(101)]
    assert (factors[0], factors[100]) == (0, 1)
    assert factors == sorted(set(factors))
