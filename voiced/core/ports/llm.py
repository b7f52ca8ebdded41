"""Engines that answer in words."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from voiced.core.chat import ChatEnd, Prompt, ToolCall
from voiced.core.errors import VoicedError

Tried = Callable[[str, VoicedError | None], None]
"""Told a model's name, and its problem where it failed; None with its first word."""


class Llm(Protocol):
    """A language model."""

    def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """Answers a prompt.

        Args:
            prompt: the question and all that belongs to it.

        Returns:
            Pieces of text as they are made, or the tools that are asked for; a `ChatEnd` is the last item. Closing it
            early ends the work.

        Raises:
            LlmFailed, EngineDied, DeadlinePassed: there is no (further) answer.
        """
        ...

    async def prefill(self, prompt: Prompt) -> None:
        """Takes in what is known of a prompt already, so that the answer to one that begins so comes sooner.

        It is no promise: an engine that cannot do it, or is busy, does nothing. Cancelling it ends the work.

        Raises:
            LlmFailed, EngineDied, DeadlinePassed: it went wrong.
        """
        ...

    async def close(self) -> None:
        """Lets go of the engine."""
        ...


class ModelState(Struct, frozen=True):
    """How one of several models does.

    Attributes:
        name: what the configuration calls it.
        far: what it is told leaves this machine.
        problem: why it is left alone for now; empty: it is not.
        latency_s: how long its last answer took to begin; None where that is not known, or long ago.
    """

    name: str
    far: bool = False
    problem: str = ""
    latency_s: float | None = None


class Models(Protocol):
    """Several language models, each of which may be asked first."""

    def states(self) -> Sequence[ModelState]:
        """How they do, in their configured order."""
        ...

    def chat(self, prompt: Prompt, order: Sequence[str], tried: Tried) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """Answers a prompt: see `Llm`. One that fails before its first word is followed by the next.

        Args:
            prompt: the question and all that belongs to it.
            order: the models to ask, by name, at least one; no others.
            tried: told what becomes of each that is asked.
        """
        ...

    async def prefill(self, prompt: Prompt) -> None:
        """See `Llm`: for the model that would be asked first."""
        ...

    async def close(self) -> None:
        """Lets go of all of them."""
        ...
