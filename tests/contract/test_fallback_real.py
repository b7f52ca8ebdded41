"""A server and a child as one recogniser: the server fails in mid-sentence, and the sentence is understood."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
import soundfile

from tests.rigs.sockets import Behaviour, after, saying, serving, silent, slammed
from voiced.core.config import Config, RemoteConfig
from voiced.core.types import RATE, SpeechChunk
from voiced.engines.child import Child, ChildState
from voiced.engines.fallback import FallbackStt
from voiced.engines.hosted import HostedStt
from voiced.engines.wyoming_stt import WyomingStt
from voiced.setup.places import intents_folder

INFO = b'{"type": "info", "data": {"asr": [{"name": "a"}]}}\n'


async def speech(path) -> AsyncIterator[SpeechChunk]:
    samples, _ = soundfile.read(path, dtype="int16")
    for start in range(0, len(samples), RATE // 10):
        await asyncio.sleep(0.005)
        yield SpeechChunk("t", samples[start : start + RATE // 10].tobytes(), start)


def pocketsphinx() -> Child:
    return Child("stt", "pocketsphinx", {"intents": str(intents_folder(Config())), "language": "en"})


@pytest.mark.parametrize(
    "behave",
    [
        slammed,
        silent,
        after(b"\n", silent, INFO),
        after(b"audio-chunk", slammed, INFO),
        after(b"\n", saying(b"{}\n"), INFO),
    ],
    ids=["closes", "says nothing", "does not listen", "dies in mid-sentence", "babbles"],
)
def test_a_child_takes_over_from_a_server(behave: Behaviour, recordings, monkeypatch):
    monkeypatch.setattr("voiced.engines.wyoming.CONNECT_S", 0.3)
    path = recordings / "audio/misc/rhasspy3/what_time_is_it.flac"
    told = []

    async def run():
        child = pocketsphinx()
        await child.start()
        async with serving(behave) as port:
            remote = WyomingStt(RemoteConfig(url=f"tcp://127.0.0.1:{port}"), 0.3)
            engines = [("gpu box", remote), ("pocketsphinx", HostedStt(child, 20))]
            stt = FallbackStt(engines, 15, lambda name, problem: told.append((name, problem is None)))
            heard = [(await stt.transcribe(speech(path))).text for _ in range(4)]
            await stt.close()
            return heard

    assert asyncio.run(run()) == ["what time is it"] * 4
    assert told == [("gpu box", False)]


def test_a_child_that_dies_again_and_again_is_left_alone_and_comes_back(recordings):
    path = recordings / "audio/misc/rhasspy3/what_time_is_it.flac"
    time = [0.0]
    told = []

    async def run():
        first, second = pocketsphinx(), pocketsphinx()
        await asyncio.gather(first.start(), second.start())
        engines = [("first", HostedStt(first, 20)), ("second", HostedStt(second, 20))]
        stt = FallbackStt(engines, 15, lambda name, problem: told.append((name, problem is None)), lambda: time[0])

        async def deadly():
            async for chunk in speech(path):
                if chunk.start == RATE // 2:
                    while first.state is not ChildState.READY:  # noqa: ASYNC110 (it tells nobody)
                        await asyncio.sleep(0.01)
                    os.kill(first.pid, signal.SIGKILL)
                yield chunk

        heard = [(await stt.transcribe(deadly())).text for _ in range(3)]
        time[0] = 1.0
        while first.state is not ChildState.READY:  # noqa: ASYNC110 (the same)
            await asyncio.sleep(0.01)
        heard.append((await stt.transcribe(speech(path))).text)
        await stt.close()
        return heard

    assert asyncio.run(run()) == ["what time is it"] * 4
    assert told == [("first", False), ("first", True)]
