"""Conversations and messages as rows, and rows as what they say."""

from collections.abc import Sequence
from typing import Any, TypeVar

import apsw
import msgspec
from msgspec import Struct

from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Conversation, Message, Source

SHIFT = 24
"""A message's place is its conversation's number times 2^24, plus its own number."""
DEEPEST = 100
"""Levels of metadata. SQLite itself reads 1,000. Source: https://sqlite.org/limits.html"""
MOST = (1 << SHIFT) - 1
"""Messages in a conversation."""

CONVERSATION = "number, id, title, space, user, tags, status, made_at, changed_at, last_at, messages, metadata"
MESSAGE = (
    "place, id, role, content, at, turn, request, channel, mode, tier, model, tokens_in, tokens_out, latency_ms, "
    "spoken, sources, privacy, metadata"
)
INSERT_MESSAGE = f"INSERT INTO messages ({MESSAGE}) VALUES ({', '.join('?' * len(MESSAGE.split(', ')))})"  # noqa: S608
_sources = msgspec.json.Decoder(list[Source])
_decode = msgspec.json.decode
T = TypeVar("T", bound=Struct)


def places(number: int) -> tuple[int, int]:
    """The first and the last place of a conversation."""
    return number << SHIFT, (number << SHIFT) + MOST


def found(connection: apsw.Connection, conversation: str, columns: str = CONVERSATION) -> tuple[Any, ...]:
    """A conversation's row.

    Args:
        connection: to the file.
        conversation: its id.
        columns: those that are wanted of it.

    Raises:
        NotFound: it is not there (any more).
    """
    row = connection.execute(f"SELECT {columns} FROM conversations WHERE id = ?", (conversation,)).fetchone()  # noqa: S608 (names of our own)
    if row is None:
        raise NotFound(f"there is no conversation {conversation!r}", hint="`voiced conversations` lists them.")
    return row


def conversation_of(row: Sequence[Any]) -> Conversation:
    """Reads a row of `CONVERSATION`."""
    _, id_, title, space, user, tags, status, made_at, changed_at, last_at, messages, metadata = row
    return Conversation(
        id=id_,
        title=title,
        space=space,
        user=user,
        tags=_decode(tags),
        status=status,
        made_at=made_at,
        changed_at=changed_at,
        last_at=last_at,
        messages=messages,
        metadata=_decode(metadata),
    )


def message_of(row: Sequence[Any], conversation: str) -> Message:
    """Reads a row of `MESSAGE`. Each name for itself: that is twice as fast as a starred one."""
    (
        place, id_, role, content, at, turn, request, channel, mode, tier, model, tokens_in, tokens_out, latency_ms,
        spoken, sources, privacy, metadata,
    ) = row  # fmt: skip
    return Message(
        id_,
        role,
        content,
        at,
        conversation,
        place & MOST,
        turn,
        request,
        channel,
        mode,
        tier,
        model,
        tokens_in,
        tokens_out,
        latency_ms,
        spoken,
        _sources.decode(sources) if sources else [],
        privacy,
        _decode(metadata) if metadata else {},
    )


def row_of(message: Message, place: int) -> tuple[Any, ...]:
    """Writes a row of `MESSAGE`."""
    return (
        place,
        message.id,
        message.role,
        message.content,
        message.at,
        message.turn,
        message.request,
        message.channel,
        message.mode,
        message.tier,
        message.model,
        message.tokens_in,
        message.tokens_out,
        message.latency_ms,
        message.spoken,
        text(message.sources) if message.sources else None,
        message.privacy,
        text(message.metadata) if message.metadata else None,
    )


def text(value: object) -> str:
    """Any value as JSON."""
    return msgspec.json.encode(value).decode()


def checked(value: T) -> T:
    """What is to be kept, if it keeps to its bounds.

    Raises:
        InputInvalid: it does not.
    """
    try:
        value = _decode(msgspec.json.encode(value), type=type(value))
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError, RecursionError) as error:
        raise InputInvalid(f"that cannot be kept: {error}", hint="Correct what is named, and send it again.") from error
    look_at_depth(getattr(value, "metadata", None))
    return value


def look_at_depth(value: Any, level: int = 0) -> None:  # noqa: ANN401 (any JSON)
    """Looks whether SQLite can read some JSON.

    Raises:
        InputInvalid: it is too deep.
    """
    if level > DEEPEST:
        raise InputInvalid(f"metadata of more than {DEEPEST} levels", hint="Make it flatter.")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return
    for each in value:
        look_at_depth(each, level + 1)


def match(words: str) -> str:
    """The full-text query for all of some words, whatever signs are among them. Source: FTS5's query syntax."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in words.replace("\0", " ").split())
