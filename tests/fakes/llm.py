"""A working stand-in for a language model: it keeps the port's promises, with scripted answers."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence

from voiced.core.chat import ChatEnd, Finish, Prompt, ToolCall
from voiced.core.errors import LlmFailed


class ScriptedLlm:
    """Answers each prompt with the next item of its script: text, word by word, the call of a tool, or a row
    of both.

    `FAIL` makes it fail, `HANG` makes it wait for ever after its first word. An empty script answers nothing.

    Attributes:
        asked: the prompts that were answered.
        prefilled: those that were taken in before.
        open: answers that are being made.
    """

    FAIL = "<fail>"
    HANG = "<hang>"

    def __init__(self, *script: str | ToolCall | Sequence[str | ToolCall]) -> None:
        self.script = list(script)
        self.asked: list[Prompt] = []
        self.prefilled: list[Prompt] = []
        self.open = 0

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        self.asked.append(prompt)
        item = self.script.pop(0) if self.script else ""
        self.open += 1
        try:
            if not isinstance(item, str):
                for each in [item] if isinstance(item, ToolCall) else item:
                    yield each
                yield _end(prompt, Finish.TOOL, 1)
                return
            words = item.replace(" ", "\0 ").split("\0") if item else []
            for word in words[: prompt.max_tokens]:
                await asyncio.sleep(0)
                if word.strip() == self.FAIL:
                    raise LlmFailed("the script says so")
                if word.strip() == self.HANG:
                    await asyncio.Event().wait()
                yield word
            finish = Finish.LENGTH if len(words) > prompt.max_tokens else Finish.STOP
            yield _end(prompt, finish, min(len(words), prompt.max_tokens))
        finally:
            self.open -= 1

    async def prefill(self, prompt: Prompt) -> None:
        await asyncio.sleep(0)
        self.prefilled.append(prompt)

    async def close(self) -> None: ...


class ObeyingLlm:
    """Does what the last instruction says that it reads anywhere in its prompt, whoever wrote it: "call w7".

    Implements `Llm`.

    Args:
        calls: what the instructions mean.
        opening: what it calls first, before it obeys anybody; None: nothing.

    Attributes:
        obeyed: how often it did.
        asked: the prompts that were answered.
    """

    INSTRUCTION = re.compile(r"\bcall (w\d+)\b", re.IGNORECASE)

    def __init__(self, calls: Mapping[str, ToolCall], opening: ToolCall | None = None) -> None:
        self._calls = calls
        self._opening = opening
        self.obeyed = 0
        self.asked: list[Prompt] = []

    async def chat(self, prompt: Prompt) -> AsyncGenerator[str | ToolCall | ChatEnd]:
        self.asked.append(prompt)
        await asyncio.sleep(0)
        read = [json.dumps(tool.parameters, ensure_ascii=False) for tool in prompt.tools]
        read += [message.content for message in (*prompt.stable, *prompt.messages)]
        found = self.INSTRUCTION.findall("\n".join(read))
        call, self._opening = self._opening, None
        if call is None and found:
            call = self._calls[found[-1].lower()]
            self.obeyed += 1
        yield call or "I read nothing."
        yield _end(prompt, Finish.TOOL if call else Finish.STOP, 1)

    async def prefill(self, prompt: Prompt) -> None: ...

    async def close(self) -> None: ...


def _end(prompt: Prompt, finish: Finish, tokens: int) -> ChatEnd:
    said = sum(len(message.content.split()) for message in (*prompt.stable, *prompt.messages))
    return ChatEnd(finish, tokens_in=said, tokens_out=tokens, model="scripted")
