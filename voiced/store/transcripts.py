"""One conversation, on its way out part by part: as lines or as Markdown."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

import apsw
from msgspec.structs import replace

from voiced.core.errors import NotFound
from voiced.core.history import Conversation, Message
from voiced.core.ports.upkeep import Form
from voiced.store import lines, markdown
from voiced.store.rows import MESSAGE, conversation_of, found, message_of, places

PART = 100
"""Messages that are read at once."""


class Head(NamedTuple):
    """A conversation as it is at one moment. Messages are never changed: those up to the last one are so later too.

    Attributes:
        conversation: with the count of messages that are really there.
        first: the place before its first message.
        last: the place of its last message.
    """

    conversation: Conversation
    first: int
    last: int


def head(connection: apsw.Connection, conversation: str) -> Head:
    """Looks a conversation up.

    Raises:
        NotFound: it is not there (any more).
    """
    row = found(connection, conversation)
    first, end = places(row[0])
    query = "SELECT count(*), max(place) FROM messages WHERE place BETWEEN ? AND ?"
    count, last = next(connection.execute(query, (first, end)))
    return Head(replace(conversation_of(row), messages=count), first, last or first)


def following(connection: apsw.Connection, whole: Head, after: int) -> list[Message]:
    """The next messages after a number.

    Raises:
        NotFound: the conversation was purged meanwhile.
    """
    query = f"SELECT {MESSAGE} FROM messages WHERE place > ? AND place <= ? ORDER BY place LIMIT {PART}"  # noqa: S608
    rows = connection.execute(query, (whole.first + after, whole.last)).fetchall()
    if not rows and whole.first + after < whole.last:
        raise NotFound(f"the conversation {whole.conversation.id!r} was removed meanwhile")
    return [message_of(row, whole.conversation.id) for row in rows]


class Page:
    """Turns a conversation into text, part by part."""

    def __init__(self, form: Form, zone: tzinfo) -> None:
        self._form = form
        self._zone = zone
        self._day = ""

    def begin(self, conversation: Conversation) -> bytes:
        """The beginning."""
        if self._form == "jsonl":
            return lines.line(conversation)
        return markdown.heading(conversation, self._zone).encode()

    def go_on(self, messages: Sequence[Message]) -> bytes:
        """The next messages."""
        return b"".join(self._message(message) for message in messages)

    def _message(self, message: Message) -> bytes:
        if self._form == "jsonl":
            return lines.line(message)
        text, self._day = markdown.passage(message, self._zone, self._day)
        return text.encode()
