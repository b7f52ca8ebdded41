"""Tools in OpenAI's form, which servers and the templates of models know.

Source of the form: https://platform.openai.com/docs/guides/function-calling
"""

from collections.abc import Sequence
from typing import Any

from voiced.core.chat import Tool


def describe(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools in OpenAI's form."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in tools
    ]
