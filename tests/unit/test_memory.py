"""Memory that is not needed any more is the system's again."""

import asyncio

import psutil

from tests.fakes.clock import JumpingClock
from voiced.core.memory import EVERY_S, keep_small

PIECES, PIECE, APART = 40_000, 2_000, 100
"""Of pieces that are let go of, one in so many stays: its heap cannot shrink from its end."""


def test_what_was_taken_once_is_given_back():
    process = psutil.Process()

    async def run() -> tuple[int, int]:
        clock = JumpingClock()
        keeping = asyncio.create_task(keep_small(clock))
        pieces = [bytes(PIECE) for _ in range(PIECES)]
        stays = pieces[::APART]
        pieces.clear()
        before = process.memory_info().rss
        await clock.settle()
        await clock.advance(EVERY_S)
        while not clock.sleepers:  # noqa: ASYNC110 (a thread sets no event of asyncio)
            await asyncio.sleep(0)
        after = process.memory_info().rss
        keeping.cancel()
        await asyncio.wait([keeping])
        assert len(stays) == PIECES // APART
        return before, after

    before, after = asyncio.run(run())
    assert before - after > PIECES * PIECE / 2
