"""The verb that forgets: notes, documents, and what was said."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from msgspec.structs import asdict, replace
from rich.text import Text

from voiced.cli.chosen import conversation as chosen
from voiced.cli.chosen import only
from voiced.cli.kept import confirm, progress, using
from voiced.cli.memory import days, show
from voiced.cli.moments import PastDay
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.memories import Memory, MemoryKind, Scope, mentions
from voiced.core.speech_en import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
Kinds = Annotated[list[MemoryKind], Parameter(negative=())]
PAGE = 200
SHOWN = 20
"""Memories about something that are shown before they are forgotten."""
ONE = {"memories": "memory", "entries": "entry of a list"}
MANY = {"entries": "entries of lists"}
WAYS = "Name ids or files, or --about, --turn, --conversation, --everything; or --since, --until, --space and --kind."
LOST = "`voiced memory list` and `voiced recall` tell the ids; a file is named by its path."
EVERYTHING = "everything: all talk, all that is remembered, all lists, all timers, alarms and reminders"


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
        about: What has all these words, after it was shown; the options below narrow it.
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
    first, end = days(since, until, options)
    scope = Scope(kinds=kind or [], space=space, conversation=conversation, since=first, until=end)
    if about and which:
        raise WrongCall("names, and what they are about", hint="Forget one, then the other.")

    what = Forget(ids=[*which, *filter(None, [about])], turn=turn, everything=everything)
    if not about:
        what = replace(what, since=first, until=end, space=space, kinds=scope.kinds, conversation=conversation)
    try:
        what.check()
    except InputInvalid as error:
        raise WrongCall(error.message, hint=WAYS) from error

    async def work(kept: "Kept") -> Forgotten:
        # All at once: the file may be locked with a passphrase that can be had only once.
        words, meant = EVERYTHING if everything else "all that fits", what
        if what.ids:
            ids, words = await (_about(kept, about, scope, options) if about else _named(kept, which))
            meant = replace(what, ids=ids)
        elif conversation:
            named = await chosen(kept, conversation)
            meant, words = replace(what, conversation=named.id), f"the conversation {named.title or named.id}"
        confirm(f"Forget {words} for ever?", options, yes=yes)
        with progress("forgetting", options) as report:
            return await kept.upkeep.forget(meant, report)

    _tell(using(options, work), options)


async def _named(kept: "Kept", which: Sequence[str]) -> tuple[list[str], str]:
    ids = sorted({name for each in which for name in await _meant(kept, each)})
    return ids, ", ".join(which) + (f", {len(ids)} pieces," if len(ids) > len(which) else "")


async def _about(kept: "Kept", about: str, scope: Scope, options: Options) -> tuple[list[str], str]:
    """All that has every word: what only means about the same stays."""
    found = [each async for each in _all(kept, scope) if mentions(each, about)]
    if not found:
        raise NotFound(f"nothing is remembered about {about!r}", hint="All these words must be in it: use fewer.")
    if not options.json:
        for memory in found[:SHOWN]:
            show(memory, options.zone)
        if len(found) > SHOWN:
            people.print(Text(f"… and {len(found) - SHOWN} more.", "dim"))
    return [memory.id for memory in found], f"these {len(found)}"


def _tell(found: Forgotten, options: Options) -> None:
    if options.json:
        line(found)
        return
    counts = {name: count for name, count in asdict(found).items() if count}
    parts = [counted(count, ONE.get(name, name[:-1]), MANY.get(name, name)) for name, count in counts.items()]
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
    found = only([each async for each in _all(kept, Scope())], typed, "memories")
    if found is None:
        raise NotFound(f"nothing is remembered under the name {typed!r}", hint=LOST)
    return [found.id]


async def _all(kept: "Kept", scope: Scope) -> AsyncGenerator[Memory]:
    cursor: str | None = None
    while True:
        page = await kept.knowledge.find(scope, PAGE, cursor)
        for each in page.items:
            yield each
        if (cursor := page.next) is None:
            return
