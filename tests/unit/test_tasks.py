"""A vital task that fails ends the process; any other end does not."""

import asyncio

import pytest

from voiced.core.tasks import EX_SOFTWARE, ended, together, vital


def outcome(work):
    async def run():
        task = asyncio.create_task(work())
        vital(task)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0)

    asyncio.run(run())


def test_an_unexpected_error_ends_the_process(caplog):
    async def fails():
        raise ZeroDivisionError

    with pytest.raises(SystemExit) as raised:
        outcome(fails)
    assert raised.value.code == EX_SOFTWARE
    assert "fault of voiced" in caplog.text


def test_an_end_in_order_does_not():
    async def ends(): ...

    outcome(ends)


def test_being_cancelled_does_not():
    outcome(asyncio.Event().wait)


def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same():
    async def stubborn():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    async def failing():
        raise ZeroDivisionError

    async def run():
        tasks = [asyncio.create_task(each()) for each in (stubborn, failing, asyncio.Event().wait)]
        await asyncio.sleep(0)
        await ended(tasks)
        assert all(task.done() for task in tasks)

    asyncio.run(run())


@pytest.mark.parametrize("fails", [False, True])
def test_what_works_together_ends_together(fails):
    async def run():
        async def first():
            await begun.wait()
            if fails:
                raise ValueError("it broke")

        async def second():
            begun.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                over.append(True)

        begun, over = asyncio.Event(), []
        if fails:
            with pytest.raises(ValueError, match="it broke"):
                await together(first(), second())
        else:
            await together(first(), second())
        assert over == [True]

    asyncio.run(run())
