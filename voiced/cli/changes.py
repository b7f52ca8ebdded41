"""Verbs that change or remove a conversation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.chosen import Id, conversation
from voiced.cli.conversations import conversations, tell_of
from voiced.cli.kept import confirm, progress, using
from voiced.cli.options import Options
from voiced.cli.output import complaints, line, people, plain
from voiced.core.forgetting import Forget
from voiced.core.history import Change, Conversation
from voiced.core.speech_en import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]


def add_to(_: App) -> None:
    """Adds the verbs to those about conversations."""
    for verb in (rename, tag, untag, archive, unarchive, close, delete, undelete, purge):
        conversations.command(verb)


def rename(id_: Id, title: str, /, *, options: Options | None = None) -> None:
    """Call a conversation something else."""
    _change(id_, lambda _: Change(title=title), options)


def tag(id_: Id, /, *tags: str, options: Options | None = None) -> None:
    """Add tags to a conversation."""
    _change(id_, lambda now: Change(tags=sorted({*now.tags, *tags})), options)


def untag(id_: Id, /, *tags: str, options: Options | None = None) -> None:
    """Take tags off a conversation."""

    def without(now: Conversation) -> Change:
        for unknown in [] if options and options.json else sorted({*tags} - {*now.tags}):
            complaints.print(Text(f"It has no tag #{plain(unknown)}.", "dim"), soft_wrap=True)
        return Change(tags=sorted({*now.tags} - {*tags}))

    _change(id_, without, options)


def archive(id_: Id, /, *, options: Options | None = None) -> None:
    """Put a conversation away."""
    _change(id_, lambda _: Change(status="archived"), options)


def unarchive(id_: Id, /, *, options: Options | None = None) -> None:
    """Take a conversation out again."""
    _change(id_, lambda _: Change(status="active"), options)


def close(id_: Id, /, *, options: Options | None = None) -> None:
    """End a conversation: what is said next begins another one."""
    _change(id_, lambda _: Change(status="closed"), options)


def delete(id_: Id, /, *, options: Options | None = None) -> None:
    """Hide a conversation, until `undelete` brings it back or `purge` removes it."""
    _change(id_, lambda _: Change(status="deleted"), options)


def undelete(id_: Id, /, *, options: Options | None = None) -> None:
    """Bring back a deleted conversation."""
    _change(id_, lambda _: Change(status="active"), options)


def purge(id_: Id, /, *, yes: Switch = False, options: Options | None = None) -> None:
    """Remove a conversation and its messages for ever.

    Args:
        id_: The conversation's id, or its beginning.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()
    found = using(options, lambda kept: conversation(kept, id_))
    what = f"“{plain(found.title)}” ({found.id})" if found.title else found.id
    with_all = counted(found.messages, "message") or "no message"
    confirm(f"Remove {what} with {with_all} for ever?", options, yes=yes)
    with progress("forgetting", options) as report:
        using(options, lambda kept: kept.upkeep.forget(Forget(conversation=found.id), report))
    if options.json:
        line({"id": found.id, "purged": True})
    else:
        people.print(Text(f"Removed: {what}."), soft_wrap=True)


def _change(id_: str, make: Callable[[Conversation], Change], options: Options | None) -> None:
    options = options or Options()

    async def work(kept: "Kept") -> Conversation:
        found = await conversation(kept, id_)
        return await kept.conversations.change(found.id, make(found))

    tell_of(using(options, work), options)
