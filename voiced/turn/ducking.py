"""Falling silent at once where somebody talks over what is said, before it is known what they say.

An order is then heard undisturbed, and the word that was talked over need not be heard by the recogniser for the room
to be silent. Nothing pauses: who only coughed misses little, and a television is not waited for.
"""

import asyncio

from voiced.core.ports.clock import Clock
from voiced.core.tasks import vital
from voiced.turn.manner import Manner

DUCKED_S = 1.5
"""An order is said and understood within it, a second one too where the first was not."""
TIMES = 3
"""So often in one turn: who talks on is a television, or does not mind."""


class Ducking:
    """Silences what is said for a moment.

    Args:
        manner: how loud it is.
        clock: the time.
    """

    def __init__(self, manner: Manner, clock: Clock) -> None:
        self._manner, self._clock = manner, clock
        self._left = 0
        self._task: asyncio.Task[None] | None = None

    def begin(self, *, rings: bool) -> None:
        """A turn begins, as loud as it is meant to be.

        Args:
            rings: it is to be noticed, and stays loud. Nor can a filter tell tones from a talker as it can speech.
        """
        self.close()
        self._left = 0 if rings else TIMES

    def duck(self) -> bool:
        """Somebody talks; tells whether it falls silent because of that."""
        if not self._left or (self._task and not self._task.done()):
            return False
        self._left -= 1
        self._manner.duck(on=True)
        self._task = asyncio.create_task(self._end(), name="quiet for a moment")
        vital(self._task)
        return True

    def close(self) -> None:
        """Lets go of the clock."""
        if self._task:
            self._task.cancel()

    async def _end(self) -> None:
        await self._clock.sleep(DUCKED_S)
        self._manner.duck(on=False)
