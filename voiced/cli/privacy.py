"""Verbs about how private a text is, and what follows."""

from cyclopts import App
from msgspec.structs import asdict
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, said, table
from voiced.core.history import Privacy
from voiced.core.privacy import CLASSES, Use, allowed, judged, uses
from voiced.core.status import ALL_SAID

USES: dict[Use, str] = {
    "log": "written into a log",
    "cache": "its sound kept to be spoken again",
    "embed": "found by its meaning",
    "remote": "seen by a language model on another machine",
    "search": "looked up on the web",
}
STYLES: dict[Privacy, str] = {"public": "green", "personal": "cyan", "sensitive": "yellow", "secret": "bold red"}
privacy = App(name="privacy", help="How private a text is, and what may be done with it.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    privacy.command(classify)
    privacy.command(policy)
    app.command(privacy)


def classify(*words: str, options: Options | None = None) -> None:
    """Tell how private a text is, why, and what may be done with it.

    Args:
        words: What somebody says or types.
        options: What every verb understands.
    """
    from voiced.setup.privacy import classifier  # noqa: PLC0415 (the other verbs start faster without it)

    options, text = options or Options(), said(words)
    config = options.loaded()
    found = judged(text, classifier(config)(text), config.privacy)
    if options.json:
        line({"text": text, **asdict(found)})
        return
    people.print(Text(found.privacy, STYLES[found.privacy]))
    if found.reasons:
        rows = [(each.kind, each.privacy, plain(each.text)) for each in found.reasons]
        table(["what", "class", "where"], rows)
    for use, allows in found.allowed.items():
        mark = ("may be      ", "green") if allows else ("may not be  ", "red")
        people.print(Text.assemble(mark, USES[use]), soft_wrap=True)


def policy(*, options: Options | None = None) -> None:
    """Show what may be done with text of each class."""
    options = options or Options()
    loaded = options.loaded()
    config = loaded.privacy
    if options.json:
        line({each: uses(config, each) for each in CLASSES})
        return
    rows = [(use, *("yes" if allowed(config, each, use) else "no" for each in CLASSES), USES[use]) for use in USES]
    table(["use", *CLASSES, "it may be"], rows)
    if loaded.wyoming.satellite:
        told = f"Of whatever class it is, {ALL_SAID} goes to Home Assistant while it is connected (wyoming.satellite)."
        people.print(Text(told, "yellow"), soft_wrap=True)
