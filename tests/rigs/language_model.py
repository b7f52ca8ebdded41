"""Language models in children, on files that the project writes itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from voiced.core.chat import ChatEnd, ChatMessage, Prompt, Tool, ToolCall
from voiced.core.ports.llm import Llm
from voiced.engines.child import Child
from voiced.engines.hosted_llm import HostedLlm

STABLE = (ChatMessage("system", "You are a house. You answer in one sentence, and you say only what you know."),)
LIGHT = Tool(
    "light",
    "Switches a light on or off.",
    {
        "type": "object",
        "properties": {"room": {"enum": ["kitchen", "hall"]}, "on": {"type": "boolean"}},
        "required": ["room", "on"],
        "additionalProperties": False,
    },
)


def child(model: Path, cache: Path | None = None, *, context: int = 2048, temperature: float = 0.0) -> Child:
    """A child with a model; one thread, so that tests side by side do not wait for each other."""
    settings = {
        "model": str(model),
        "context": context,
        "temperature": temperature,
        "threads": 1,
        "gpu_layers": 0,
        "cache": str(cache or ""),
    }
    return Child("llm", "llama", settings)


@asynccontextmanager
async def talking(model: Path, cache: Path | None = None, *, context: int = 2048) -> AsyncGenerator[HostedLlm]:
    """A model that is ready, and gone after the block."""
    process = child(model, cache, context=context)
    await process.start()
    try:
        yield HostedLlm(process, 60)
    finally:
        await process.close()


def question(*messages: str, tools: tuple[Tool, ...] = (), max_tokens: int = 40, budget_s: float = 60.0) -> Prompt:
    """A prompt; the messages are the user's and the assistant's in turn, the user's last."""
    roles = ["assistant" if (len(messages) - at) % 2 == 0 else "user" for at in range(len(messages))]
    said = tuple(ChatMessage(role, text) for role, text in zip(roles, messages, strict=True))
    return Prompt(STABLE, said, tools, max_tokens, budget_s)


async def answer(llm: Llm, prompt: Prompt) -> tuple[str, list[ToolCall], ChatEnd]:
    """All of an answer: its text, the tools asked for, its end."""
    items = [item async for item in llm.chat(prompt)]
    assert isinstance(items[-1], ChatEnd)
    calls = [item for item in items if isinstance(item, ToolCall)]
    return "".join(item for item in items if isinstance(item, str)), calls, items[-1]
