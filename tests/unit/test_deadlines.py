"""A deadline that is moved in the same moment in which it passes, as on a machine that stood still, has passed."""

import asyncio
import time

import pytest

from voiced.core.errors import DeadlinePassed
from voiced.core.types import SpeechChunk
from voiced.engines.exchange import Exchange
from voiced.engines.wyoming_stt import _Utterance

SOON_S, DEADLINE_S, STALL_S = 0.001, 0.01, 0.05


def stall() -> None:
    """Lets all that is due within the time be due at once, in its order."""
    asyncio.get_running_loop().call_soon(time.sleep, STALL_S)


class SilentLife:
    kind = "silent"


def test_of_a_request_to_a_child():
    async def run():
        killed = []
        exchange = Exchange(1, SilentLife(), killed.append)
        exchange.expect(DEADLINE_S)
        waiting = asyncio.create_task(exchange.receive())

        async def move():
            await asyncio.sleep(SOON_S)
            exchange.expect(10)

        moving = asyncio.create_task(move())
        await asyncio.sleep(0)
        stall()
        with pytest.raises(DeadlinePassed):
            await waiting
        await moving
        return killed

    assert len(asyncio.run(run())) == 1


class SlowConnection:
    """Takes a chunk in just when its time is over."""

    async def send(self, kind, *_):
        if kind == "audio-chunk":
            stall()
            await asyncio.sleep(SOON_S)

    async def receive(self):
        await asyncio.Event().wait()


def test_of_a_server_that_listens():
    async def speech():
        yield SpeechChunk("t", bytes(320), 0)
        await asyncio.Event().wait()

    async def run():
        utterance = _Utterance(SlowConnection(), speech(), DEADLINE_S, {"language": "en"})
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as tasks:
            tasks.create_task(utterance.send(limit))
            await utterance.receive(lambda _: None)

    with pytest.raises(TimeoutError):
        asyncio.run(run())
