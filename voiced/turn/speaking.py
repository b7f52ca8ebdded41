"""A voice that reads what is written: whoever uses it keeps the written words, the voice behind it gets spoken ones."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voiced.core.ports.tts import Tts
from voiced.core.types import Clip
from voiced.turn.speakable import speakable


class SpeakableTts:
    """A voice in front of another. Implements `Tts`, for any text.

    Args:
        tts: speaks plain words.
        language: what is spoken, two letters.
        speed: how fast it is spoken now, 1 for as it is set.
    """

    def __init__(self, tts: Tts, language: str, speed: Callable[[], float] = lambda: 1.0) -> None:
        self._tts = tts
        self._language = language
        self._speed = speed

    async def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """See `Tts`. What leaves nothing to say has no sound."""
        if words := speakable(text, self._language):
            async with aclosing(self._tts.synthesize(words, speed * self._speed())) as clips:
                async for clip in clips:
                    yield clip

    async def close(self) -> None:
        """See `Tts`."""
        await self._tts.close()
