"""The simulated room does what rooms do."""

import asyncio

import numpy as np
import pytest

from tests.rigs.room import Acoustics, Room
from voiced.core.activity import Activity
from voiced.core.types import FRAME_SAMPLES, RATE, Clip, Frame


@pytest.mark.parametrize("level_db", [0.0, -20.0])
def test_an_echo_is_late_and_as_loud_as_it_should_be_however_it_is_cut(level_db: float) -> None:
    random = np.random.default_rng(1)
    sound = random.standard_normal(4 * RATE)
    whole = Acoustics(0.3, 0.1, level_db, np.random.default_rng(2)).echo(sound)
    room = Acoustics(0.3, 0.1, level_db, np.random.default_rng(2))
    pieces = [room.echo(sound[at : at + FRAME_SAMPLES]) for at in range(0, len(sound), FRAME_SAMPLES)]
    assert np.allclose(np.concatenate(pieces), whole)
    assert np.abs(whole[: RATE // 10]).max() < 1e-9
    loudness_db = 10 * np.log10(np.mean(whole[RATE:] ** 2) / np.mean(sound**2))
    assert loudness_db == pytest.approx(level_db, abs=1)


def test_the_microphone_hears_the_speaker_and_the_talker_and_nothing_that_was_cut_short() -> None:
    async def nothing() -> None:
        pass

    async def run() -> list[Frame]:
        room = Room(4.0, np.random.default_rng(1), Activity(), nothing, lambda: True, cancels=False)
        room.acoustics = Acoustics(0.1, 0.0, 0.0, np.random.default_rng(2))
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
