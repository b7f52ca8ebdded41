"""What a language model on another machine is not told."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import takewhile

from msgspec.structs import replace

from voiced.core.chat import ChatEnd, ChatMessage, Prompt, ToolCall
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.errors import TooPrivate
from voiced.core.ports.llm import Llm
from voiced.core.privacy import allowed


class DiscreetLlm:
    """A language model in front of another, which is on another machine. Implements `Llm`.

    What is too private to leave this one is not asked there, and of the conversation before a question only what was
    said since is told.

    Args:
        llm: the one on the other machine.
        policy: what may leave this one.
    """

    def __init__(self, llm: Llm, policy: PrivacyConfig) -> None:
        self._llm = llm
        self._policy = policy

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Llm`.

        Raises:
            TooPrivate: the question may not leave this machine.
        """
        async with aclosing(self._llm.chat(self._tellable(prompt))) as items:
            async for item in items:
                yield item

    async def prefill(self, prompt: Prompt) -> None:
        """See `Llm`."""
        await self._llm.prefill(self._tellable(prompt))

    async def close(self) -> None:
        """See `Llm`."""
        await self._llm.close()

    def _tellable(self, prompt: Prompt) -> Prompt:
        since = tuple(takewhile(self._may_leave, reversed(prompt.messages)))[::-1]
        # What follows a question, such as what a tool found, tells of it.
        asked = not prompt.messages or any(message.role == "user" for message in since)
        if not asked or not all(map(self._may_leave, prompt.stable)):
            raise TooPrivate("that is too private to be sent to another machine")
        tools = tuple(tool for tool in prompt.tools if allowed(self._policy, tool.privacy, "remote"))
        return replace(prompt, messages=since, tools=tools)

    def _may_leave(self, message: ChatMessage) -> bool:
        return allowed(self._policy, message.privacy, "remote")
