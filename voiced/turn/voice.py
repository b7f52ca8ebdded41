"""A text on its way through the synthesiser to the speaker, and how much of it was really said."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from voiced.core.ports.audio import Played
from voiced.core.ports.tts import Tts
from voiced.core.types import Clip
from voiced.turn.sentences import clauses, spoken_part

SLACK_S = 0.05
"""A speaker tells how far it has come once a period or so: what it does not tell for so long was played."""


class Voice:
    """One answer being spoken.

    Args:
        text: what to say.
        tts: the synthesiser.
        ready: called when the first sound is ready.
        started: called with the position at which the first sample left the speaker.
    """

    def __init__(self, text: str, tts: Tts, *, ready: Callable[[], None], started: Callable[[int], None]) -> None:
        self.text = text
        self._tts = tts
        self._ready = ready
        self._started = started
        self._clauses: list[tuple[str, float]] = []
        self._complete = False
        self._played: Played | None = None

    async def clips(self) -> AsyncGenerator[Clip]:
        """The sound, clause by clause, as it becomes ready."""
        for clause in clauses(self.text):
            seconds = 0.0
            self._clauses.append((clause, seconds))
            async with aclosing(self._tts.synthesize(clause)) as clips:
                async for clip in clips:
                    self._ready()
                    seconds += clip.seconds
                    self._clauses[-1] = (clause, seconds)
                    yield clip
        self._complete = True

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
    def complete(self) -> bool:
        """Whether all of it was said."""
        return self._complete and self.said == " ".join(clauses(self.text))
