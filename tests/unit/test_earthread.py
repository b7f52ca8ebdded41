"""The ear's thread: its loop turns in silence, too, and its wake words change while it listens."""

import asyncio
import queue
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.rigs.awaiting import until
from voiced.core.config import Config, WakeConfig, WakeWordConfig
from voiced.core.errors import VoicedError
from voiced.core.events import Woke
from voiced.core.types import RATE, Frame
from voiced.earthread import EarThread
from voiced.engines.files import frames
from voiced.turn.controls import EarControls
from voiced.turn.inbox import Inbox
from voiced.turn.progress import Progress


def listening_for(word: str) -> Config:
    return Config(wake=WakeConfig(words={word: WakeWordConfig(micro=word, openwake=word)}))


class Microphone:
    """Hears what it is given; nothing otherwise."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Frame | None] = queue.Queue()
        self.position = 0
        self.closed = False

    def frames(self) -> Iterator[Frame | None]:
        while not self.closed:
            try:
                yield self.waiting.get(timeout=0.01)
            except queue.Empty:
                yield None

    def hear(self, samples: bytes) -> None:
        for frame in frames(samples, self.position):
            self.waiting.put(frame)
            self.position = frame.start + 512


@asynccontextmanager
async def listening(config: Config) -> AsyncGenerator[tuple[EarThread, Microphone, list[object]]]:
    microphone, inbox, heard = Microphone(), Inbox(), []

    async def take() -> None:
        while True:
            heard.append(await inbox.get())

    ear = EarThread(config, microphone, inbox, [], Progress(lambda *_: None, 0.0), EarControls(hears_speaker=True))
    taking, running = asyncio.create_task(take()), asyncio.create_task(ear.run(lambda: None))
    await ear.turns.wait()
    yield ear, microphone, heard
    microphone.closed = True
    await running
    taking.cancel()


def woken(heard: list[object]) -> list[str]:
    return [each.word for each in heard if isinstance(each, Woke)]


@pytest.fixture
def hey_jarvis(tmp_path: Path) -> bytes:
    path = tmp_path / "word.wav"
    subprocess.run(["espeak-ng", "-v", "en-us+robosoft", "-s", "140", "-w", path, "hey jarvis"], check=True)
    sound, rate = soundfile.read(path, dtype="float32")
    padded = np.concatenate([np.zeros(2 * RATE), soxr.resample(sound, rate, RATE), np.zeros(2 * RATE)])
    return (padded * 32_767).astype("<i2").tobytes()


def test_other_wake_words_are_heard_as_soon_as_they_are_set(hey_jarvis: bytes):
    async def main() -> None:
        async with listening(listening_for("alexa")) as (ear, microphone, heard):
            microphone.hear(hey_jarvis)
            await until(microphone.waiting.empty)
            assert woken(heard) == []
            await ear.change(listening_for("hey_jarvis"))
            await until(lambda: ear._next is None, "the ear is the new one")
            microphone.hear(hey_jarvis)
            await until(lambda: woken(heard) == ["hey_jarvis"], "the new word is heard")

    asyncio.run(main())


def test_wake_words_that_cannot_be_loaded_leave_the_ear_as_it_is(hey_jarvis: bytes):
    async def main() -> None:
        async with listening(listening_for("hey_jarvis")) as (ear, microphone, heard):
            with pytest.raises(VoicedError):
                await ear.change(listening_for("/nowhere/word.tflite"))
            microphone.hear(hey_jarvis)
            await until(lambda: woken(heard) == ["hey_jarvis"], "the old word is heard")

    asyncio.run(main())
