"""How a model asks for a tool: an answer that begins as a JSON object, and is held to the tools' schemas from there."""

import json
import re
from collections.abc import Sequence
from enum import Enum
from typing import Any

from llama_cpp.llama_grammar import json_schema_to_gbnf

from voiced.core.chat import Tool, ToolCall
from voiced.engines.openai_tools import describe

MARK = "<tool_call>"
"""What Qwen and others write before the object."""
_CALL = re.compile(rf"\s*({MARK}\s*)?\{{")
_BEFORE = re.compile(rf"\s*({MARK}\s*)?")

_FAULTS = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the library raises on schemas that it cannot read."""

INSTRUCTIONS = """You may use these tools:
{tools}
To use one, answer with a JSON object alone: {{"name": its name, "arguments": {{…}}}}. Otherwise answer in words."""
"""For models whose own template has no place for tools."""


class Opening(Enum):
    """What the beginning of an answer says about the rest."""

    OPEN = "open"
    """Nothing yet."""
    WORDS = "words"
    CALL = "call"


def opening(text: str) -> Opening:
    """Tells what an answer is by its first characters."""
    if _CALL.match(text):
        return Opening.CALL
    begun = text.lstrip()
    return Opening.OPEN if MARK.startswith(begun) or _BEFORE.fullmatch(text) else Opening.WORDS


def grammar(tools: Sequence[Tool]) -> str:
    """The grammar (GBNF) of a call of one of the tools, from their schemas."""
    return json_schema_to_gbnf(json.dumps({"oneOf": [_call_schema(tool) for tool in tools]}))


def _call_schema(tool: Tool) -> dict[str, Any]:
    """The schema of a call; the arguments are any object where the library does not know how to hold them to theirs."""
    schema = _of_call(tool.name, tool.parameters)
    try:
        json_schema_to_gbnf(json.dumps(schema))
    except _FAULTS:
        return _of_call(tool.name, {"type": "object"})
    return schema


def _of_call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    properties = {"name": {"const": name}, "arguments": arguments or {"type": "object"}}
    return {"type": "object", "properties": properties, "required": list(properties)}


def parse(text: str) -> ToolCall | None:
    """The call that a text is; None while it is not whole."""
    if not text.rstrip().endswith("}"):
        return None
    try:
        call = json.loads(text)
        return ToolCall(call["name"], call["arguments"])
    except (ValueError, KeyError, TypeError):
        return None


def instructions(tools: Sequence[Tool]) -> str:
    """The tools in words, for a template that does not know them."""
    functions = (json.dumps(tool["function"], ensure_ascii=False) for tool in describe(tools))
    return INSTRUCTIONS.format(tools="\n".join(functions))
