"""What goes over the socket about what is kept, where it is not one of the core's own values."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, field

from voiced.control.told import Problem
from voiced.core.history import Conversation, Message, Moment, Name, Page
from voiced.core.lists import LONGEST_LIST, ListName, Text
from voiced.core.memories import LONGEST_MEMORIES, Scope
from voiced.core.ports.search import Where
from voiced.core.ports.upkeep import Form
from voiced.core.promises import Kind
from voiced.core.usage import By

Limit = Annotated[int, Meta(ge=1, le=1000)]
Hits = Annotated[int, Meta(ge=1, le=100)]
Words = Annotated[str, Meta(min_length=1, max_length=10_000)]

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
    turn: str | None = None


class Last(Struct, frozen=True, forbid_unknown_fields=True):
    """How many turns are asked for."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10


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


class Listed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which memories are asked for, in an address: see `Scope`; kinds are separated by commas."""

    kind: str | None = None
    space: str | None = None
    user: str | None = None
    tag: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    conversation: str | None = None
    source: str | None = None
    limit: Limit = 50
    cursor: str | None = None


class Asked(Listed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is looked for among memories, in an address."""

    q: Words
    limit: Hits = 10


class Sought(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for among memories."""

    words: Words
    scope: Scope = field(default_factory=Scope)
    limit: Hits = 10


class ListNamed(Struct, frozen=True, forbid_unknown_fields=True):
    """Which list is asked for."""

    name: ListName


class NewEntries(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be put on a list."""

    name: ListName
    texts: Annotated[list[Text], Meta(min_length=1, max_length=LONGEST_LIST)]


class LookUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked for, and where."""

    words: Annotated[str, Meta(min_length=1, max_length=1_000)]
    where: Where = "everywhere"
    limit: Annotated[int, Meta(ge=1, le=50)] | None = None


class Chosen(Struct, frozen=True, forbid_unknown_fields=True):
    """Which memories, or entries of lists, are to be removed."""

    ids: Annotated[list[str], Meta(min_length=1, max_length=LONGEST_MEMORIES)]


class Removed(Struct, frozen=True):
    """How much was removed."""

    removed: int


class OwnBackup(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the daemon's own backups, by the name of its file."""

    backup: Annotated[str, Meta(min_length=1, max_length=255)]


class Noted(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which entries of the audit log are asked for: from a moment on."""

    since: Moment = 0.0
    limit: Limit = 100
    cursor: str | None = None


class Used(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How what was used is put together, and from which moment on."""

    by: By = "day"
    since: Moment = 0.0


class Step(Struct, frozen=True):
    """A line about long work: how far it is, or how it ended.

    Attributes:
        done: how much is done.
        total: of how much, in any unit.
        doing: what is being done, where that is several things.
        result: what came of it, in the last line.
        problem: or why nothing did.
    """

    done: int = 0
    total: int = 0
    doing: str = ""
    result: Any = UNSET
    problem: Problem | None = None
