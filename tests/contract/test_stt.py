"""What every recogniser in a child does, whatever happens to it."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from voiced.children import children_of
from voiced.core.config import Config
from voiced.core.errors import DeadlinePassed, EngineDied, SttFailed
from voiced.core.types import RATE, Purpose, SpeechChunk, Transcript
from voiced.engines.child import Child
from voiced.engines.hosted import HostedStt


@asynccontextmanager
async def recognising(deadline_s: float = 20) -> AsyncGenerator[tuple[HostedStt, Child]]:
    child = children_of(Config(), "stt")[0]
    await child.start()
    try:
        yield HostedStt(child, deadline_s), child
    finally:
        await child.close()


async def noise(seconds: float, turn: str = "t"):
    random = np.random.default_rng(1)
    for start in range(0, round(seconds * RATE), RATE // 10):
        sound = random.normal(0, 300, RATE // 10).astype("<i2")
        yield SpeechChunk(turn, sound.tobytes(), start)


def test_partial_transcripts_come_while_speech_comes_and_tell_how_far_they_are():
    partials: list[Transcript] = []

    async def run():
        async with recognising() as (stt, _):
            return await stt.transcribe(noise(1.0), Purpose.COMMAND, partials.append)

    last = asyncio.run(run())
    assert [partial.until for partial in partials] == sorted(partial.until for partial in partials)
    assert partials[-1].until == RATE
    assert not any(partial.final for partial in partials)
    assert last.final


@pytest.mark.parametrize("purpose", list(Purpose))
def test_noise_is_no_command(purpose):
    async def run():
        async with recognising() as (stt, _):
            return await stt.transcribe(noise(1.5), purpose)

    assert asyncio.run(run()).text == ""


def test_a_transcription_that_is_cancelled_leaves_the_recogniser_ready():
    async def run():
        async with recognising() as (stt, child):
            before = child.pid
            for _ in range(3):
                task = asyncio.create_task(stt.transcribe(noise(30)))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
            await stt.transcribe(noise(0.5))
            return before == child.pid

    assert asyncio.run(run())


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_one_that_hangs_is_ended_at_its_deadline_however_much_is_said(seconds):
    async def run():
        async with recognising(deadline_s=1) as (stt, child):
            assert child.pid
            os.kill(child.pid, signal.SIGSTOP)
            with pytest.raises(DeadlinePassed):
                await stt.transcribe(noise(seconds))
            return await HostedStt(child, 20).transcribe(noise(0.5))

    assert asyncio.run(run()).text == ""


def test_one_that_dies_is_told_at_once_and_the_next_utterance_works():
    async def run():
        async with recognising() as (stt, child):

            async def speech():
                async for chunk in noise(0.3):
                    yield chunk
                os.kill(child.pid, signal.SIGKILL)
                await asyncio.Event().wait()

            with pytest.raises(EngineDied):
                await stt.transcribe(speech())
            return await stt.transcribe(noise(0.5))

    assert asyncio.run(run()).text == ""


def test_speech_that_breaks_off_ends_the_transcription():
    async def broken():
        async for chunk in noise(0.3):
            yield chunk
        raise SttFailed("the microphone is on fire")

    async def run():
        async with recognising() as (stt, _):
            with pytest.raises(SttFailed, match="on fire"):
                await stt.transcribe(broken())

    asyncio.run(run())
