"""Conversations over the socket. Implements `core.ports.conversations.Conversations`."""

from collections.abc import Sequence

from voiced.control.forms import Part, Place, Recent, Whole
from voiced.control.remote.connection import Connection, part
from voiced.core.errors import InputInvalid
from voiced.core.history import Change, Conversation, Message, NewConversation, Page, Statistics, Wanted


class RemoteConversations:
    """What the daemon keeps of all talk. Every method: see `Conversations`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def open(self, new: NewConversation) -> Conversation:
        """See `Conversations`."""
        return await self._connection.ask("POST", "conversations", Conversation, body=new)

    async def get(self, conversation: str) -> Conversation:
        """See `Conversations`."""
        return (await self._connection.ask("GET", _path(conversation), Whole, query=Part(limit=1))).conversation

    async def find(self, wanted: Wanted) -> Page[Conversation]:
        """See `Conversations`."""
        return await self._connection.ask("GET", "conversations", Page[Conversation], query=wanted)

    async def change(self, conversation: str, change: Change) -> Conversation:
        """See `Conversations`."""
        return await self._connection.ask("PUT", _path(conversation), Conversation, body=change)

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home", user: str = ""
    ) -> list[Message]:
        """See `Conversations`."""
        path = "messages" if conversation is None else _path(conversation, "messages")
        place = Place(space, user) if conversation is None else None
        return await self._connection.ask("POST", path, list[Message], body=list(messages), query=place)

    async def messages(self, conversation: str, limit: int = 100, cursor: str | None = None) -> Page[Message]:
        """See `Conversations`."""
        query = Part(limit, cursor)
        return await self._connection.ask("GET", _path(conversation, "messages"), Page[Message], query=query)

    async def last(self, conversation: str, count: int) -> list[Message]:
        """See `Conversations`."""
        query = Part(last=count)
        return (await self._connection.ask("GET", _path(conversation, "messages"), Page[Message], query=query)).items

    async def recent(
        self,
        limit: int = 20,
        cursor: str | None = None,
        *,
        text: str | None = None,
        space: str | None = None,
        turn: str | None = None,
    ) -> Page[Message]:
        """See `Conversations`."""
        query = Recent(limit=limit, cursor=cursor, text=text, space=space, turn=turn)
        return await self._connection.ask("GET", "messages", Page[Message], query=query)

    async def statistics(self) -> Statistics:
        """See `Conversations`."""
        return await self._connection.ask("GET", "statistics", Statistics)


def _path(conversation: str, *more: str) -> str:
    if not conversation:
        raise InputInvalid("a conversation has an id", hint="`voiced conversations` lists them.")
    return "/".join(("conversations", part(conversation), *more))
