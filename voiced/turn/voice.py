"""A text on its way through the synthesiser to the speaker, and how much of it was really said."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voiced.core.ports.audio import Played
from voiced.core.ports.tts import Tts
from voiced.core.types import Clip
from voiced.turn.sentences import Clauses, spoken_part
from voiced.turn.streams import Ahead

SLACK_S = 0.05
"""A speaker tells how far it has come once a period or so: what it does not tell for so long was played."""


class Voice(ABC):
    """One answer being spoken, also while it is still being made.

    Args:
        ready: called when the first sound is ready.
        started: called with the position at which the first sample left the speaker.

    Attributes:
        text: its words, as far as they are known.
    """

    def __init__(self, *, ready: Callable[[], None], started: Callable[[int], None]) -> None:
        self.text = ""
        self._ready = ready
        self._started = started
        self._clauses: list[tuple[str, float]] = []
        self._ahead: Ahead[Clip] | None = None
        self._complete = False
        self._played: Played | None = None

    def begin(self) -> None:
        """Begins to make the sound before anybody asks for it; `close` if nobody will."""
        self._ahead = Ahead(self._sound(), "an answer that is begun early")

    async def close(self) -> None:
        """Ends what was begun."""
        if self._ahead:
            await self._ahead.close()

    async def clips(self) -> AsyncGenerator[Clip]:
        """The sound, clause by clause, as it becomes ready."""
        async with aclosing(self._ahead.read() if self._ahead else self._sound()) as clips:
            async for clip in clips:
                self._ready()
                yield clip

    @abstractmethod
    async def read(self) -> str:
        """The whole text, without a sound."""

    @abstractmethod
    def _sound(self) -> AsyncGenerator[Clip]:
        """Makes the sound; notes in `_clauses` how long that of each is, and in `_complete` that this was all."""

    def progress(self, played: Played) -> None:
        """Takes in how far the speaker has come."""
        if self._played is None:
            self._started(played.position)
        self._played = played

    @property
    def said(self) -> str:
        """The words that left the speaker."""
        left = self._played.seconds + SLACK_S if self._played and self._played.seconds else 0.0
        words: list[str] = []
        for index, (clause, seconds) in enumerate(self._clauses, 1):
            # A clause without a sound, such as a picture, is said with the one before.
            silent = float(left > 0 and (self._complete or index < len(self._clauses)))
            share = left / seconds if seconds else silent
            words.append(spoken_part(clause, share))
            left = max(0.0, left - seconds)
        return " ".join(filter(None, words))

    @property
    def seconds(self) -> float:
        """How long all that was made of it sounds, heard or not."""
        return sum(seconds for _, seconds in self._clauses)

    @property
    def complete(self) -> bool:
        """Whether all of it was said."""
        return self._complete and self.said == " ".join(clause for clause, _ in self._clauses)


class Synthesized(Voice):
    """An answer in our own voice.

    Args:
        text: what to say, piece by piece.
        tts: the synthesiser.
        ready, started: see `Voice`.
    """

    def __init__(
        self, text: AsyncGenerator[str], tts: Tts, *, ready: Callable[[], None], started: Callable[[int], None]
    ) -> None:
        super().__init__(ready=ready, started=started)
        self._pieces, self._tts = text, tts

    async def read(self) -> str:
        """See `Voice`."""
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                self.text += piece
        return self.text

    async def _sound(self) -> AsyncGenerator[Clip]:
        async with aclosing(self._whole_clauses()) as clauses:
            async for clause in clauses:
                seconds = 0.0
                self._clauses.append((clause, seconds))
                async with aclosing(self._tts.synthesize(clause)) as clips:
                    async for clip in clips:
                        seconds += clip.seconds
                        self._clauses[-1] = (clause, seconds)
                        yield clip
        self._complete = True

    async def _whole_clauses(self) -> AsyncGenerator[str]:
        splitter = Clauses()
        async with aclosing(self._pieces) as pieces:
            async for piece in pieces:
                self.text += piece
                for clause in splitter.feed(piece):
                    yield clause
        for clause in splitter.finish():
            yield clause


class Relayed(Voice):
    """An answer that somebody else has worded and spoken already: its sound is played, whatever its words are.

    Args:
        answer: its words and its sound, in any order; what is neither is left out.
        ready, started: see `Voice`.
    """

    def __init__(
        self, answer: AsyncGenerator[object], *, ready: Callable[[], None], started: Callable[[int], None]
    ) -> None:
        super().__init__(ready=ready, started=started)
        self._answer = answer

    async def read(self) -> str:
        """See `Voice`."""
        async with aclosing(self._sound()) as sound:
            async for _ in sound:
                pass
        return self.text

    async def _sound(self) -> AsyncGenerator[Clip]:
        seconds = 0.0
        async with aclosing(self._answer) as answer:
            async for each in answer:
                if isinstance(each, Clip):
                    seconds += each.seconds
                elif isinstance(each, str):
                    self.text = f"{self.text} {each}".strip()
                self._clauses = [(self.text, seconds)]
                if isinstance(each, Clip):
                    yield each
        self._complete = True
