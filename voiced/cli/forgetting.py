"""The verb that forgets: notes, documents, and what was said."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from msgspec.structs import asdict
from rich.text import Text

from voiced.cli.chosen import conversation as chosen
from voiced.cli.kept import confirm, using
from voiced.cli.memory import days, show
from voiced.cli.moments import PastDay
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people
from voiced.core.errors import NotFound
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.memories import Memory, MemoryKind, Scope
from voiced.core.speech import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
Kinds = Annotated[list[MemoryKind], Parameter(negative=())]
PAGE = 200
SHORTEST_ID = 4
FOUND = 20
"""Memories about something that are offered to be forgotten."""
ONE = {"memories": "memory"}
EVERYTHING = "everything: all talk, all that is remembered, all timers, alarms and reminders"


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(forget)


def forget(  # noqa: PLR0913 (each is another way to say what)
    *which: str,
    about: str = "",
    turn: str | None = None,
    conversation: str | None = None,
    since: PastDay | None = None,
    until: PastDay | None = None,
    space: str | None = None,
    kind: Kinds | None = None,
    everything: Switch = False,
    yes: Switch = False,
    options: Options | None = None,
) -> None:
    """Forget for ever: no byte is left, also not in backups, which are replaced by a new one.

    Args:
        which: Notes, documents or messages, by their ids or the beginnings of them; or files that were remembered.
        about: What is remembered about this, after it was shown.
        turn: What was said in this turn.
        conversation: This conversation, by its id or the beginning of it.
        since: What was said or learned on this day and later: 2026-11-25, today or yesterday.
        until: What was said or learned on this day and earlier.
        space: Only what belongs there.
        kind: Only notes, documents or messages; may be repeated.
        everything: All of it.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()
    if sum(map(bool, (which, about, conversation))) > 1 or (everything and (which or about or conversation)):
        raise WrongCall("that says two things at once", hint="Forget one, then the other.")
    if which or about:
        ids, words = _about(about, options) if about else _named(which, options)
        what = Forget(ids=ids)
    elif conversation:
        found = using(options, lambda kept: chosen(kept, conversation))
        what, words = Forget(conversation=found.id), f"the conversation {found.title or found.id}"
    else:
        first, end = days(since, until, options)
        what = Forget(turn=turn, since=first, until=end, space=space, kinds=kind or [], everything=everything)
        words = EVERYTHING if everything else "all that fits"
    what.check()
    confirm(f"Forget {words} for ever?", options, yes=yes)
    _tell(using(options, lambda kept: kept.upkeep.forget(what)), options)


def _named(which: Sequence[str], options: Options) -> tuple[list[str], str]:
    async def look(kept: "Kept") -> list[str]:
        return sorted({name for each in which for name in await _meant(kept, each)})

    ids = using(options, look)
    return ids, ", ".join(which) + (f", {len(ids)} pieces," if len(ids) > len(which) else "")


def _about(about: str, options: Options) -> tuple[list[str], str]:
    found = using(options, lambda kept: kept.knowledge.search(about, Scope(), FOUND))
    if not found:
        raise NotFound(f"nothing is remembered about {about!r}")
    if not options.json:
        for hit in found:
            show(hit, options.zone)
    return [hit.memory.id for hit in found], f"these {len(found)}"


def _tell(found: Forgotten, options: Options) -> None:
    if options.json:
        line(found)
        return
    parts = [counted(count, ONE.get(name, name[:-1]), name) for name, count in asdict(found).items() if count]
    people.print(Text(f"Forgotten: {', '.join(parts)}." if parts else "There was nothing like that."), soft_wrap=True)


async def _meant(kept: "Kept", typed: str) -> list[str]:
    """The notes and pieces that are meant by an id, its beginning, or a file."""
    from voiced.recall.documents import names  # noqa: PLC0415 (the other verbs start faster without it)

    typed = typed.strip()
    if not typed:
        raise WrongCall("nothing has an empty id", hint="`voiced memory list` lists what is remembered.")
    if pieces := await names(kept.knowledge, Path(typed)):
        return sorted(pieces)
    with suppress(NotFound):
        return [(await kept.knowledge.get(typed)).id]
    begun = [each.id async for each in _all(kept) if each.id.startswith(typed)] if len(typed) >= SHORTEST_ID else []
    if not begun:
        raise NotFound(f"nothing is remembered under the name {typed!r}")
    if len(begun) > 1:
        raise WrongCall(f"{len(begun)} ids begin with {typed!r}", hint="Use more of the id.")
    return begun


async def _all(kept: "Kept") -> AsyncGenerator[Memory]:
    cursor: str | None = None
    while True:
        page = await kept.knowledge.find(Scope(kinds=["note", "document"]), PAGE, cursor)
        for each in page.items:
            yield each
        if (cursor := page.next) is None:
            return
