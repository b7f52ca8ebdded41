"""What a satellite's server sends to be heard here. It is not trusted: its sound is checked, and bounded."""

import asyncio
from collections.abc import AsyncGenerator

from voiced.control.wyoming.services import USUAL
from voiced.core.errors import HomeFailed, WireBroken
from voiced.core.types import SAMPLE_BYTES, Clip, Transcript
from voiced.core.wire import Message

ANSWER_S = 45.0
"""From one event of an answer to the next: the longest utterance, and the time to answer it."""
LONGEST_BYTES = 16 * 1024 * 1024
"""An answer or an announcement: nearly three minutes of the best sound that is sent."""
PIECE_BYTES = 128
"""What a piece of an answer takes besides its content, however little that is."""
RATES = range(8_000, 48_001)


class Sound:
    """Sound as it comes in.

    Args:
        start: its beginning, which tells its form.

    Raises:
        WireBroken: that cannot be played.
    """

    def __init__(self, start: Message) -> None:
        form = USUAL | start.data
        self._rate = form["rate"]
        if not (isinstance(self._rate, int) and self._rate in RATES and (form["width"], form["channels"]) == (2, 1)):
            raise WireBroken("sound comes in a form that cannot be played")
        self._samples = bytearray()

    def piece(self, samples: bytes) -> Clip:
        """A piece of it, to be played by itself. Raises `WireBroken` where that is not possible."""
        if len(samples) % SAMPLE_BYTES:
            raise WireBroken("there is half a sample of sound")
        return Clip(samples, self._rate)

    def add(self, samples: bytes) -> None:
        """Keeps a piece of it for `clip`. Raises `WireBroken` where it cannot be played, or is too much."""
        self._samples += self.piece(samples).samples
        if len(self._samples) > LONGEST_BYTES:
            raise WireBroken("there is too much sound")

    @property
    def clip(self) -> Clip:
        """All that was kept."""
        return Clip(bytes(self._samples), self._rate)


class Answer:
    """An answer: taken in as fast as it comes, told as fast as it is wanted."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[Transcript | str | Clip | HomeFailed | None] = asyncio.Queue()
        self._sound: Sound | None = None
        self._taken = 0

    def take(self, message: Message) -> None:
        """Takes in what belongs to it; what else is done meanwhile is none of it.

        Raises:
            WireBroken: it is too long, or its sound cannot be played.
        """
        match message.type:
            case "transcript":
                self._put(Transcript(text := _text(message)), len(text))
            case "synthesize":
                self._put(text := _text(message), len(text))
            case "audio-start":
                self._sound = Sound(message)
            case "audio-chunk" if self._sound:
                self._put(self._sound.piece(message.payload), len(message.payload))
            case "audio-stop" if self._sound:
                self._put(None)
            case "error":
                self.fail(HomeFailed(f"Home Assistant failed: {str(message.data.get('code'))[:40]}"))
            case _:
                pass

    def fail(self, error: HomeFailed) -> None:
        """Nothing more comes of it."""
        self._put(error)

    def _put(self, item: Transcript | str | Clip | HomeFailed | None, size: int = 0) -> None:
        self._taken += size + PIECE_BYTES
        if self._taken > LONGEST_BYTES and not isinstance(item, HomeFailed):
            raise WireBroken("the answer is too long")
        self._told.put_nowait(item)

    async def told(self) -> AsyncGenerator[Transcript | str | Clip]:
        """What it tells, up to the end of its sound.

        Raises:
            HomeFailed: nothing more comes of it.
        """
        while True:
            try:
                async with asyncio.timeout(ANSWER_S):
                    item = await self._told.get()
            except TimeoutError:
                raise HomeFailed("Home Assistant does not answer") from None
            if item is None:
                return
            if isinstance(item, HomeFailed):
                raise item
            yield item


def _text(message: Message) -> str:
    return str(message.data.get("text") or "")
