"""A sound card that is listened to: an ear's thread that keeps what it hears, and the events."""

import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from voiced.core.config import AudioConfig
from voiced.core.events import AudioFound, AudioLost, AudioSilent
from voiced.core.types import Clip, Frame
from voiced.engines.soundcard import SoundCard

RATE = 16_000


class Listener:
    """Listens until its card is closed."""

    def __init__(self, config: AudioConfig) -> None:
        self.card = SoundCard(config, self._note)
        self.events: list[tuple[float, AudioLost | AudioFound | AudioSilent]] = []
        self.frames: list[Frame] = []
        self.moments: list[float] = []
        self._thread = threading.Thread(target=self._listen, name="ear")
        self._thread.start()

    def seen(self, kind: type, since: float = 0.0) -> list[float]:
        """When events of a kind came, by the monotonic clock."""
        return [moment for moment, event in self.events if isinstance(event, kind) and moment >= since]

    def loud(self, since: float = 0.0) -> list[float]:
        """When frames that are not silent came."""
        pairs = zip(list(self.moments), self.frames, strict=False)
        return [moment for moment, frame in pairs if moment >= since and any(frame.samples)]

    def forget(self) -> None:
        """Forgets the frames so far."""
        del self.frames[:], self.moments[:]

    def samples(self) -> np.ndarray:
        """All that was heard."""
        return np.frombuffer(b"".join(frame.samples for frame in self.frames), np.int16)

    def join(self) -> None:
        self._thread.join()

    def _note(self, event: AudioLost | AudioFound | AudioSilent) -> None:
        self.events.append((time.monotonic(), event))

    def _listen(self) -> None:
        for frame in self.card.frames():
            if frame:
                self.moments.append(time.monotonic())
                self.frames.append(frame)


@asynccontextmanager
async def listening(config: AudioConfig | None = None) -> AsyncGenerator[Listener]:
    """Starts a card and listens to it."""
    listener = Listener(config or AudioConfig(input="mic", output="spk", volume=100))
    try:
        await listener.card.start()
        yield listener
    finally:
        await listener.card.close()
        listener.join()


def tone(hertz: float, seconds: float, rate: int = RATE, size: float = 10_000) -> bytes:
    return (size * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.int16).tobytes()


async def clips(*sounds: Clip) -> AsyncIterator[Clip]:
    for sound in sounds:
        yield sound
