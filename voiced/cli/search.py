"""The verb that looks things up."""

from cyclopts import App
from rich.text import Text

from voiced.cli.kept import Limit, using
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, complaints, line, people, plain
from voiced.core.ports.search import Where

WITHHELD = {
    "too private": "The web was not asked: that is too private (see privacy.search).",
    "nothing is enabled": "No provider of that kind is enabled: see [search].",
}


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(search)


def search(*words: str, where: Where = "everywhere", limit: Limit | None = None, options: Options | None = None) -> int:
    """Look something up: in what is remembered, and on the web where [search] enables it and [privacy] allows it.

    Args:
        words: What to look for.
        where: Whom to ask: everywhere, web or memory.
        limit: At most so many results.
        options: What every verb understands.
    """
    options = options or Options()
    wanted = " ".join(words)
    if not wanted.strip():
        raise WrongCall("there is nothing to look for", hint="Give some words.")
    found = using(options, lambda kept: kept.search.search(wanted, where, limit))
    if options.json:
        line(found)
        return 0 if found.results else 1
    for result in found.results:
        head = f"{result.provider}  {plain(result.source.title)}  {plain(result.source.reference)}"
        people.print(Text(head, "dim"), soft_wrap=True)
        people.print(Text(plain(result.text)), soft_wrap=True)
    for provider, why in found.failed.items():
        complaints.print(Text(f"{provider}: {plain(why)}", "yellow"), soft_wrap=True)
    if found.withheld:
        complaints.print(Text(WITHHELD[found.withheld], "dim"), soft_wrap=True)
    elif not found.results:
        people.print(Text("Nothing was found.", "dim"))
    return 0 if found.results else 1
