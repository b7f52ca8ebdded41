"""Engines that turn speech into text."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from voiced.core.types import Purpose, SpeechChunk, Transcript


class Stt(Protocol):
    """A speech recogniser."""

    async def transcribe(
        self,
        speech: AsyncIterator[SpeechChunk],
        purpose: Purpose = Purpose.COMMAND,
        partial: Callable[[Transcript], None] = lambda _: None,
    ) -> Transcript:
        """Transcribes one utterance while it is spoken.

        Args:
            speech: the sound as it comes; its end is the end of the utterance.
            purpose: what it is listened to for.
            partial: told what is understood so far. An engine that cannot tell never calls it.

        Returns:
            The final transcript. Its text is empty where nothing was said or nothing was understood.

        Raises:
            SttFailed, EngineDied, DeadlinePassed: there is no transcript.
        """
        ...

    async def close(self) -> None:
        """Lets go of the engine."""
        ...
