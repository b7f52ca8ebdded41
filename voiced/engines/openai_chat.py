"""A chat in OpenAI's form: a prompt as a request, and an answer put together from its pieces.

Source of the form: https://platform.openai.com/docs/api-reference/chat-streaming
"""

from typing import Any

import msgspec
from msgspec import Struct, field

from voiced.core.chat import ChatEnd, Finish, Prompt, ToolCall
from voiced.core.errors import LlmFailed
from voiced.engines.openai_tools import describe
from voiced.engines.remote import NAME_LIMIT

CALLS_LIMIT = 16
ARGUMENTS_LIMIT = 64 * 1024
"""Characters of a tool's arguments."""
FINISHES = {"length": Finish.LENGTH, "tool_calls": Finish.TOOL, "function_call": Finish.TOOL}
"""Any other reason is that the model was done."""


class _Function(Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(Struct):
    index: int = 0
    id: str | None = None
    function: _Function = field(default_factory=_Function)


class _Delta(Struct):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(Struct):
    delta: _Delta = field(default_factory=_Delta)
    finish_reason: str | None = None


class _Cached(Struct):
    cached_tokens: int | None = None


class _Usage(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None


class Chunk(Struct):
    """One piece of an answer, as far as it matters here."""

    choices: list[_Choice] = field(default_factory=list[_Choice])
    usage: _Usage | None = None
    model: str | None = None
    error: Any = None


class _Wanted(Struct):
    """A tool call that is not complete yet."""

    id: str
    name: str = ""
    arguments: str = ""


def request(prompt: Prompt, model: str) -> dict[str, Any]:
    """A prompt as the body of a request for a streamed answer.

    Args:
        prompt: the question and all that belongs to it.
        model: the model to ask for; empty: the server's own.
    """
    messages = [{"role": each.role, "content": each.content} for each in (*prompt.stable, *prompt.messages)]
    body: dict[str, Any] = {
        "messages": messages,
        "max_tokens": prompt.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if model:
        body["model"] = model
    if prompt.tools:
        body["tools"] = describe(prompt.tools)
    return body


class Pieces:
    """Puts an answer together.

    Args:
        prompt: what it answers.
        model: the model that was asked for.

    Attributes:
        finished: the model has said why it ended.
    """

    def __init__(self, prompt: Prompt, model: str) -> None:
        self.finished = False
        self._tools = {tool.name for tool in prompt.tools}
        self._wanted: list[tuple[int, _Wanted]] = []
        self._finish = Finish.STOP
        self._usage = _Usage()
        self._model = model

    def take(self, chunk: Chunk) -> str | None:
        """Takes in a piece.

        Returns:
            Its text, empty where it brings part of a tool call or the end; None where it brings nothing at all.

        Raises:
            LlmFailed: the server says that it failed, or asks for more tools than make sense.
        """
        if chunk.error is not None:
            raise LlmFailed("the server failed in the middle of its answer", hint="That server's own log tells why.")
        self._usage = chunk.usage or self._usage
        self._model = (chunk.model or self._model)[:NAME_LIMIT]
        if not chunk.choices:
            return None
        choice = chunk.choices[0]
        calls = choice.delta.tool_calls or []
        for call in calls:
            self._add(call)
        if choice.finish_reason:
            self.finished = True
            self._finish = FINISHES.get(choice.finish_reason, Finish.STOP)
        return choice.delta.content or ("" if calls or choice.finish_reason else None)

    def calls(self) -> list[ToolCall]:
        """The tools that are asked for.

        Raises:
            LlmFailed: there is no such tool, or its arguments are no JSON object.
        """
        return [self._call(wanted) for _, wanted in self._wanted]

    def end(self, finish: Finish | None = None) -> ChatEnd:
        """The end of the answer.

        Args:
            finish: why it ended; None: for the model's own reason.
        """
        own = Finish.TOOL if self._wanted and self._finish is not Finish.LENGTH else self._finish
        cached = self._usage.prompt_tokens_details
        return ChatEnd(
            finish or own,
            self._usage.prompt_tokens,
            (cached.cached_tokens or 0) if cached else 0,
            self._usage.completion_tokens,
            self._model,
        )

    def _add(self, call: _Call) -> None:
        """Takes in a part of a tool call. Some servers give each call the index 0, but an id of its own."""
        same = next((wanted for index, wanted in reversed(self._wanted) if index == call.index), None)
        if same is None or (call.id and call.id != same.id):
            same = _Wanted(call.id or "")
            self._wanted.append((call.index, same))
        same.name += call.function.name or ""
        same.arguments += call.function.arguments or ""
        if len(self._wanted) > CALLS_LIMIT or len(same.arguments) + len(same.name) > ARGUMENTS_LIMIT:
            raise LlmFailed("the model asks for tools without an end")

    def _call(self, wanted: _Wanted) -> ToolCall:
        if wanted.name not in self._tools:
            raise LlmFailed("the model asks for a tool that it was not offered")
        try:
            arguments = msgspec.json.decode(wanted.arguments or "{}", type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            raise LlmFailed(f"the model asks for {wanted.name} with arguments that are none") from None
        return ToolCall(wanted.name, arguments)
