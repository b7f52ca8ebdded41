"""Which conversation, timer, alarm or reminder is meant by what somebody typed."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from cyclopts import Parameter

from voiced.cli.moments import time_of_day
from voiced.cli.output import WrongCall
from voiced.core.errors import NotFound
from voiced.core.history import Conversation, Wanted
from voiced.core.ports.agenda import Pending
from voiced.core.speech_en import ENGLISH

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept


Id = Annotated[str, Parameter(name="ID")]
"""What a conversation is named by: its id, or the beginning of it."""


class Named(Protocol):
    """Something that has an id."""

    @property
    def id(self) -> str:
        """Made by the store: letters and digits."""
        ...


T = TypeVar("T", bound=Named)
PAGE = 500
SHORTEST_ID = 4
"""What is shorter is no beginning of an id, but a slip."""
NAMED = 5
"""So many are named where several are meant."""


async def conversation(kept: "Kept", typed: str) -> Conversation:
    """The conversation that has this id, or the only one whose id begins so.

    Raises:
        NotFound: there is none.
        WrongCall: there are several, or nothing was typed.
    """
    typed = typed.strip()
    if not typed:
        raise WrongCall("a conversation is named by its id", hint="`voiced conversations` lists them.")
    try:
        return await kept.conversations.get(typed)
    except NotFound:
        found = only([each async for each in _all(kept)], typed, "conversations")
        if found is None:
            raise
        return found


async def conversation_id(kept: "Kept", typed: str) -> str:
    """The same, its id."""
    return (await conversation(kept, typed)).id


def matching(pending: Sequence[Pending], which: str) -> Pending:
    """The one that has this id, this name, this time of day, or the only one whose id begins so.

    Raises:
        NotFound: there is none.
        WrongCall: there are several, or nothing was typed.
    """
    which = which.strip()
    if not which:
        raise WrongCall("nothing has an empty name", hint="Give a name or an id.")
    time = ""
    with suppress(ValueError):
        time = time_of_day(which)
    found = [each for each in pending if which == each.id]
    found = found or [each for each in pending if each.name and ENGLISH.same(each.name, which)]
    found = found or [each for each in pending if time and each.schedule and each.schedule.time == time]
    chosen = _single(found, f"of the name or time {which!r}") or only(pending, which, "promises")
    if chosen is None:
        raise NotFound(f"there is nothing of the name or id {which!r}")
    return chosen


def only(found: Iterable[T], typed: str, what: str) -> T | None:
    """The one whose id is typed, whole or its beginning; None: there is none.

    Raises:
        WrongCall: there are several.
    """
    begun = [each for each in found if len(typed) >= SHORTEST_ID and each.id.startswith(typed)]
    return _single(begun, f"{what} whose id begins with {typed!r}")


def _single(found: Sequence[T], what: str) -> T | None:
    if len(found) > 1:
        ids = ", ".join(each.id for each in found[:NAMED]) + ", …" * (len(found) > NAMED)
        raise WrongCall(f"there are {len(found)} {what}", hint=f"Use an id: {ids}.")
    return found[0] if found else None


async def _all(kept: "Kept") -> AsyncGenerator[Conversation]:
    """Every conversation, the deleted ones last."""
    for status in (None, "deleted"):
        cursor: str | None = None
        while True:
            page = await kept.conversations.find(Wanted(status=status, limit=PAGE, cursor=cursor))
            for each in page.items:
                yield each
            cursor = page.next
            if cursor is None:
                break
