"""What the log says of a connection that comes and goes."""

import asyncio
import logging

from tests.fakes.clock import JumpingClock
from voiced.home.losses import APART_S, Losses


def test_each_loss_is_told_of_once_and_its_end(caplog):
    caplog.set_level(logging.INFO)
    clock = JumpingClock()
    losses = Losses("the broker", clock)

    async def run():
        losses.connected()
        for _ in range(3):
            for _ in range(4):
                losses.lost("it hung up")
            losses.connected()
            await clock.advance(APART_S)

    asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == [
        "connected to the broker",
        *(["it hung up", "connected to the broker"] * 3),
    ]


def test_what_comes_and_goes_all_the_time_is_told_of_once_a_minute(caplog):
    caplog.set_level(logging.INFO)
    clock = JumpingClock()
    losses = Losses("the broker", clock)

    async def run():
        losses.connected()
        for second in range(600):
            losses.lost(f"it hung up, {second}")
            losses.connected()
            await clock.advance(1)

    asyncio.run(run())
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 10
    assert len(caplog.records) == 21


def test_a_problem_that_became_another_one_is_told_of_when_its_time_comes(caplog):
    clock = JumpingClock()
    losses = Losses("the broker", clock)

    async def run():
        losses.lost("nobody is there")
        losses.lost("the password is wrong")
        await clock.advance(APART_S)
        losses.lost("the password is wrong")

    asyncio.run(run())
    assert [record.getMessage() for record in caplog.records] == ["nobody is there", "the password is wrong"]
