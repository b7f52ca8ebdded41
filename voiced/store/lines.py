"""Conversations, promises, memories and lists as lines of JSON: all that is known, nothing harmful."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from voiced.core.errors import InputInvalid
from voiced.core.history import Conversation, Message
from voiced.core.lists import Entry, list_name
from voiced.core.memories import NewMemory
from voiced.core.promises import Promise, Schedule, check_schedule
from voiced.store.rows import look_at_depth

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes: a message of the longest content, each character escaped, and what belongs to it."""
T = TypeVar("T", bound=Struct)


class _Conversation(Conversation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Message(Message, frozen=True, forbid_unknown_fields=True):
    pass


class _Schedule(Schedule, frozen=True, forbid_unknown_fields=True):
    pass


class _Promise(Promise, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schedule: _Schedule | None = None


_conversation = msgspec.json.Decoder(_Conversation)
_message = msgspec.json.Decoder(_Message)
_promise = msgspec.json.Decoder(_Promise)
_memory = msgspec.json.Decoder(NewMemory)
_entry = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder()


def line(value: Conversation | Message | Promise | NewMemory | Entry) -> bytes:
    """One value as one line, with its end."""
    return _encoder.encode(value) + b"\n"


def conversation(data: bytes) -> Conversation:
    """Reads the first line of a conversation.

    Raises:
        InputInvalid: it is none, or knows no bounds.
    """
    value = _read(_conversation, data)
    look_at_depth(value.metadata)
    return value


def message(data: bytes) -> Message:
    """Reads the line of a message, under the same terms."""
    value = _read(_message, data)
    look_at_depth(value.metadata)
    return value


def promise(data: bytes) -> Promise:
    """Reads the line of a promise, under the same terms; one that can be kept."""
    value = _read(_promise, data)
    if value.schedule is not None:
        check_schedule(value.schedule, kept=True)
    return value


def memory(data: bytes) -> NewMemory:
    """Reads the line of a memory, under the same terms; one that says which it is and when it was learned."""
    value = _read(_memory, data)
    if not value.id:
        raise InputInvalid("a memory without an id")
    return value


def entry(data: bytes) -> Entry:
    """Reads the line of an entry of a list, under the same terms; in the form in which lists are looked for."""
    value = _read(_entry, data)
    kept = replace(value, list=list_name(value.list), text=" ".join(value.text.split()))
    if not kept.list or not kept.text:
        raise InputInvalid("an entry of a list without words")
    return kept


def promise_row(names: Sequence[str], row: Sequence[object]) -> Promise:
    """Reads a row of promises, under the same terms.

    Args:
        names: of the columns.
        row: their values; the schedule is JSON.
    """
    values = dict(zip(names, row, strict=True))
    schedule = values.get("schedule")
    values["schedule"] = None if schedule is None else msgspec.Raw(str(schedule).encode())
    return promise(msgspec.json.encode(values))


def _read(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputInvalid(str(error) or type(error).__name__) from error
