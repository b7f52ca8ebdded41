"""Routes about messages."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from voiced.control.forms import Part, Place, Recent
from voiced.control.requests import TALK, AnyRequest, Steered, asked, query
from voiced.core.errors import InputInvalid
from voiced.core.history import LONGEST_BATCH, Message, Moment, Name, Page, Privacy
from voiced.core.ids import new_id

BATCH_LIMIT = 16 * 1024 * 1024
"""Bytes of messages at a time."""


class NewMessage(Message, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message, of which the id, the time (0: now) and its class of privacy may be left out."""

    id: Name = ""
    at: Moment = 0.0
    privacy: Privacy | UnsetType = UNSET  # pyright: ignore[reportIncompatibleVariableOverride] (it is set before it is kept)


@post("/messages", opt=TALK | query(Place), request_max_body_size=BATCH_LIMIT)
async def add(agent: Steered, request: AnyRequest, data: JSONBody[list[NewMessage]]) -> list[Message]:
    """Appends messages to the conversation that goes on, or to a new one."""
    place = asked(request, Place)
    messages = await _messages(data, agent.privacy_of)
    return await agent.conversations.add(messages, space=place.space, user=place.user)


@post("/conversations/{conversation:str}/messages", opt=TALK, request_max_body_size=BATCH_LIMIT)
async def add_to(agent: Steered, conversation: FromPath[str], data: JSONBody[list[NewMessage]]) -> list[Message]:
    """Appends messages to a conversation."""
    return await agent.conversations.add(await _messages(data, agent.privacy_of), conversation)


@get("/conversations/{conversation:str}/messages", opt=query(Part))
async def of(agent: Steered, request: AnyRequest, conversation: FromPath[str]) -> Page[Message]:
    """Lists the messages of a conversation, or the last of them, the oldest first."""
    part = asked(request, Part)
    if part.last:
        return Page(await agent.conversations.last(conversation, part.last))
    return await agent.conversations.messages(conversation, part.limit, part.cursor)


@get("/messages", opt=query(Recent))
async def recent(agent: Steered, request: AnyRequest) -> Page[Message]:
    """The last messages of all conversations, the newest first."""
    wanted = asked(request, Recent)
    return await agent.conversations.recent(
        wanted.limit, wanted.cursor, text=wanted.text, space=wanted.space, turn=wanted.turn
    )


async def _messages(sent: list[NewMessage], privacy_of: Callable[[str], Privacy]) -> list[Message]:
    if len(sent) > LONGEST_BATCH:
        raise InputInvalid(f"{len(sent)} messages at a time", hint=f"Send {LONGEST_BATCH} at most, again and again.")
    now = time.time()

    def message(new: NewMessage) -> Message:
        privacy = privacy_of(new.content) if new.privacy is UNSET else new.privacy
        values: dict[str, Any] = asdict(new) | {"id": new.id or new_id(), "at": new.at or now, "privacy": privacy}
        return Message(**values)

    # A thousand long ones take a while.
    return await asyncio.to_thread(lambda: [message(new) for new in sent])


ROUTES = [add, add_to, of, recent]
