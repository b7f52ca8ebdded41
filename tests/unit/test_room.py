"""The simulated room does what rooms do."""

import asyncio

import numpy as np
import pytest

from tests.rigs.room import Acoustics, Room, response
from voiced.core.activity import Activity
from voiced.core.types import FRAME_SAMPLES, RATE, Clip, Frame


@pytest.mark.parametrize("level_db", [0.0, -20.0])
def test_an_echo_is_late_and_as_loud_as_it_should_be_however_it_is_cut(level_db: float) -> None:
    random = np.random.default_rng(1)
    sound = random.standard_normal(4 * RATE)
    made = response(0.2, 0.3, np.random.default_rng(2))
    whole = Acoustics(made, 0.1, level_db).echo(sound)
    room = Acoustics(made, 0.1, level_db)
    pieces = [room.echo(sound[at : at + FRAME_SAMPLES]) for at in range(0, len(sound), FRAME_SAMPLES)]
    assert np.allclose(np.concatenate(pieces), whole)
    assert np.abs(whole[: RATE // 10]).max() < 1e-9
    loudness_db = 10 * np.log10(np.mean(whole[RATE:] ** 2) / np.mean(sound**2))
    assert loudness_db == pytest.approx(level_db, abs=1)


@pytest.mark.parametrize("decay_s", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("away_m", [0.1, 2.0])
def test_a_room_dies_away_in_its_time_and_what_is_near_is_heard_directly(away_m: float, decay_s: float) -> None:
    made = response(away_m, decay_s, np.random.default_rng(3))
    first = int(np.flatnonzero(made)[0])
    assert first / RATE * 343 == pytest.approx(away_m, abs=0.05)
    left_db = 10 * np.log10(np.cumsum(made[::-1] ** 2)[::-1] + 1e-12)
    late = left_db[first + RATE // 50]
    down = np.argmax(left_db < late - 20) - (first + RATE // 50)
    assert 3 * down / RATE == pytest.approx(decay_s, rel=0.25)
    direct = 10 * np.log10(np.sum(made[: first + 40] ** 2) / np.sum(made[first + 40 :] ** 2))
    assert direct > 5 if away_m < 1 else direct < 3


def test_the_microphone_hears_the_speaker_and_the_talker_and_nothing_that_was_cut_short() -> None:
    async def nothing() -> None:
        pass

    async def run() -> list[Frame]:
        room = Room(4.0, np.random.default_rng(1), Activity(), nothing, lambda: True, cancels=False)
        room.acoustics = Acoustics(response(0.2, 0.1, np.random.default_rng(2)), 0.0, 0.0)
        room.talk(np.full(RATE // 2, 9_000.0), 3 * RATE)
        sound = np.random.default_rng(3).standard_normal(2 * RATE) * 3_000
        hearing = asyncio.create_task(asyncio.to_thread(lambda: [each for each in room.frames() if each]))
        await room.sleep(0.5)
        playing = asyncio.create_task(room.play(_one(Clip(sound.astype("<i2").tobytes(), RATE)), lambda _: None))
        await room.sleep(1.0)
        playing.cancel()
        return await hearing

    heard = np.frombuffer(b"".join(frame.samples for frame in asyncio.run(run())), "<i2").astype(float)
    loud = [bool(np.std(heard[at : at + RATE // 4]) > 500) for at in range(0, int(2.5 * RATE), RATE // 4)]
    assert loud[:2] == [False] * 2
    assert all(loud[3:5])
    assert not any(loud[8:])
    assert np.median(heard[3 * RATE : 3 * RATE + RATE // 2]) == pytest.approx(9_000, abs=50)


async def _one(clip: Clip):
    yield clip
