"""Routes about messages."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from voiced.control.forms import Part, Place, Recent
from voiced.control.requests import CORRECT, TALK, AnyRequest, Steered, asked, made
from voiced.core.errors import InputInvalid
from voiced.core.history import LONGEST_BATCH, Message, Page, Privacy
from voiced.core.ids import new_id

BATCH_LIMIT = 16 * 1024 * 1024
"""Bytes of messages at a time."""
KNOWN = frozenset(Message.__struct_fields__)
Sent = dict[str, Any]
"""A message, of which the id, the time and its class of privacy may be left out."""


@post("/messages", opt=TALK, request_max_body_size=BATCH_LIMIT)
async def add(agent: Steered, request: AnyRequest, data: JSONBody[list[Sent]]) -> list[Message]:
    """Appends messages to the conversation that goes on, or to a new one."""
    place = asked(request, Place)
    messages = await _messages(data, agent.privacy_of)
    return await agent.conversations.add(messages, space=place.space, user=place.user)


@post("/conversations/{conversation:str}/messages", opt=TALK, request_max_body_size=BATCH_LIMIT)
async def add_to(agent: Steered, conversation: FromPath[str], data: JSONBody[list[Sent]]) -> list[Message]:
    """Appends messages to a conversation."""
    return await agent.conversations.add(await _messages(data, agent.privacy_of), conversation)


@get("/conversations/{conversation:str}/messages")
async def of(agent: Steered, request: AnyRequest, conversation: FromPath[str]) -> Page[Message]:
    """Lists the messages of a conversation, or the last of them, the oldest first."""
    part = asked(request, Part)
    if part.last:
        return Page(await agent.conversations.last(conversation, part.last))
    return await agent.conversations.messages(conversation, part.limit, part.cursor)


@get("/messages")
async def recent(agent: Steered, request: AnyRequest) -> Page[Message]:
    """The last messages of all conversations, the newest first."""
    wanted = asked(request, Recent)
    return await agent.conversations.recent(
        wanted.limit, wanted.cursor, text=wanted.text, space=wanted.space, turn=wanted.turn
    )


async def _messages(sent: list[Sent], privacy_of: Callable[[str], Privacy]) -> list[Message]:
    if len(sent) > LONGEST_BATCH:
        raise InputInvalid(f"{len(sent)} messages at a time", hint=f"Send {LONGEST_BATCH} at most, again and again.")
    now = time.time()
    for number, each in enumerate(sent):
        if unknown := each.keys() - KNOWN:
            raise InputInvalid(f"message {number}: there is no {', '.join(sorted(unknown))}", hint=CORRECT)
    messages = made([{"id": new_id(), "at": now, **each} for each in sent], list[Message])

    def classed() -> list[Message]:
        return [
            message if "privacy" in each else replace(message, privacy=privacy_of(message.content))
            for message, each in zip(messages, sent, strict=True)
        ]

    return await asyncio.to_thread(classed)  # A thousand long ones take a while.


ROUTES = [add, add_to, of, recent]
