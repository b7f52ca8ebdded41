"""Wake words for others: each gets an ear of its own. All of them hear in one thread beside the event loop."""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from msgspec.structs import replace

from voiced import wiring
from voiced.core.config import WakeConfig
from voiced.core.errors import Busy, InputInvalid
from voiced.core.memory import give_back_memory
from voiced.core.types import FRAME_SAMPLES, RATE, SAMPLE_BYTES, Frame
from voiced.ear.cascade import Cascade
from voiced.ear.words import Detection

STREAMS = 4
"""Ears at the same time. Each has models of its own, of some megabytes, and takes a share of a core."""
NICENESS = 5
"""They make way for the room's ear."""
FRAME = FRAME_SAMPLES * SAMPLE_BYTES
PIECE = 16 * FRAME
"""Bytes that are heard at a time: then it is the next one's turn."""


class WakeForOthers:
    """Makes ears for others, and bounds how many there are.

    Args:
        config: the `[wake]` section.

    Attributes:
        words: those that are heard here: what a server hears for us is not for others.
    """

    def __init__(self, config: WakeConfig) -> None:
        self._config = config
        self.words = [name for name, word in config.words.items() if not word.remote]
        self._open = 0
        self._thread = ThreadPoolExecutor(1, "wake words of others", initializer=_make_way)

    @asynccontextmanager
    async def listening(self, names: Sequence[str] = ()) -> AsyncGenerator["OthersEar"]:
        """Listens for some words until the block ends; for all of them where none is named.

        Raises:
            Busy: too many listen.
            VoicedError: the words cannot be heard.
            InputInvalid: a name is none of ours.
        """
        if unknown := [name for name in names if name not in self.words]:
            raise InputInvalid(
                f"there is no wake word {unknown[0][:40]}", hint=f"There are: {', '.join(self.words) or 'none'}."
            )
        if self._open >= STREAMS:
            raise Busy("wake words are heard for too many already", hint="Try again later.")
        self._open += 1
        try:
            words = {name: self._config.words[name] for name in names or self.words}
            cascade = await asyncio.to_thread(wiring.cascade, replace(self._config, words=words))
            try:
                yield OthersEar(cascade, self._thread)
            finally:
                self._thread.submit(_close, cascade)  # After what it still hears.
        finally:
            self._open -= 1


class OthersEar:
    """Hears wake words in the sound of somebody else.

    Args:
        cascade: the words, for this ear alone.
        thread: in which it hears.
    """

    def __init__(self, cascade: Cascade, thread: ThreadPoolExecutor) -> None:
        self._cascade, self._thread = cascade, thread
        self._rest, self._position = b"", 0

    async def hear(self, samples: bytes) -> list[tuple[str, float]]:
        """Takes in the next sound, of any length.

        Args:
            samples: s16le, mono, 16 kHz.

        Returns:
            The words that were heard with it, and after how many seconds of all of the sound.
        """
        found: list[tuple[str, float]] = []
        self._rest += samples
        while len(self._rest) >= FRAME:
            size = min(PIECE, len(self._rest) // FRAME * FRAME)
            piece, self._rest = self._rest[:size], self._rest[size:]
            found += await asyncio.get_running_loop().run_in_executor(self._thread, self._hear, piece)
        return found

    def _hear(self, piece: bytes) -> list[tuple[str, float]]:
        found: list[tuple[str, float]] = []
        for at in range(0, len(piece), FRAME):
            told = self._cascade.hear(Frame(piece[at : at + FRAME], self._position))
            self._position += FRAME_SAMPLES
            found += [(each.word, each.position / RATE) for each in told if isinstance(each, Detection)]
        return found


def _close(cascade: Cascade) -> None:
    cascade.close()
    give_back_memory()


def _make_way() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
