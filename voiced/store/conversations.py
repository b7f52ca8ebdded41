"""Conversations and their messages in the file. Implements `core.ports.conversations.Conversations`."""

import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any

import apsw
from msgspec.structs import asdict, replace

from voiced.core.errors import InputInvalid
from voiced.core.history import (
    LONGEST_BATCH,
    Change,
    Conversation,
    Message,
    NewConversation,
    Page,
    Statistics,
    Wanted,
    title_of,
)
from voiced.core.ids import new_id
from voiced.core.zone import LocalZone
from voiced.store import lists
from voiced.store.cache import MESSAGES, LastMessages
from voiced.store.db import Database
from voiced.store.rows import (
    INSERT_MESSAGE,
    MESSAGE,
    MOST,
    SHIFT,
    checked,
    conversation_of,
    found,
    message_of,
    places,
    row_of,
    text,
)


class StoredConversations:
    """Keeps conversations.

    Args:
        database: the file.
        continue_s: seconds after its last message in which a conversation is still continued.
        zone: tells the zone of local days; the machine's unless given.
    """

    def __init__(self, database: Database, continue_s: float, zone: Callable[[], tzinfo] | None = None) -> None:
        self._database = database
        self._continue_s = continue_s
        self._zone = zone or LocalZone()
        self._cache = LastMessages()

    async def open(self, new: NewConversation) -> Conversation:
        """See `Conversations`."""
        new = replace(checked(new), id=new.id or new_id())
        now = time.time()
        return conversation_of(await self._database.write(lambda connection: _begin(connection, new, now)))

    async def get(self, conversation: str) -> Conversation:
        """See `Conversations`."""
        return conversation_of(await self._database.read(lambda connection: found(connection, conversation)))

    async def find(self, wanted: Wanted) -> Page[Conversation]:
        """See `Conversations`."""
        wanted = checked(wanted)
        return await self._database.read(lambda connection: lists.conversations(connection, wanted))

    async def change(self, conversation: str, change: Change) -> Conversation:
        """See `Conversations`."""
        fields: dict[str, Any] = {name: value for name, value in asdict(checked(change)).items() if value is not None}
        if "tags" in fields:
            fields["tags"] = text(sorted(set(fields["tags"])))
        if "metadata" in fields:
            fields["metadata"] = text(fields["metadata"])
        fields["changed_at"] = time.time()

        def job(connection: apsw.Connection) -> tuple[Any, ...]:
            columns = ", ".join(f"{name} = ?" for name in fields)
            connection.execute(f"UPDATE conversations SET {columns} WHERE id = ?", (*fields.values(), conversation))  # noqa: S608 (names of our own)
            return found(connection, conversation)

        return conversation_of(await self._database.write(job))

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home", user: str = ""
    ) -> list[Message]:
        """See `Conversations`."""
        if not messages:
            raise InputInvalid("there is no message", hint="Give at least one.")
        if len(messages) > LONGEST_BATCH:
            raise InputInvalid(
                f"{len(messages)} messages at a time", hint=f"Send {LONGEST_BATCH} at most, again and again."
            )
        messages = [checked(message) for message in messages]
        new = checked(NewConversation(id=new_id(), space=space, user=user, title=title_of(messages)))

        def job(connection: apsw.Connection) -> list[Message]:
            number = None if conversation is None else found(connection, conversation, "number")[0]
            kept: list[Message] = []
            for message in messages:
                row = _known(connection, message)
                if row is None:
                    number = number or _current(connection, new, messages[0].at, self._continue_s)
                    row = _append(connection, number, message)
                kept.append(_kept(connection, row))
            return kept

        return await self._database.write(job, self._cache.append)

    async def messages(self, conversation: str, limit: int = 100, cursor: str | None = None) -> Page[Message]:
        """See `Conversations`."""

        def job(connection: apsw.Connection) -> Page[Message]:
            return lists.messages(connection, found(connection, conversation), limit, cursor)

        return await self._database.read(job)

    async def last(self, conversation: str, count: int) -> list[Message]:
        """See `Conversations`."""
        if (held := self._cache.last(conversation, count)) is not None:
            return held
        changes = self._cache.changes
        read = await self._database.read(lambda connection: last(connection, conversation, max(count, MESSAGES)))
        if changes == self._cache.changes:
            self._cache.put(conversation, read)
        return read[-count:]

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
        return await self._database.read(lambda connection: lists.recent(connection, limit, cursor, text, space, turn))

    async def statistics(self) -> Statistics:
        """See `Conversations`."""
        zone = self._zone()
        return await self._database.read(lambda connection: lists.statistics(connection, zone))

    def forget(self) -> None:
        """Lets go of what is held beside the file: it was replaced."""
        self._cache.forget()


def last(connection: apsw.Connection, conversation: str, count: int) -> list[Message]:
    """Reads the last messages of a conversation, the oldest first."""
    (number,) = found(connection, conversation, "number")
    query = f"SELECT {MESSAGE} FROM messages WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?"  # noqa: S608
    messages = [message_of(row, conversation) for row in connection.execute(query, (*places(number), count))]
    messages.reverse()
    return messages


def _begin(connection: apsw.Connection, new: NewConversation, at: float) -> tuple[Any, ...]:
    """Writes a conversation, unless it is there already; returns its row."""
    columns = "id, title, space, user, tags, metadata, made_at, changed_at, last_at"
    values = (new.id, new.title, new.space, new.user, text(sorted(set(new.tags))), text(new.metadata), at, at, at)
    connection.execute(
        f"INSERT INTO conversations ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",  # noqa: S608
        values,
    )
    return found(connection, new.id)


def _current(connection: apsw.Connection, new: NewConversation, at: float, continue_s: float) -> int:
    """The number of the conversation that goes on, or of a new one."""
    # Both ways around now: a clock that was set back leaves conversations in the future, which nobody continues.
    query = """
        SELECT number FROM conversations
        WHERE last_at BETWEEN ? AND ? AND space = ? AND user = ? AND status = 'active'
        ORDER BY last_at DESC, number DESC LIMIT 1
    """
    found = connection.execute(query, (at - continue_s, at + continue_s, new.space, new.user)).fetchone()
    return found[0] if found else _begin(connection, new, at)[0]


def _append(connection: apsw.Connection, number: int, message: Message) -> tuple[Any, ...]:
    """Writes a message at the end of a conversation; returns its row."""
    first, end = places(number)
    query = "SELECT max(place) FROM messages WHERE place BETWEEN ? AND ?"
    place = (connection.execute(query, (first, end)).get or first) + 1
    if place & MOST == 0:
        raise InputInvalid(f"the conversation holds {MOST} messages", hint="Begin a new one.")
    row = row_of(message, place)
    connection.execute(INSERT_MESSAGE, row)
    return row


def _known(connection: apsw.Connection, message: Message) -> tuple[Any, ...] | None:
    """The row of a message that is kept already."""
    query = f"SELECT {MESSAGE} FROM messages WHERE id = ?1 OR (request = ?2 AND role = ?3) LIMIT 1"  # noqa: S608
    return connection.execute(query, (message.id, message.request, message.role)).fetchone()


def _kept(connection: apsw.Connection, row: tuple[Any, ...]) -> Message:
    conversation: Any = connection.execute("SELECT id FROM conversations WHERE number = ?", (row[0] >> SHIFT,)).get
    return message_of(row, conversation)
