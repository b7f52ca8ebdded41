"""Engines that turn text into speech."""

from collections.abc import AsyncGenerator
from typing import Protocol

from voiced.core.types import Clip


class Tts(Protocol):
    """A speech synthesiser."""

    def synthesize(self, text: str, speed: float = 1.0) -> AsyncGenerator[Clip]:
        """Speaks a text.

        Args:
            text: plain words; see `turn.speakable` for what makes them so.
            speed: how fast, 1 for as it is set; a server that cannot be told speaks as usual.

        Returns:
            The sound, piece by piece, all of one rate; the first before the last is made.

        Raises:
            TtsFailed, EngineDied, DeadlinePassed: the rest cannot be spoken.
        """
        ...

    async def close(self) -> None:
        """Lets go of the engine."""
        ...
