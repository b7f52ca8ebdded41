"""The verb that shows what was said."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from cyclopts import App
from rich.text import Text

from voiced.cli.kept import Limit, using
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain
from voiced.core.history import Message

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

PAGE = 500
STYLES = {"user": "bold", "assistant": "green"}
NAMES = {"user": "you", "assistant": "voiced"}


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(history)


def history(*words: str, limit: Limit = 20, space: str | None = None, options: Options | None = None) -> None:
    """Show what was said last, the newest at the bottom.

    Args:
        words: Only what holds all these words.
        limit: At most so many messages.
        space: Only what was said there.
        options: What every verb understands.
    """
    options = options or Options()
    text = " ".join(words) or None

    async def work(kept: "Kept") -> list[Message]:
        found: list[Message] = []
        cursor: str | None = None
        while len(found) < limit:
            page = await kept.conversations.recent(min(PAGE, limit - len(found)), cursor, text=text, space=space)
            found += page.items
            if page.next is None:
                break
            cursor = page.next
        return found[::-1]

    found = using(options, work)
    tell(found, options)
    if not found and not options.json:
        people.print(Text("Nothing like that was said." if text or space else "Nothing was said.", "dim"))


def tell(messages: Iterable[Message], options: Options) -> None:
    """Prints messages in the order given: as a talk to be read, or an object a line."""
    day = ""
    for message in messages:
        if options.json:
            line(message)
            continue
        at = datetime.fromtimestamp(message.at, options.zone)
        if day != (day := f"{at:%A, %Y-%m-%d}"):
            people.print(Text(day, "dim"))
        people.print(spoken(message, f"{at:%H:%M:%S}"), soft_wrap=True)


def spoken(message: Message, time: str) -> Text:
    """A message as one line: when, who, what, and how much of it was heard where it was interrupted."""
    style = STYLES.get(message.role, "dim")
    who = NAMES.get(message.role, message.role)
    told = Text.assemble((f"{time}  ", "dim"), (f"{who:>6}  ", style), plain(message.content) or ("–", "dim"))
    if message.spoken is not None:
        after = f"after “{plain(message.spoken)}”" if message.spoken else "before the first word"
        told.append(f"  interrupted {after}", "yellow")
    return told
