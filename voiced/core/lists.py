"""Lists: for shopping, of what is to be done, and with names of one's own."""

from typing import Annotated

from msgspec import Meta, Struct

from voiced.core.history import Id, Moment

LONGEST_LIST = 500
"""Entries on a list."""
Text = Annotated[str, Meta(min_length=1, max_length=500)]
ListName = Annotated[str, Meta(min_length=1, max_length=100)]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is on a list.

    Attributes:
        id: its name.
        list: the list's name, as `list_name` makes it.
        text: what it says.
        at: when it was added, in seconds since 1970 (UTC).
        space: where the list belongs: a room, a device, a project.
    """

    id: Id
    list: ListName
    text: Text
    at: Moment
    space: Id = "home"


class ListSummary(Struct, frozen=True):
    """A list.

    Attributes:
        name: its name.
        entries: how many there are.
    """

    name: str
    entries: int


def list_name(said: str) -> str:
    """The name of a list in one form, whoever says it: lower case, one space between words, at most 100 characters."""
    return " ".join(said.casefold().split())[:100].strip()
