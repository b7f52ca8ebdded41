"""What every recogniser in a child does, whatever happens to it."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.fakes.whisper_files import scripted_file
from voiced.core.errors import DeadlinePassed, EngineDied, SttFailed
from voiced.core.types import RATE, Purpose, SpeechChunk, Transcript
from voiced.engines.child import Child
from voiced.engines.hosted import HostedStt

INTENTS = str(Path(__file__).parents[2] / "config" / "intents")
COMMAND = "what time is it"
Recognising = Callable[..., AbstractAsyncContextManager[tuple[HostedStt, Child]]]


@asynccontextmanager
async def started(engine: str, settings: dict[str, object], deadline_s: float = 20):
    child = Child("stt", engine, settings)
    await child.start()
    try:
        yield HostedStt(child, deadline_s), child
    finally:
        await child.close()


@pytest.fixture(scope="module", params=["pocketsphinx", "whisper"])
def recognising(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recognising:
    """Starts a recogniser in its child; Whisper's model hears the same command in everything."""
    if request.param == "pocketsphinx":
        return partial(started, "pocketsphinx", {"intents": INTENTS, "language": "en"})
    folder = tmp_path_factory.mktemp("whisper")
    model = scripted_file(request.getfixturevalue("recordings"), folder, "What time is it?")
    templates = {"intents": INTENTS, "intents_language": "en"}
    return partial(started, "whisper", {"model": str(model), "language": "en", "threads": 1, **templates})


async def noise(seconds: float, turn: str = "t"):
    random = np.random.default_rng(1)
    for start in range(0, round(seconds * RATE), RATE // 10):
        sound = random.normal(0, 300, RATE // 10).astype("<i2")
        yield SpeechChunk(turn, sound.tobytes(), start)


async def command(turn: str = "t") -> AsyncGenerator[SpeechChunk]:
    """A spoken command, in a room."""
    speak = ["espeak-ng", "-v", "en-us", "-s", "150", "--stdout", COMMAND]
    wave = subprocess.run(speak, capture_output=True, check=True).stdout  # noqa: ASYNC221 (nothing else is to be done)
    samples, rate = soundfile.read(BytesIO(wave), dtype="float32")
    spoken = np.pad(soxr.resample(samples, rate, RATE) * 32_767, RATE // 2)
    sound = (spoken + np.random.default_rng(1).normal(0, 33, len(spoken))).astype("<i2").tobytes()
    for at in range(0, len(sound), 1024):
        yield SpeechChunk(turn, sound[at : at + 1024], at // 2)


def test_a_command_is_understood_in_plain_words(recognising: Recognising):
    async def run():
        async with recognising() as (stt, _):
            return await stt.transcribe(command())

    heard = asyncio.run(run())
    assert heard.text == COMMAND
    assert 0 < heard.confidence <= 1


def test_partial_transcripts_come_while_speech_comes_and_tell_how_far_they_are(recognising: Recognising):
    partials: list[Transcript] = []

    async def run():
        async with recognising() as (stt, _):
            return await stt.transcribe(noise(1.0), Purpose.COMMAND, partials.append)

    last = asyncio.run(run())
    assert [partial.until for partial in partials] == sorted(partial.until for partial in partials)
    assert partials[-1].until == RATE
    assert not any(partial.final for partial in partials)
    assert last.final


@pytest.mark.parametrize(("speech_end", "text"), [(RATE, COMMAND), (0, "")])
def test_whisper_believes_the_ear_where_speech_ended(recordings: Path, tmp_path: Path, speech_end: int, text: str):
    settings = {"language": "en", "threads": 1, "intents": INTENTS, "intents_language": "en"}
    model = scripted_file(recordings, tmp_path, "What time is it?")

    async def at_once() -> AsyncGenerator[SpeechChunk]:
        sound = b"".join([chunk.samples async for chunk in command()])
        yield SpeechChunk("t", sound, 0, speech_end=speech_end)

    async def run():
        async with started("whisper", {"model": str(model), **settings}) as (stt, _):
            return await stt.transcribe(at_once())

    assert asyncio.run(run()).text == text


@pytest.mark.parametrize("purpose", list(Purpose))
def test_noise_is_no_command(recognising: Recognising, purpose):
    async def run():
        async with recognising() as (stt, _):
            return await stt.transcribe(noise(1.5), purpose)

    assert asyncio.run(run()).text == ""


def test_a_transcription_that_is_cancelled_leaves_the_recogniser_ready(recognising: Recognising):
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
def test_one_that_hangs_is_ended_at_its_deadline_however_much_is_said(recognising: Recognising, seconds):
    async def run():
        async with recognising(deadline_s=1) as (stt, child):
            assert child.pid
            os.kill(child.pid, signal.SIGSTOP)
            with pytest.raises(DeadlinePassed):
                await stt.transcribe(noise(seconds))
            return await HostedStt(child, 20).transcribe(noise(0.5))

    assert asyncio.run(run()).text == ""


def test_one_that_dies_is_told_at_once_and_the_next_utterance_works(recognising: Recognising):
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


def test_speech_that_breaks_off_ends_the_transcription(recognising: Recognising):
    async def broken():
        async for chunk in noise(0.3):
            yield chunk
        raise SttFailed("the microphone is on fire")

    async def run():
        async with recognising() as (stt, _):
            with pytest.raises(SttFailed, match="on fire"):
                await stt.transcribe(broken())

    asyncio.run(run())
