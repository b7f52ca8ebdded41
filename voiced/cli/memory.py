"""Verbs that find what is remembered: notes, documents, and all that was said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import Limit, moment, using
from voiced.cli.moments import AGO, PastDay
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.citations import source_of
from voiced.core.history import Page
from voiced.core.memories import Memory, MemoryKind, Scope
from voiced.core.ports.knowledge import KnowledgeState

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Kinds = Annotated[list[MemoryKind], Parameter(negative=())]
PAGE = 200
SHOWN = 200
"""Characters of a memory that are shown in a list."""
memory = App(name="memory", help="What is remembered: how far it is, and lists of it.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    app.command(recall)
    memory.default(state)
    memory.command(list_, name="list")
    app.command(memory)


def recall(
    *words: str,
    kind: Kinds | None = None,
    space: str | None = None,
    tag: str | None = None,
    since: PastDay | None = None,
    until: PastDay | None = None,
    limit: Limit = 10,
    options: Options | None = None,
) -> int:
    """Find what is remembered, by words and by meaning, the best first.

    Args:
        words: What it is about.
        kind: Only notes, documents or messages; may be repeated.
        space: Only what belongs there.
        tag: Only what has this tag.
        since: Only of this day and later: 2026-11-25, today or yesterday.
        until: Only of this day and earlier.
        limit: At most so many.
        options: What every verb understands.
    """
    options = options or Options()
    question = " ".join(words)
    if not question.strip():
        raise WrongCall("there is nothing to look for", hint="Give some words.")
    first, end = days(since, until, options)
    scope = Scope(kinds=kind or [], space=space, tag=tag, since=first, until=end)
    found = using(options, lambda kept: kept.knowledge.search(question, scope, limit))
    for hit in found:
        if options.json:
            line(hit)
        else:
            show(hit.memory, options.zone, hit.by)
    if not found and not options.json:
        people.print(Text("I remember nothing like that.", "dim"))
    return 0 if found else 1


def state(*, options: Options | None = None) -> None:
    """Show how much is remembered, and how far its vectors are."""
    options = options or Options()
    found = using(options, lambda kept: kept.knowledge.state())
    if options.json:
        line(found)
        return
    table(["", ""], _counts(found))
    if found.problem:
        people.print(Text(f"No vectors are made for now: {found.problem}", "yellow"), soft_wrap=True)
        people.print(Text(found.hint, "dim"), soft_wrap=True)


def list_(  # noqa: PLR0913 (each is a filter)
    *,
    kind: Kinds | None = None,
    space: str | None = None,
    tag: str | None = None,
    since: PastDay | None = None,
    until: PastDay | None = None,
    limit: Limit = 20,
    cursor: str | None = None,
    options: Options | None = None,
) -> None:
    """List notes and documents, the newest first.

    Args:
        kind: Only of this kind: note, document or message; may be repeated.
        space: Only what belongs there.
        tag: Only what has this tag.
        since: Only of this day and later: 2026-11-25, today or yesterday.
        until: Only of this day and earlier.
        limit: At most so many.
        cursor: Go on where a list ended that was not complete.
        options: What every verb understands.
    """
    options = options or Options()
    first, end = days(since, until, options)
    scope = Scope(kinds=kind or ["note", "document"], space=space, tag=tag, since=first, until=end)

    async def work(kept: "Kept") -> Page[Memory]:
        found: list[Memory] = []
        at = cursor
        while True:
            page = await kept.knowledge.find(scope, min(PAGE, limit - len(found)), at)
            found += page.items
            at = page.next
            if at is None or len(found) >= limit:
                return Page(found, at)

    page = using(options, work)
    if options.json:
        for each in page.items:
            line(each)
        return
    if not page.items:
        people.print(Text("Nothing like that is remembered.", "dim"))
        return
    table(["id", "at", "kind", "text", "from", "tags"], [_row(each, options.zone) for each in page.items])
    if page.next:
        people.print(Text(f"There are more: --cursor {page.next}.", "dim"), soft_wrap=True)


def days(since: str | None, until: str | None, options: Options) -> tuple[float | None, float | None]:
    """The moments from which, and before which."""

    def start(typed: str, after: int = 0) -> float:
        day = options.today() - timedelta(AGO[typed]) if typed in AGO else date.fromisoformat(typed)
        return datetime.combine(day + timedelta(after), datetime.min.time(), options.zone).timestamp()

    return start(since) if since else None, start(until, 1) if until else None


def show(memory: Memory, zone: tzinfo, by: Sequence[str] = ()) -> None:
    """Prints a memory: where it comes from, what found it, and its words."""
    source = source_of(memory)
    place = source.title if memory.kind == "document" else memory.title
    head = "  ".join(filter(None, (moment(memory.at, zone), memory.kind, plain(place), " + ".join(by))))
    people.print(Text.assemble((f"{memory.id}  {head}", "dim")), soft_wrap=True)
    people.print(Text(plain(_short(memory.text))), soft_wrap=True)


def _row(each: Memory, zone: tzinfo) -> tuple[str, str, str, str, str, str]:
    place = source_of(each).title if each.kind == "document" else each.title
    tags = " ".join(f"#{plain(tag)}" for tag in each.tags)
    return each.id, moment(each.at, zone), each.kind, plain(_short(each.text)), plain(place), tags


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _counts(found: KnowledgeState) -> list[tuple[str, str]]:
    counts = [(kind, str(count)) for kind, count in found.memories.items()]
    meaning = [("searched by", found.model or "words alone"), ("with vectors", str(found.embedded))]
    if found.waiting:
        meaning.append(
            ("waiting", f"{found.waiting}: the daemon makes vectors with {found.wanted} while nobody speaks")
        )
    return counts + meaning
