"""Prompts as tokens: which of them stay the same from turn to turn, which are known early, and which fit."""

from collections import deque
from collections.abc import Sequence

from msgspec.structs import replace

from voiced.core.chat import ChatMessage, Prompt
from voiced.core.errors import LlmFailed
from voiced.engines.llamacpp import Model
from voiced.engines.templates import Template

STEP = 4
"""Messages that are dropped at once: dropping one a turn would change the prompt's beginning each time."""
TOOLS = 0.6
"""Of the room, what begins every prompt may take no more than this with the tools in it: the rest is for the talk."""
ONE, OTHER = "A", "7"
"""Two beginnings of a message that have nothing in common."""


class Prompts:
    """Turns prompts into tokens.

    Args:
        model: whose tokens and template.
        room: tokens that a prompt may have.
    """

    def __init__(self, model: Model, room: int) -> None:
        self._model = model
        self._template = Template(model)
        self._room = room
        self._stable: deque[tuple[Prompt, list[int]]] = deque(maxlen=2)
        """What was asked for lately: with tools, and without."""

    def tokens(self, prompt: Prompt) -> list[int]:
        """All of a prompt that fits: the oldest messages after the stable ones go first, the question stays.

        Raises:
            LlmFailed: not even the question fits.
        """
        for dropped in _drops(len(prompt.messages)):
            tokens = self._render(prompt, prompt.messages[dropped:])
            if len(tokens) <= self._room:
                return tokens
        raise LlmFailed(
            f"the question has more than the {self._room} tokens that fit", hint="Set engines.llama.context higher."
        )

    def fitting(self, prompt: Prompt) -> Prompt:
        """The prompt; without its tools where they would leave no room for a talk: a small model then only talks."""
        if prompt.tools and len(self.stable(prompt)) > TOOLS * self._room:
            return replace(prompt, tools=())
        return prompt

    def stable(self, prompt: Prompt) -> list[int]:
        """The tokens that all prompts begin with that have the same stable messages and tools."""
        same = Prompt(prompt.stable, (), prompt.tools)
        for known, tokens in self._stable:
            if known == same:
                return tokens
        tokens = self._common(same, [ChatMessage("user", ONE)], [ChatMessage("user", OTHER)])
        self._stable.append((same, tokens))
        return tokens

    def known(self, prompt: Prompt) -> list[int]:
        """The tokens that are certain while the last message is still being said, or none is said yet."""
        *before, last = prompt.messages or (ChatMessage("user", ""),)
        if last.role != "user":
            before, last = [*before, last], ChatMessage("user", "")
        more = [ChatMessage("user", last.content + more) for more in (ONE, OTHER)]
        tokens = self._common(prompt, [*before, more[0]], [*before, more[1]])
        return tokens if len(tokens) <= self._room else []

    def _common(self, prompt: Prompt, one: Sequence[ChatMessage], other: Sequence[ChatMessage]) -> list[int]:
        tokens, others = self._render(prompt, one), self._render(prompt, other)
        count = next((at for at, (a, b) in enumerate(zip(tokens, others, strict=False)) if a != b), 0)
        return tokens[:count]

    def _render(self, prompt: Prompt, messages: Sequence[ChatMessage]) -> list[int]:
        spoken = [ChatMessage(each.role, self._model.plain(each.content)) for each in (*prompt.stable, *messages)]
        text = self._template.render(spoken, prompt.tools)
        start = self._model.start()
        framed = not (start and text.startswith(start))
        return self._model.tokenize(text, framed=framed, special=True)


def _drops(count: int) -> list[int]:
    """How many of some messages may be dropped, the least first; never the last one."""
    return sorted({*range(0, max(1, count), STEP), max(0, count - 1)})
