"""What goes over the socket about what is kept, where it is not one of the core's own values."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct

from voiced.control.told import Problem
from voiced.core.history import Conversation, Message, Name, Page
from voiced.core.ports.upkeep import Form
from voiced.core.promises import Kind

Limit = Annotated[int, Meta(ge=1, le=1000)]

SEALED = "voiced-passphrase"
"""The header with what an archive is sealed with, in Base64."""


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which messages of a conversation are asked for.

    Attributes:
        limit: at most so many, from the cursor on.
        cursor: where the page before ended.
        last: only so many of the last ones, instead.
    """

    limit: Limit = 100
    cursor: str | None = None
    last: Annotated[int, Meta(ge=1, le=10_000)] | None = None


class Whole(Struct, frozen=True):
    """A conversation with (a part of) its messages."""

    conversation: Conversation
    messages: Page[Message]


class Recent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which messages of all conversations are asked for."""

    limit: Limit = 20
    cursor: str | None = None
    text: str | None = None
    space: str | None = None


class Place(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where something is said, and by whom."""

    space: Annotated[str, Meta(min_length=1, max_length=200)] = "home"
    user: Name = ""


class Removal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whether a conversation is removed for ever, or only hidden."""

    purge: bool = False


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    """How a conversation is to be written."""

    format: Form = "jsonl"


class Which(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which promises are asked for; None: all kinds."""

    kind: Kind | None = None


class OwnBackup(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the daemon's own backups, by the name of its file."""

    backup: Annotated[str, Meta(min_length=1, max_length=255)]


class Step(Struct, frozen=True):
    """A line about long work: how far it is, or how it ended."""

    done: int = 0
    total: int = 0
    result: Any = UNSET
    problem: Problem | None = None
