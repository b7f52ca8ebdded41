"""A language model that lives in a child, as the port that the rest knows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import msgspec

from voiced.core.chat import ChatEnd, Prompt, ToolCall
from voiced.core.errors import LlmFailed
from voiced.core.wire import PAYLOAD_LIMIT, Message
from voiced.engines.child import Child

SLACK_S = 1.0
"""The child ends an answer itself when its time is over; one that does not do it so long after hangs."""
BESIDES = 2
"""Items of an answer that are no text: the call of a tool, and the end."""


class HostedLlm:
    """A language model in a child. Implements `Llm`.

    Args:
        child: started elsewhere.
        deadline_s: how long the first piece of an answer, and each next one, may take.
    """

    def __init__(self, child: Child, deadline_s: float) -> None:
        self._child = child
        self._deadline_s = deadline_s
        # The child does one thing after the other: a request in its inbox would keep it from seeing that the one
        # before it was let go of.
        self._turn = asyncio.Lock()

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Llm`."""
        payload = _encode(prompt)
        clock = asyncio.get_running_loop().time
        until = clock() + prompt.budget_s
        async with self._alone(until), self._child.exchange(deadline_s=self._deadline_s) as exchange:
            await exchange.send("chat", payload=payload)
            for _ in range(prompt.max_tokens + BESIDES):
                # Whoever reads slowly still gets all that was made in time.
                exchange.expect(min(self._deadline_s, max(0, until - clock()) + SLACK_S))
                item = _item(await exchange.receive())
                yield item
                if isinstance(item, ChatEnd):
                    return
        raise LlmFailed("the language model says more than it may")

    async def prefill(self, prompt: Prompt) -> None:
        """See `Llm`."""
        if self._turn.locked():
            return
        with suppress(TimeoutError):
            async with self._turn, self._child.exchange(deadline_s=self._deadline_s) as exchange:
                exchange.expect(None)  # One that takes long is let go of, and not ended with its process.
                async with asyncio.timeout(self._deadline_s):
                    await exchange.send("prefill", payload=_encode(prompt))
                    await exchange.receive()

    @asynccontextmanager
    async def _alone(self, until: float) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout_at(until):
                await self._turn.acquire()
        except TimeoutError:
            raise LlmFailed("the language model answers somebody else", hint="Ask again in a moment.") from None
        try:
            yield
        finally:
            self._turn.release()

    async def close(self) -> None:
        """See `Llm`."""
        await self._child.close()


def _encode(prompt: Prompt) -> bytes:
    payload = msgspec.json.encode(prompt)
    if len(payload) > PAYLOAD_LIMIT:
        raise LlmFailed(f"a prompt of {len(payload)} bytes is too long", hint="Ask with less of the conversation.")
    return payload


def _item(message: Message) -> str | ToolCall | ChatEnd:
    try:
        match message.type:
            case "text":
                return str(message.data["text"])
            case "tool-call":
                return msgspec.convert(message.data, ToolCall)
            case "chat-end":
                return msgspec.convert(message.data, ChatEnd)
            case _:
                raise LlmFailed(f"the language model sent a {message.type[:40]} frame")
    except (KeyError, msgspec.ValidationError) as error:
        raise LlmFailed(f"the language model sent a {message.type} frame that makes no sense") from error
