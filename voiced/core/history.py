"""What is kept of all talk: conversations and their messages, as frozen values."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct, field

Role = Literal["user", "assistant", "system", "tool"]
Mode = Literal["command", "chat", "reasoning", "announcement"]
Privacy = Literal["public", "personal", "sensitive", "secret"]
Status = Literal["active", "archived", "closed", "deleted"]
"""A deleted conversation is hidden, and can come back until it is purged."""

TITLE = 60
"""Characters of its first message that a conversation is called by which nobody named."""
LONGEST_CONTENT = 1_000_000
"""Characters in a message."""
LONGEST_BATCH = 1_000
"""Messages in a call: more at a time would keep others waiting."""
Name = Annotated[str, Meta(max_length=200)]
Content = Annotated[str, Meta(max_length=LONGEST_CONTENT)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[float, Meta(ge=0, le=253_402_000_000)]
"""Seconds since 1970 (UTC), until the year 9999."""
Count = Annotated[int, Meta(ge=0, le=10**15)]
Metadata = dict[str, Any]
T = TypeVar("T")


class Source(Struct, frozen=True, omit_defaults=True):
    """Where something in an answer comes from: a citation.

    Attributes:
        kind: what it is, such as message, file or web.
        reference: where it is: an id, a path, an address.
        title: what to call it.
    """

    kind: Name
    reference: Annotated[str, Meta(max_length=10_000)]
    title: Annotated[str, Meta(max_length=10_000)] = ""


class Message(Struct, frozen=True, omit_defaults=True, gc=False):
    """One side of a turn. Never changed once it is kept.

    Attributes:
        id: made before it is written (`core.ids`).
        role: who says it.
        content: the text; of an answer all of it, also where it was cut short.
        at: when, in seconds since 1970 (UTC).
        conversation: the conversation's id; empty until it is kept.
        number: its place in the conversation, from 1; 0 until it is kept.
        turn: the turn it belongs to.
        request: whoever sent it called it so; of the same request and role only the first is kept.
        channel: how it came: voice, text, timer, …
        mode: what kind of talk it was.
        tier: who answered: rules, a model, …
        model: the model's name.
        tokens_in: tokens of the prompt.
        tokens_out: tokens of the answer.
        latency_ms: from the end of the question to the answer.
        spoken: what was really said of it, where that is not all.
        sources: what it rests on.
        privacy: how private it is.
        metadata: anything else, as JSON.
    """

    id: Id
    role: Role
    content: Content
    at: Moment
    conversation: Name = ""
    number: Annotated[int, Meta(ge=0, lt=2**24)] = 0
    turn: Name | None = None
    request: Name | None = None
    channel: Name = "text"
    mode: Mode = "command"
    tier: Name | None = None
    model: Name | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    latency_ms: Annotated[float, Meta(ge=0, le=1e12)] | None = None
    spoken: Content | None = None
    sources: list[Source] = field(default_factory=list[Source])
    privacy: Privacy = "personal"
    metadata: Metadata = field(default_factory=dict[str, Any])


class Conversation(Struct, frozen=True, kw_only=True):
    """Messages that belong together.

    Attributes:
        id: made before it is written.
        title: what it is called; empty: nothing yet.
        space: where it took place: a room, a device, a project.
        user: whose it is; empty: anybody's.
        tags: sorted, each once.
        status: active, archived, closed or deleted.
        made_at: when it began, in seconds since 1970 (UTC).
        changed_at: when its title, tags, status or metadata last changed.
        last_at: when its last message was said; `made_at` while there is none.
        messages: how many there are.
        metadata: anything else, as JSON.
    """

    id: Id
    made_at: Moment
    changed_at: Moment
    last_at: Moment
    title: Name = ""
    space: Id = "home"
    user: Name = ""
    tags: list[Name] = field(default_factory=list[str])
    status: Status = "active"
    messages: Annotated[int, Meta(ge=0, lt=2**24)] = 0
    metadata: Metadata = field(default_factory=dict[str, Any])


class NewConversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a conversation begins with. The id is made by whoever asks, or by the store where it is empty."""

    id: Name = ""
    title: Name = ""
    space: Id = "home"
    user: Name = ""
    tags: list[Name] = field(default_factory=list[str])
    metadata: Metadata = field(default_factory=dict[str, Any])


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a conversation; None: stays as it is."""

    title: Name | None = None
    tags: list[Name] | None = None
    status: Status | None = None
    metadata: Metadata | None = None


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which conversations are asked for: those that fit all that is given.

    Attributes:
        space: took place there.
        tag: has this tag.
        status: is so; None: all but the deleted ones.
        user: is whose.
        text: these words are in its title or in one of its messages.
        limit: at most so many.
        cursor: where the page before ended (`Page.next`).
    """

    space: str | None = None
    tag: str | None = None
    status: Status | None = None
    user: str | None = None
    text: str | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: str | None = None


class Page(Struct, Generic[T], frozen=True):
    """A part of a list.

    Attributes:
        items: in order.
        next: the cursor of the part after it; None at the end.
    """

    items: list[T]
    next: str | None = None


class Statistics(Struct, frozen=True):
    """How many messages there are, by what they have in common.

    Attributes:
        conversations: how many of them, by status.
        messages: all of them.
        tokens_in: of all prompts.
        tokens_out: of all answers.
        roles: by role.
        channels: by how they came.
        models: by model, of those that name one.
        tiers: by who answered.
        days: by local day (2026-11-25), the newest 366 of them.
    """

    conversations: dict[str, int]
    messages: int
    tokens_in: int
    tokens_out: int
    roles: dict[str, int]
    channels: dict[str, int]
    models: dict[str, int]
    tiers: dict[str, int]
    days: dict[str, int]


def title_of(messages: Sequence[Message]) -> str:
    """What a conversation is called by which nobody named: its first words."""
    words = " ".join(next((message.content for message in messages if message.role == "user"), "").split())
    return words if len(words) <= TITLE else words[: TITLE - 1].rstrip() + "…"
