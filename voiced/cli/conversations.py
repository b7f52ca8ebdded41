"""Verbs that list conversations, show, begin and export them."""

import sys
from collections.abc import AsyncIterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.chosen import Id, conversation, conversation_id
from voiced.cli.files import written
from voiced.cli.history import tell
from voiced.cli.kept import Limit, moment, using
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table
from voiced.core.history import Conversation, Message, NewConversation, Page, Statistics, Status, Wanted
from voiced.core.ports.upkeep import Form

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
Tags = Annotated[list[str], Parameter(negative=())]
PAGE = 500
STYLES = {"archived": "dim", "closed": "dim", "deleted": "red"}
conversations = App(name="conversations", help="Look after conversations: list, show, change, remove, export them.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    conversations.default(list_)
    conversations.command(list_, name="list")
    for verb in (show, new, export, stats):
        conversations.command(verb)
    app.command(conversations)


def list_(  # noqa: PLR0913 (each is a filter)
    *,
    space: str | None = None,
    tag: str | None = None,
    status: Status | None = None,
    user: str | None = None,
    text: str | None = None,
    limit: Limit = 20,
    cursor: str | None = None,
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
    options: Options | None = None,
) -> None:
    """List conversations, the one that was talked in last first.

    Args:
        space: Only those that took place there.
        tag: Only those with this tag.
        status: Only those that are so; without it, all but the deleted ones.
        user: Only this user's.
        text: Only those with these words in the title or in a message.
        limit: At most so many.
        cursor: Go on where a list ended that was not complete.
        all_: Without a limit.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> Page[Conversation]:
        found: list[Conversation] = []
        at = cursor
        while True:
            count = PAGE if all_ else min(PAGE, limit - len(found))
            wanted = Wanted(space=space, tag=tag, status=status, user=user, text=text, limit=count, cursor=at)
            page = await kept.conversations.find(wanted)
            found += page.items
            at = page.next
            if at is None or (not all_ and len(found) >= limit):
                return Page(found, at)

    page = using(options, work)
    if options.json:
        for each in page.items:
            line(each)
        return
    if not page.items:
        people.print(Text("There is no such conversation.", "dim"))
        return
    rows = [_row(each, options.zone) for each in page.items]
    table(["id", "last", "messages", "space", "title", "tags", ""], rows)
    if page.next:
        people.print(Text(f"There are more: --cursor {page.next}, or --all.", "dim"), soft_wrap=True)


def show(id_: Id, /, *, limit: Limit = 100, options: Options | None = None) -> None:
    """Show a conversation, its newest message at the bottom.

    Args:
        id_: The conversation's id, or its beginning.
        limit: Only so many of its last messages.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> tuple[Conversation, list[Message]]:
        found = await conversation(kept, id_)
        return found, await kept.conversations.last(found.id, limit)

    found, messages = using(options, work)
    tell_of(found, options)
    tell(messages, options)


def new(
    title: str = "",
    *,
    space: str = "home",
    user: str = "",
    tag: Tags | None = None,
    options: Options | None = None,
) -> None:
    """Begin a conversation.

    Args:
        title: What it is called.
        space: Where it takes place.
        user: Whose it is.
        tag: A tag; may be repeated.
        options: What every verb understands.
    """
    options = options or Options()
    begun = NewConversation(title=title, space=space, user=user, tags=tag or [])
    tell_of(using(options, lambda kept: kept.conversations.open(begun), making=True), options)


def export(
    id_: Id,
    /,
    *,
    format_: Annotated[Form, Parameter(name="--format")] = "markdown",
    out: Path | None = None,
    force: Switch = False,
    options: Options | None = None,
) -> None:
    """Write a conversation as Markdown, to be read, or as JSON Lines, with all that is known of it.

    Args:
        id_: The conversation's id, or its beginning.
        format_: How it is written.
        out: Write a file instead of printing it.
        force: The file may be there already, and is replaced.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> None:
        found = await conversation_id(kept, id_)
        pieces = kept.upkeep.conversation(found, format_)
        if out is None and options.json:
            line({"id": found, "format": format_, "text": b"".join([piece async for piece in pieces]).decode()})
            return
        if out is None:
            await _print_all(pieces)
            return
        with written(out, force=force) as part, part.open("xb") as file:
            async for piece in pieces:
                file.write(piece)
        if options.json:
            line({"id": found, "format": format_, "out": str(out)})

    using(options, work)


def stats(*, options: Options | None = None) -> None:
    """Count conversations and messages, by what they have in common."""
    options = options or Options()
    counted = using(options, lambda kept: kept.conversations.statistics())
    if options.json:
        line(counted)
    else:
        table(["", "", ""], _counts(counted))


def _counts(counted: Statistics) -> list[Sequence[str | Text]]:
    rows: list[Sequence[str | Text]] = [
        ["messages", "", str(counted.messages)],
        ["tokens", "in", str(counted.tokens_in)],
        ["", "out", str(counted.tokens_out)],
    ]
    for name in ("conversations", "roles", "channels", "models", "tiers", "days"):
        of: dict[str, int] = getattr(counted, name)
        rows += [[name * (place == 0), plain(what), str(count)] for place, (what, count) in enumerate(of.items())]
    return rows


def tell_of(conversation: Conversation, options: Options) -> None:
    """Prints a conversation on a line."""
    if options.json:
        line(conversation)
        return
    _, last, messages, space, title, tags, status = _row(conversation, options.zone)
    count = f"{messages} message" + "s" * (messages != "1")
    what = Text.assemble((title, "bold"), f"  {space}  {count}  ", tags, "  ", status)
    people.print(Text.assemble((f"{conversation.id}  {last}  ", "dim"), what), soft_wrap=True)


def _row(each: Conversation, zone: tzinfo) -> tuple[str, str, str, str, str, str, Text]:
    status = Text("" if each.status == "active" else each.status, STYLES.get(each.status, ""))
    tags = " ".join(f"#{plain(tag)}" for tag in each.tags)
    return each.id, moment(each.last_at, zone), str(each.messages), plain(each.space), plain(each.title), tags, status


async def _print_all(pieces: AsyncIterator[bytes]) -> None:
    try:
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        people.on_broken_pipe()
