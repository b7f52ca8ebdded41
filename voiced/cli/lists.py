"""Verbs about lists: for shopping, of what is to be done, and with names of one's own."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import confirm, moment, using
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.lists import Entry, ListSummary, list_name
from voiced.core.speech_en import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
list_ = App(name="list", help="Lists: for shopping, of what is to be done, and with names of your own.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    list_.default(show)
    list_.command(add)
    list_.command(remove)
    list_.command(clear)
    app.command(list_)


def show(name: str | None = None, /, *, options: Options | None = None) -> None:
    """Show what is on a list, or which lists there are.

    Args:
        name: The list's name; without one, all lists.
        options: What every verb understands.
    """
    options = options or Options()
    if name is None:
        _show_all(using(options, lambda kept: kept.lists.all()), options)
        return
    found = using(options, lambda kept: kept.lists.entries(name))
    if options.json:
        for entry in found:
            line(entry)
    elif found:
        table(["id", "added", "entry"], [(each.id, moment(each.at, options.zone), plain(each.text)) for each in found])
    else:
        people.print(Text(f"Nothing is on the list {plain(list_name(name))}.", "dim"))


def add(name: str, /, *texts: str, options: Options | None = None) -> None:
    """Put something on a list. What is on it already stays as it is.

    Args:
        name: The list's name, such as shopping.
        texts: What to add: each word or quoted text for itself.
        options: What every verb understands.
    """
    options = options or Options()
    if not texts:
        raise WrongCall("there is nothing to add", hint="Give what to add, such as: voiced list add shopping milk.")
    added = using(options, lambda kept: kept.lists.add(name, texts), making=True)
    _tell("Added", added, options)


def remove(name: str, /, *texts: str, options: Options | None = None) -> int:
    """Remove something from a list. The exit code is 1 where nothing of it was there.

    Args:
        name: The list's name.
        texts: What it says there, in any case, or its id.
        options: What every verb understands.
    """
    options = options or Options()
    wanted = {text.casefold() for text in texts}

    async def work(kept: "Kept") -> list[Entry]:
        chosen = [each for each in await kept.lists.entries(name) if wanted & {each.id, each.text.casefold()}]
        await kept.lists.remove([each.id for each in chosen])
        return chosen

    removed = using(options, work)
    _tell("Removed", removed, options)
    return 0 if removed else 1


def clear(name: str, /, *, yes: Switch = False, options: Options | None = None) -> None:
    """Remove everything from a list.

    Args:
        name: The list's name.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> list[Entry]:
        found = await kept.lists.entries(name)
        if found:
            many = counted(len(found), "entry", "entries")
            confirm(f"Remove {many} from the list {list_name(name)}?", options, yes=yes)
            await kept.lists.remove([each.id for each in found])
        return found

    _tell("Removed", using(options, work), options)


def _show_all(found: list[ListSummary], options: Options) -> None:
    if options.json:
        for each in found:
            line(each)
    elif found:
        table(["list", "entries"], [(plain(each.name), str(each.entries)) for each in found])
    else:
        people.print(Text("There is no list. `voiced list add shopping milk` begins one.", "dim"))


def _tell(done: str, entries: list[Entry], options: Options) -> None:
    if options.json:
        for entry in entries:
            line(entry)
        return
    words = f"{done}: {', '.join(plain(each.text) for each in entries)}." if entries else "Nothing to do."
    people.print(Text(words), soft_wrap=True)
