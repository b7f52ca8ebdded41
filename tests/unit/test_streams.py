"""Streams that run ahead of whoever reads them."""

import asyncio

import pytest

from voiced.turn.streams import AHEAD, Ahead


class Source:
    """Counts, and tells how far it came and whether it was closed."""

    def __init__(self, count, error=None):
        self.count, self.error, self.made, self.closed = count, error, 0, False

    async def items(self):
        try:
            for number in range(self.count):
                self.made = number + 1
                yield number
            if self.error:
                raise self.error
        finally:
            self.closed = True


async def settle():
    for _ in range(500):
        await asyncio.sleep(0)


def test_it_runs_ahead_and_not_too_far():
    async def run():
        source = Source(1000)
        ahead = Ahead(source.items(), "test")
        await settle()
        made = source.made
        read = [item async for item in ahead.read()]
        return made, read, source.closed

    made, read, closed = asyncio.run(run())
    assert made == AHEAD + 1
    assert read == list(range(1000))
    assert closed


def test_whoever_reads_is_told_of_a_failure_after_what_came_before():
    async def run():
        reading = Ahead(Source(2, ValueError("broken")).items(), "test").read()
        read = [await anext(reading), await anext(reading)]
        with pytest.raises(ValueError, match="broken"):
            await anext(reading)
        return read

    assert asyncio.run(run()) == [0, 1]


@pytest.mark.parametrize("count", [0, 5, 1000])
def test_one_that_nobody_reads_is_closed_with_its_source(count):
    async def run():
        source = Source(count, ValueError("nobody is told"))
        ahead = Ahead(source.items(), "test")
        await settle()
        await ahead.close()
        await ahead.close()
        return source.closed

    assert asyncio.run(run())


def test_a_reader_that_leaves_closes_the_source():
    async def run():
        source = Source(1000)
        reading = Ahead(source.items(), "test").read()
        async for _ in reading:
            break
        await reading.aclose()
        return source.closed

    assert asyncio.run(run())
