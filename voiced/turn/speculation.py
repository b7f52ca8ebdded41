"""An answer that is begun before it is certain that the question is over, and thrown away if it was not."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from voiced.core.types import RATE, Transcript
from voiced.turn.voice import Voice

STABLE_S = 0.1
"""Seconds of sound through which the words stay the same before they are taken for the whole question."""
TRIES = 3
"""Answers that are begun in vain in one turn; then the end of the question is waited for."""


class Speculation:
    """Watches what is understood so far, and begins an answer as soon as the words stand still.

    Leaving it ends all that was begun.

    Args:
        begin: begins to answer a question; returns None for one that is not worth it.
    """

    def __init__(self, begin: Callable[[str], Voice | None]) -> None:
        self._begin = begin
        self._text, self._since, self._tried = "", 0, ""
        self._answer: Voice | None = None
        self._begun: list[Voice] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Nothing is begun yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits until all of it has ended."""
        await asyncio.gather(*(voice.close() for voice in self._begun), *self._ending)

    def hear(self, heard: Transcript) -> None:
        """Takes in what is understood so far."""
        if heard.text != self._text:
            self._text, self._since = heard.text, heard.until
            self._drop()
        still = heard.until - self._since >= STABLE_S * RATE
        if still and heard.text not in ("", self._tried) and len(self._begun) < TRIES:
            self._tried = heard.text
            self._answer = self._begin(heard.text)
            if self._answer:
                self._begun.append(self._answer)

    def take(self, question: str) -> Voice | None:
        """The answer to what was asked in the end, if it was begun; any other is thrown away."""
        if question != self._text:
            self._drop()
        return self._answer

    def _drop(self) -> None:
        """The engines are needed for something else."""
        if self._answer is not None:
            ending = asyncio.create_task(self._answer.close(), name="an answer that nobody wants")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            self._answer = None
