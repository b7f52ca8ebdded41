"""A language model on another machine, behind OpenAI's protocol (llama-server, vLLM, Ollama)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

from voiced.core.chat import ChatEnd, Finish, Prompt, ToolCall
from voiced.core.config import RemoteConfig
from voiced.core.errors import DeadlinePassed, LlmFailed
from voiced.engines.openai_answer import Answer
from voiced.engines.openai_chat import Chunk, Pieces, request
from voiced.engines.openai_server import OpenAiServer
from voiced.engines.remote import ServerInfo, within

DONE = b"[DONE]"


class OpenAiLlm:
    """A language model that is asked over HTTP. Implements `Llm`.

    Args:
        remote: where it is, the model to ask for, and the token to show.
        deadline_s: how long the first word, and each next one, may take.

    Raises:
        ConfigInvalid: the address, the token or the certificates cannot be used.
    """

    def __init__(self, remote: RemoteConfig, deadline_s: float) -> None:
        self._server = OpenAiServer(remote, LlmFailed)
        self._deadline_s = deadline_s

    async def describe(self) -> ServerInfo:
        """Asks the server what it is; see `OpenAiServer.describe`."""
        return await within(self._deadline_s, self._server.describe(), self._server.where)

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        """See `Llm`. An answer whose time is over before its first word is late: `DeadlinePassed`."""
        loop = asyncio.get_running_loop()
        over = loop.time() + prompt.budget_s
        pieces = Pieces(prompt, self._server.model)
        said = False
        async with AsyncExitStack() as open_answer:
            asked = self._server.answer("POST", "/chat/completions", request(prompt, self._server.model))
            begun = open_answer.enter_async_context(asked)
            answer = await within(min(self._deadline_s, prompt.budget_s), begun, self._server.where)
            while True:
                left = min(self._deadline_s, over - loop.time())
                try:
                    text = await within(left, _next(answer, pieces), self._server.where)
                except DeadlinePassed:
                    if not said or loop.time() < over:
                        raise
                    yield pieces.end(Finish.TIME)
                    return
                if text is None:
                    break
                if text:
                    said = True
                    yield text
        for call in pieces.calls():
            yield call
        yield pieces.end()

    async def prefill(self, prompt: Prompt) -> None:
        """See `Llm`. The protocol has no way to ask for it."""

    async def close(self) -> None:
        """See `Llm`."""
        await self._server.close()


async def _next(answer: Answer, pieces: Pieces) -> str | None:
    """Waits for the next sign of progress: its text, empty where it has none; None at the end.

    Raises:
        LlmFailed: the answer broke off, or makes no sense.
    """
    while (event := await answer.event()) not in (None, DONE):
        text = pieces.take(answer.read(event or b"", Chunk))
        if text is not None:
            return text
    if event == DONE:
        await answer.rest()
    elif not pieces.finished:
        raise answer.broken_off()
    return None
