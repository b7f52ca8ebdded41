"""What the speaker plays is taken out of what the microphone hears, and whoever talks over it is not."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.rigs.room import Acoustics, response
from voiced.core.types import FRAME_SAMPLES, RATE
from voiced.engines.echo import LEAD_S, Echo

PERIOD = 2 * FRAME_SAMPLES
SECONDS = 8
AT_S = 50.0


def level_db(sound: np.ndarray) -> float:
    return 10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-9)


def speech(seed: int, seconds: float = SECONDS) -> np.ndarray:
    """Noise that comes and goes as syllables do."""
    count = round(seconds * RATE)
    syllables = np.abs(np.sin(np.arange(count) / RATE * 9))
    return np.random.default_rng(seed).standard_normal(count) * 3000 * syllables


def echo_of(played: np.ndarray, delay: float, seed: int = 1) -> np.ndarray:
    room = response(0.15, 0.3, np.random.default_rng(seed))
    return Acoustics(room, delay, -6).echo(played) + np.random.default_rng(seed).standard_normal(len(played))


def run(echo: Echo, played: np.ndarray, heard: np.ndarray, begins: float = AT_S) -> list[np.ndarray]:
    """What comes of the sound: less its echo by the linear filter, and without it if there is a canceller."""
    found: list[Sequence[bytes]] = []
    for at in range(0, len(played) - PERIOD, PERIOD):
        for first in range(at, at + PERIOD, FRAME_SAMPLES):
            sound = played[first : first + FRAME_SAMPLES].astype(np.int16)
            echo.far.add(sound, RATE, begins + LEAD_S + first / RATE)
        near = np.clip(heard[at : at + PERIOD], -32_768, 32_767).astype(np.int16).tobytes()
        found.append(echo.cancel(begins + (at + PERIOD) / RATE, near))
    return [np.frombuffer(b"".join(sounds), np.int16).astype(float) for sounds in zip(*found, strict=True)]


def with_canceller() -> Echo:
    pytest.importorskip("livekit", reason="the extra `aec` is not installed")
    from voiced.engines.webrtc import Canceller  # noqa: PLC0415 (an extra)

    return Echo(Canceller())


@pytest.mark.parametrize("delay", [0.01, 0.1, 0.15])
def test_what_the_speaker_plays_is_taken_out(delay: float) -> None:
    played = speech(1)
    heard = echo_of(played, delay)
    linear, cancelled = run(with_canceller(), played, heard)
    (alone,) = run(Echo(), played, heard)
    assert np.array_equal(linear, alone)
    for left, least in ((linear, 15), (cancelled, 20)):
        assert level_db(heard[2 * RATE : 7 * RATE]) - level_db(left[2 * RATE : 7 * RATE]) > least


def test_whoever_talks_over_it_is_left_whole_by_the_linear_filter() -> None:
    played, talker = speech(1), speech(2)
    talker[: 4 * RATE] = 0
    heard = echo_of(played, 0.05)
    (left,) = run(Echo(), played, heard + talker)
    both = slice(5 * RATE, 7 * RATE)
    assert level_db(left[both] - talker[both]) < level_db(talker[both]) - 10


def test_a_room_that_changes_is_learned_anew() -> None:
    played, echo = np.tile(speech(1), 2), Echo()
    heard = np.concatenate([echo_of(speech(1), 0.02, seed) for seed in (1, 2)])
    (left,) = run(echo, played, heard)
    for second in (2, SECONDS + 4):
        piece = slice(second * RATE, (second + 3) * RATE)
        assert level_db(heard[piece]) - level_db(left[piece]) > 12


def test_what_was_learnt_of_a_room_is_kept_while_nothing_plays() -> None:
    echo, played = Echo(), speech(1)
    run(echo, played, echo_of(played, 0.02))
    silence = np.zeros(PERIOD, np.int16).tobytes()
    assert echo.cancel(AT_S + 600, silence) == []
    again = speech(3)
    (left,) = run(echo, again, echo_of(again, 0.02), AT_S + 3600)
    assert level_db(echo_of(again, 0.02)[: RATE // 2]) - level_db(left[: RATE // 2]) > 10


def test_without_an_echo_a_talker_is_heard_as_loud_as_before() -> None:
    talker = speech(2, 4)
    linear, cancelled = run(with_canceller(), np.zeros(len(talker)), talker)
    (other,) = run(Echo(), speech(1, 4), talker)
    for left in (linear, cancelled, other):
        assert len(left) == len(linear)
        assert abs(level_db(left[2 * RATE :]) - level_db(talker[2 * RATE : len(left)])) < 2


def test_no_echo_is_made_where_there_is_none() -> None:
    played, quiet = speech(1, 4), np.random.default_rng(2).standard_normal(4 * RATE) * 20
    (left,) = run(Echo(), played, quiet)
    for at in range(0, len(left), RATE // 4):
        assert level_db(left[at : at + RATE // 4]) <= level_db(quiet[at : at + RATE // 4]) + 0.5


def test_nothing_is_taken_out_while_nothing_plays() -> None:
    assert Echo().cancel(AT_S, np.zeros(PERIOD, np.int16).tobytes()) == []
