"""The route that answers in words."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec
from litestar import post
from litestar.response import Stream

from voiced.control.gate import key_of
from voiced.control.openai import chat_forms, errors
from voiced.control.openai.chat_forms import Answer, Request
from voiced.control.openai.models import VOICED, check
from voiced.control.problems import problem
from voiced.control.requests import TALK, AnyRequest, Steered, small_body
from voiced.control.steering import LONGEST_TEXT
from voiced.control.streams import begun
from voiced.core.chat import ChatEnd, Finish, ToolCall
from voiced.core.errors import InputInvalid
from voiced.core.ports.agent import Agent

LARGEST = 1024 * 1024
"""Bytes of a conversation: no child takes more at once."""
Item = str | ToolCall | ChatEnd


@post("/chat/completions", status_code=200, opt=TALK, request_max_body_size=LARGEST)
async def chat(agent: Steered, request: AnyRequest) -> Stream | dict[str, Any]:
    """Answers a conversation: at once, or as it is made."""
    wanted = await small_body(request, Request, LARGEST)
    wanted.check()
    check(agent, wanted.model, "llm")
    make = _mind if wanted.model == VOICED else _model
    answer = Answer(wanted.model)
    items = await begun(make(agent, wanted, key_of(request)))
    if wanted.stream:
        return Stream(_events(items, answer, wanted.with_usage), media_type="text/event-stream")
    async with aclosing(items):
        made = [item async for item in items]
    text = "".join(item for item in made if isinstance(item, str))
    calls = [item for item in made if isinstance(item, ToolCall)]
    (end,) = (item for item in made if isinstance(item, ChatEnd))
    return answer.whole(text, calls, end)


async def _mind(agent: Agent, wanted: Request, key: str | None) -> AsyncGenerator[Item]:
    """Asks the daemon itself: it knows the conversation, and has its own tools. Its turn counts what it takes."""
    if wanted.tools:
        raise errors.refused("tools", "voiced has its own tools", "Ask one of the language models to use others.")
    last = wanted.messages[-1]
    if last.role != "user" or not 0 < len(last.text.strip()) <= LONGEST_TEXT:
        why = f"the last message is no question of 1 to {LONGEST_TEXT} characters of the user"
        raise errors.refused("messages", why, "voiced answers it, and remembers the others itself.")
    answer = (await agent.ask(last.text, aloud=False, key=key)).text
    if answer is None:
        hint = "`voiced skills` lists what can be said; a language model answers all else: `voiced setup`."
        raise InputInvalid("that was not understood", code="not-understood", hint=hint)
    if answer:
        yield answer
    yield ChatEnd(Finish.STOP)


async def _model(agent: Agent, wanted: Request, key: str | None) -> AsyncGenerator[Item]:
    """Asks a language model, and nothing else."""
    prompt = wanted.prompt(agent.inference.longest_answer, agent.privacy_of)
    async with aclosing(agent.inference.chat(wanted.model, prompt, key)) as items:
        async for item in items:
            yield item


async def _events(items: AsyncGenerator[Item], answer: Answer, with_usage: bool) -> AsyncGenerator[bytes]:  # noqa: FBT001 (its own)
    """An answer as server-sent events; where it breaks off, the last tells why."""
    calls = 0
    yield _event(answer.piece({"role": "assistant", "content": ""}))
    try:
        async with aclosing(items):
            async for item in items:
                match item:
                    case str():
                        yield _event(answer.piece({"content": item}))
                    case ToolCall():
                        yield _event(answer.piece(chat_forms.asked(item, calls)))
                        calls += 1
                    case ChatEnd():
                        yield _event(answer.piece({}, item))
                        if with_usage:
                            yield _event(answer.taken(item))
        yield b"data: [DONE]\n\n"
    except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
        yield _event(errors.told(problem(error, "a chat")))


def _event(value: object) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


ROUTES = [chat]
