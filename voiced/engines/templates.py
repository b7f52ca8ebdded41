"""Messages as the text that a model was trained on: by the template in its own file."""

from collections.abc import Sequence

import jinja2
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from voiced.core.chat import ChatMessage, Tool
from voiced.core.errors import ModelBroken, translate
from voiced.engines.llamacpp import Model
from voiced.engines.openai_tools import describe
from voiced.engines.tool_calls import instructions

CHATML = """{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}<|im_start|>assistant{{ "\n" }}"""
"""For files without a template. Source: the fallback of llama.cpp itself."""


class Template:
    """A model's chat template.

    Args:
        model: what it is asked for is its template, and the texts of its first and last token.

    Raises:
        ModelBroken: the template is none.
    """

    def __init__(self, model: Model) -> None:
        text = model.metadata("tokenizer.chat_template") or CHATML
        self._knows_tools = "tools" in text
        with translate(jinja2.TemplateError, to=ModelBroken, message="the chat template in the model is wrong"):
            self._formatter = Jinja2ChatFormatter(text, eos_token=model.end(), bos_token=model.start())

    def render(self, messages: Sequence[ChatMessage], tools: Sequence[Tool]) -> str:
        """The text of a prompt that the assistant is to answer.

        Raises:
            ModelBroken: the template does not take the messages.
        """
        if tools and not self._knows_tools:
            messages, tools = [ChatMessage("system", instructions(tools)), *messages], ()
        try:
            return self._render(_systems_first(messages), tools)
        except (jinja2.TemplateError, ValueError, TypeError):
            # It knows only users and assistants that take turns.
            with translate(jinja2.TemplateError, ValueError, TypeError, to=ModelBroken, message="the chat template"):
                return self._render(_taking_turns(messages), tools)

    def _render(self, messages: Sequence[ChatMessage], tools: Sequence[Tool]) -> str:
        # Whoever listens does not want to hear a model think.
        options = {"enable_thinking": False}
        plain = [{"role": message.role, "content": message.content} for message in messages]
        return self._formatter(messages=plain, tools=describe(tools) or None, **options).prompt  # pyright: ignore[reportArgumentType]


def _systems_first(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """What the system says at the beginning, in one message: many templates take the first alone."""
    found = list(messages)
    while len(found) > 1 and found[0].role == found[1].role == "system":
        found[:2] = [ChatMessage("system", f"{found[0].content}\n\n{found[1].content}")]
    return found


def _taking_turns(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The same as users and assistants, one after the other."""
    found: list[ChatMessage] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        if found and found[-1].role == role:
            found[-1] = ChatMessage(role, f"{found[-1].content}\n\n{message.content}")
        else:
            found.append(ChatMessage(role, message.content))
    return found
