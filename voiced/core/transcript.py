"""A conversation as a file: JSON Lines for programs, Markdown for people."""

from collections.abc import AsyncGenerator
from typing import Literal

import msgspec
from tzlocal import get_localzone

from voiced.core.history import Conversation, Message
from voiced.core.markdown import heading, passage
from voiced.core.ports.conversations import Conversations

Form = Literal["jsonl", "markdown"]
TYPES: dict[Form, str] = {"jsonl": "application/jsonl", "markdown": "text/markdown; charset=utf-8"}
AT_A_TIME = 500


async def all_messages(conversations: Conversations, conversation: str) -> AsyncGenerator[Message]:
    """All messages of a conversation, the oldest first."""
    cursor: str | None = None
    while True:
        page = await conversations.messages(conversation, AT_A_TIME, cursor)
        for message in page.items:
            yield message
        if page.next is None:
            return
        cursor = page.next


async def written(conversations: Conversations, conversation: Conversation, form: Form) -> AsyncGenerator[str]:
    """Writes a conversation piece by piece, first itself and then its messages.

    Raises:
        StoreFailed: its messages cannot be read.
    """
    zone, day = get_localzone(), ""
    yield _line(conversation) if form == "jsonl" else heading(conversation, zone)
    async for message in all_messages(conversations, conversation.id):
        if form == "jsonl":
            yield _line(message)
        else:
            text, day = passage(message, zone, day)
            yield text


def _line(value: object) -> str:
    return msgspec.json.encode(value).decode() + "\n"
