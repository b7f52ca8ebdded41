"""An utterance that can be heard again from its beginning, while it still goes on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import Self

from voiced.core.types import RATE, SAMPLE_BYTES, SpeechChunk


class Replay:
    """Keeps the chunks of an utterance, while the block that it is the context of goes on.

    A task of its own takes the speech in: a recogniser that is given up in the middle must not end it for the next one.

    Args:
        speech: the sound as it comes.
        longest_s: seconds that are kept; nobody hears what follows.
    """

    def __init__(self, speech: AsyncIterator[SpeechChunk], longest_s: float) -> None:
        self._speech = speech
        self._room = round(longest_s * RATE) * SAMPLE_BYTES
        self._chunks: list[SpeechChunk] = []
        self._news = asyncio.Event()
        self._over = False
        self._error: Exception | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen(), name="speech for every recogniser")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    async def again(self) -> AsyncGenerator[SpeechChunk]:
        """The utterance from its beginning, as far as it has come, and then as it goes on."""
        at = 0
        while True:
            while at == len(self._chunks) and not self._over:
                self._news.clear()
                await self._news.wait()
            if at == len(self._chunks):
                break
            yield self._chunks[at]
            at += 1
        if self._error:
            raise self._error

    async def _listen(self) -> None:
        try:
            async for chunk in self._speech:
                self._room -= len(chunk.samples)
                if self._room >= 0:
                    self._chunks.append(chunk)
                    self._news.set()
        except Exception as error:  # noqa: BLE001 (raised again where the speech is heard)
            self._error = error
        finally:
            self._over = True
            self._news.set()
