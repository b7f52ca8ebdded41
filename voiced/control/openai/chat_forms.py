"""A chat in OpenAI's form: what is asked for, as a prompt, and what is answered."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from voiced.control.openai.errors import refused
from voiced.core.chat import ChatEnd, ChatMessage, Finish, Prompt, Tool, ToolCall
from voiced.core.history import Privacy, Role
from voiced.core.ids import new_id

Name = Annotated[str, Meta(min_length=1, max_length=500)]
FINISHES = {Finish.TOOL: "tool_calls", Finish.STOP: "stop"}
"""Any other reason is that an answer was not complete: OpenAI has one word for it, length."""
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "user",
}
"""What a tool told stands there as quotes, as voiced's own do: not every model's template knows another role for it."""


class Part(Struct):
    """A part of a message."""

    type: str
    text: str = ""


class Asked(Struct):
    """The function of a tool call: its arguments are JSON."""

    name: Name
    arguments: str = "{}"


class Call(Struct):
    """A tool that a model asked for."""

    id: str
    function: Asked


class Said(Struct):
    """A message."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """Its text.

        Raises:
            InputInvalid: there is something else in it.
        """
        if not isinstance(self.content, list):
            return self.content or ""
        for part in self.content:
            if part.type not in ("text", "refusal"):
                raise refused("messages", f"voiced reads text, and no {part.type[:40]}", "Send text only.")
        return "\n".join(part.text for part in self.content)


class Function(Struct):
    """A tool's function: its parameters are JSON Schema."""

    name: Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})


class Offered(Struct):
    """A tool."""

    function: Function
    type: Literal["function"] = "function"


class Format(Struct):
    """What an answer is to look like."""

    type: str = "text"


class StreamOptions(Struct):
    """How an answer is streamed."""

    include_usage: bool | None = None


class Request(Struct, kw_only=True):
    """What is asked for, as far as it can be honoured; anything else is ignored: see docs/openai.md."""

    model: Name
    messages: Annotated[list[Said], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1)] | None = None
    n: int | None = None
    tools: list[Offered] | None = None
    tool_choice: Any = None
    response_format: Format | None = None

    def check(self) -> None:
        """Looks for what would be answered wrongly if it were ignored.

        Raises:
            InputInvalid: it is there.
        """
        if self.n not in (None, 1):
            raise refused("n", "there is one answer to a question", "Leave n out.")
        if self.response_format and self.response_format.type != "text":
            raise refused("response_format", "nobody promises that an answer is JSON", "Ask for it in words.")
        if self.tool_choice not in (None, "auto", "none"):
            raise refused("tool_choice", "a model chooses itself whether it asks for a tool", "Use auto or none.")

    @property
    def with_usage(self) -> bool:
        """Whether the last piece of a stream is to tell what it took."""
        return bool(self.stream_options and self.stream_options.include_usage)

    def prompt(self, longest: tuple[int, float], privacy_of: Callable[[str], Privacy]) -> Prompt:
        """The same as voiced asks a model.

        Args:
            longest: tokens and seconds of an answer.
            privacy_of: tells how private a text is.

        Raises:
            InputInvalid: it cannot be asked.
        """

        def message(said: Said) -> ChatMessage:
            text = _written(said)
            return ChatMessage(ROLES[said.role], text, privacy_of(text))

        tokens, budget_s = longest
        wanted = self.max_completion_tokens or self.max_tokens or tokens
        tools = () if self.tool_choice == "none" else tuple(_tool(each, privacy_of) for each in self.tools or ())
        # Nothing of it is stable: what is, is kept on the disk.
        return Prompt((), tuple(map(message, self.messages)), tools, min(wanted, tokens), budget_s)


def _written(said: Said) -> str:
    if said.role == "tool":
        return f"> {said.tool_call_id or 'a tool'}: “{' '.join(said.text.split())}”"
    asked = "\n".join(_line(call.function) for call in said.tool_calls or ())
    return "\n".join(each for each in (said.text, asked) if each)


def _line(asked: Asked) -> str:
    try:
        arguments = msgspec.json.decode(asked.arguments or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise refused("messages", f"the arguments of {asked.name} are no JSON object", "Send them as JSON.") from None
    return msgspec.json.encode({"name": asked.name, "arguments": arguments}).decode()


def _tool(offered: Offered, privacy_of: Callable[[str], Privacy]) -> Tool:
    function = offered.function
    return Tool(function.name, function.description, function.parameters, privacy_of(function.description))


class Answer:
    """What is answered to one request.

    Args:
        model: the model, as it was asked for.
    """

    def __init__(self, model: str) -> None:
        self._same = {"id": f"chatcmpl-{new_id()}", "created": int(time.time()), "model": model}

    def whole(self, text: str, calls: Sequence[ToolCall], end: ChatEnd) -> dict[str, Any]:
        """All of it at once."""
        message: dict[str, Any] = {"role": "assistant", "content": text or (None if calls else "")}
        if calls:
            message["tool_calls"] = [_call(call) for call in calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish(end)}
        return {**self._same, "object": "chat.completion", "choices": [choice], "usage": usage(end)}

    def piece(self, delta: dict[str, Any], end: ChatEnd | None = None) -> dict[str, Any]:
        """A piece of it; the last tells why it ended."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish(end) if end else None}
        return {**self._same, "object": "chat.completion.chunk", "choices": [choice]}

    def taken(self, end: ChatEnd) -> dict[str, Any]:
        """What it took, after the last piece."""
        return {**self._same, "object": "chat.completion.chunk", "choices": [], "usage": usage(end)}


def asked(call: ToolCall, index: int) -> dict[str, Any]:
    """A tool that is asked for, as a piece."""
    return {"tool_calls": [{"index": index, **_call(call)}]}


def finish(end: ChatEnd) -> str:
    """OpenAI's word for why an answer ended."""
    return FINISHES.get(end.finish, "length")


def usage(end: ChatEnd) -> dict[str, Any]:
    """What an answer took."""
    return {
        "prompt_tokens": end.tokens_in,
        "completion_tokens": end.tokens_out,
        "total_tokens": end.tokens_in + end.tokens_out,
        "prompt_tokens_details": {"cached_tokens": end.tokens_cached},
    }


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = msgspec.json.encode(call.arguments).decode()
    return {"id": f"call_{new_id()}", "type": "function", "function": {"name": call.name, "arguments": arguments}}
