"""Somebody else who hears what is said here, and answers it: a satellite's server."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from voiced.core.types import Clip, SpeechChunk, Transcript


class Elsewhere(Protocol):
    """Answers speech in the place of voiced's own recogniser, mind and voice."""

    @property
    def ready(self) -> bool:
        """Whether it is there: without it, voiced answers itself."""
        ...

    @property
    def who(self) -> str:
        """The address of who is there; empty: nobody."""
        ...

    def converse(self, speech: AsyncIterator[SpeechChunk]) -> AsyncGenerator[Transcript | str | Clip]:
        """Answers an utterance; whoever calls closes it, which ends the answer where that is early.

        Args:
            speech: as it is spoken.

        Yields:
            What was understood, then the words of the answer and its sound, in any order; all of it may be missing.

        Raises:
            VoicedError: it did not understand, or failed.
        """
        ...

    async def played(self) -> None:
        """Is told that the answer was heard to its end."""
        ...
