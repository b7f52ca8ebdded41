"""What is asked of a language model, and what comes back: frozen values."""

from enum import Enum
from typing import Any

from msgspec import Struct, field

from voiced.core.history import Privacy, Role

CHARACTERS = 4
"""Of a token, about."""


class ChatMessage(Struct, frozen=True):
    """One message of a prompt.

    Attributes:
        role: who says it.
        content: its text.
        privacy: how private it is.
    """

    role: Role
    content: str
    privacy: Privacy = "public"


class Tool(Struct, frozen=True):
    """Something that a model may ask for.

    Attributes:
        name: what it is called by.
        description: what it does, in words for the model.
        parameters: its arguments, as JSON Schema.
        privacy: how private all that is.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    privacy: Privacy = "public"


class ToolCall(Struct, frozen=True):
    """What a model asks for.

    Attributes:
        name: of the tool.
        arguments: they fit the tool's schema.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


class Prompt(Struct, frozen=True):
    """A question to a language model, what stays the same from turn to turn first.

    Attributes:
        stable: messages that begin every prompt: an engine keeps them evaluated.
        messages: what follows: the conversation, and the question.
        tools: what may be asked for instead of an answer in words.
        max_tokens: an answer is no longer.
        budget_s: seconds in which the answer has to be complete.
    """

    stable: tuple[ChatMessage, ...]
    messages: tuple[ChatMessage, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 256
    budget_s: float = 30.0


def estimate(prompt: Prompt) -> int:
    """About how many tokens a prompt has, in most languages rather too many than too few."""
    said = sum(len(each.content) for each in (*prompt.stable, *prompt.messages))
    return (said + sum(len(repr(tool)) for tool in prompt.tools)) // CHARACTERS


class Finish(Enum):
    """Why an answer ended."""

    STOP = "stop"
    """The model was done."""
    TOOL = "tool"
    """It asked for tools."""
    LENGTH = "length"
    """It was as long as allowed."""
    TIME = "time"
    """The time was over."""
    LOOP = "loop"
    """It began to say the same again and again."""
    CUT = "cut"
    """Nobody wanted more of it, or it broke off: what it took is an estimate."""


class ChatEnd(Struct, frozen=True):
    """The end of an answer.

    Attributes:
        finish: why it ended.
        tokens_in: tokens of the prompt; 0 where that is not known.
        tokens_cached: those of them that did not have to be evaluated.
        tokens_out: tokens of the answer.
        model: the model's name.
        seconds: how long it was waited for, as the one who asked counts it.
    """

    finish: Finish
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    model: str = ""
    seconds: float = 0.0
