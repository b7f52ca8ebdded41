"""Engines that answer in words."""

from collections.abc import AsyncGenerator
from typing import Protocol

from voiced.core.chat import ChatEnd, Prompt, ToolCall


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
