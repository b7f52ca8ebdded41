"""Memory that is not needed any more is the system's again."""

import asyncio
import gc
import subprocess
import sys

import psutil

from tests.conftest import ROOT
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


def test_garbage_is_looked_for_also_where_the_ear_hangs_while_it_is_loaded():
    async def run() -> None:
        clock = JumpingClock()
        keeping = asyncio.create_task(keep_small(clock))
        await clock.settle()
        await clock.advance(EVERY_S)
        keeping.cancel()
        await asyncio.wait([keeping])

    gc.disable()
    try:
        asyncio.run(run())
        assert gc.isenabled()
    finally:
        gc.enable()


BIG_PIECES = """
import psutil
from voiced.core.memory import share_memory
share_memory()
learnt = b"x" * 8_000_000
del learnt
big, small = [], []
for number in range(100):
    big.append(b"x" * (500_000 + number))
    small.append(bytes(2_000))
process = psutil.Process()
before = process.memory_info().rss
big.clear()
print(before - process.memory_info().rss)
"""


def test_big_pieces_go_back_at_once_though_small_ones_lie_between():
    done = subprocess.run([sys.executable, "-c", BIG_PIECES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000
