"""What is remembered and can be found by meaning: notes, documents, and all that was said."""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiced.core.history import Content, Count, Id, Moment, Name, Privacy, Role, Source

MemoryKind = Literal["note", "document", "message"]
"""What somebody asked to remember; a piece of a file; what was said in a conversation."""
_WORD = re.compile(r"\w+")
LONGEST_MEMORIES = 1_000
"""Memories in a call: more at a time would keep others waiting."""


class NewMemory(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to remember.

    Attributes:
        text: its words.
        kind: note or document; messages come into being with their conversation.
        id: made by whoever asks, or by the store where it is empty: what is kept under it already is not kept twice.
        at: when it was learned, in seconds since 1970 (UTC); 0: now.
        title: what to call it.
        space: where it belongs: a room, a device, a project.
        user: whose it is; empty: anybody's.
        tags: sorted, each once.
        source: where it comes from: the message that said it, the file and the part of it.
        privacy: how private it is.
    """

    text: Annotated[Content, Meta(min_length=1)]
    kind: Literal["note", "document"] = "note"
    id: Name = ""
    at: Moment = 0.0
    title: Name = ""
    space: Id = "home"
    user: Name = ""
    tags: list[Name] = field(default_factory=list[str])
    source: Source | None = None
    privacy: Privacy = "personal"


class Memory(Struct, frozen=True, kw_only=True):
    """Something that is remembered, with its citation.

    Attributes:
        id: its name; of a message, the message's.
        kind: what it is.
        text: its words.
        at: when it was learned or said, in seconds since 1970 (UTC).
        space: where it belongs.
        user: whose it is; empty: anybody's.
        title: what to call it: of a message, its conversation's title.
        tags: its own, or its conversation's.
        source: where it comes from; of a message, its conversation.
        privacy: how private it is.
        role: of a message, who said it.
    """

    id: Id
    kind: MemoryKind
    text: Content
    at: Moment
    space: Id = "home"
    user: Name = ""
    title: Name = ""
    tags: list[Name] = field(default_factory=list[str])
    source: Source | None = None
    privacy: Privacy = "personal"
    role: Role | None = None


class Scope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which memories are meant: those that fit all that is given.

    Attributes:
        kinds: of these kinds; empty: of all.
        space: that belong there.
        user: that are whose.
        tag: that have this tag.
        since: learned at this moment or later.
        until: learned before this moment.
        conversation: said in it.
        source: from this file or message (`Source.reference`).
    """

    kinds: list[MemoryKind] = field(default_factory=list[MemoryKind])
    space: str | None = None
    user: str | None = None
    tag: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    conversation: str | None = None
    source: str | None = None


class Recalled(Struct, frozen=True):
    """A memory that was found.

    Attributes:
        memory: what was found.
        score: by reciprocal rank: only its order has a meaning.
        by: what found it: words, meaning or both.
        similarity: the cosine of its vector and that of what is looked for; None where they were not compared.
    """

    memory: Memory
    score: float
    by: list[Literal["words", "meaning"]]
    similarity: float | None = None


class Unembedded(Struct, frozen=True):
    """A memory that has no vector of a model yet.

    Attributes:
        key: the store's own name for it.
        text: its words.
        privacy: how private it is.
    """

    key: int
    text: str
    privacy: Privacy = "personal"


class MemoryState(Struct, frozen=True):
    """How far the memory is.

    Attributes:
        memories: how many there are, by kind.
        model: whose vectors are searched; empty: none yet.
        embedded: how many have a vector of it.
        waiting: how many have none of the model that is configured: words find them meanwhile.
    """

    memories: dict[str, Count]
    model: str
    embedded: Count
    waiting: Count


def mentions(memory: Memory, topic: str) -> bool:
    """Tells whether a memory has every word of a topic. The title of a conversation says nothing about its messages."""
    title = "" if memory.kind == "message" else memory.title
    return _words(topic) <= _words(f"{title} {memory.text}")


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
