"""Verbs about how private a text is, and what follows."""

from typing import get_args

from cyclopts import App
from msgspec.structs import asdict
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.history import Privacy
from voiced.core.privacy import CLASSES, Use, allowed

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


def classify(text: str, *, options: Options | None = None) -> None:
    """Tell how private a text is, why, and what may be done with it.

    Args:
        text: What somebody says or types.
        options: What every verb understands.
    """
    from voiced.setup.privacy import classifier  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    config = options.loaded()
    found = classifier(config)(text)
    may = _allowed(config.privacy, found.privacy)
    if options.json:
        reasons = [{**asdict(each), "text": text[each.start : each.end]} for each in found.reasons]
        line({"text": text, "privacy": found.privacy, "reasons": reasons, "allowed": may})
        return
    people.print(Text(found.privacy, STYLES[found.privacy]))
    if found.reasons:
        rows = [(each.kind, each.privacy, plain(text[each.start : each.end])) for each in found.reasons]
        table(["what", "class", "where"], rows)
    for use, allows in may.items():
        mark = ("may be      ", "green") if allows else ("may not be  ", "red")
        people.print(Text.assemble(mark, USES[use]), soft_wrap=True)


def policy(*, options: Options | None = None) -> None:
    """Show what may be done with text of each class."""
    options = options or Options()
    config = options.loaded().privacy
    if options.json:
        line({each: _allowed(config, each) for each in CLASSES})
        return
    rows = [(use, *("yes" if allowed(config, each, use) else "no" for each in CLASSES), USES[use]) for use in USES]
    table(["use", *CLASSES, "it may be"], rows)


def _allowed(config: PrivacyConfig, each: Privacy) -> dict[Use, bool]:
    return {use: allowed(config, each, use) for use in get_args(Use)}
