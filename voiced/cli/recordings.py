"""Verbs about recorded turns."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter
from msgspec import convert
from rich.text import Text

from voiced.cli.events import EventPrinter
from voiced.cli.kept import confirm, moment, size
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.bundles import Recorded
from voiced.core.errors import InputInvalid
from voiced.core.events import AnyEvent
from voiced.setup.places import state_folder
from voiced.store.bundles import Bundles, is_bundle, read

if TYPE_CHECKING:
    from voiced.offline import Setting

Switch = Annotated[bool, Parameter(negative=())]
group = App(name="recordings", help="Look at recorded turns, and remove them; `voiced replay ID` plays one again.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    for verb in (show, remove):
        group.command(verb)
    group.command(list_all, name="list")
    app.command(group)


def list_all(*, options: Options | None = None) -> None:
    """List the recorded turns, the newest first."""
    options = options or Options()
    found = bundles(options).all()
    if options.json:
        for each in found:
            line({**msgspec.to_builtins(each.bundle), "bytes": each.size})
        return
    if not found:
        people.print("No turn is recorded. `[recorder]` in the configuration turns it on.", soft_wrap=True)
        return
    rows = [
        [
            each.bundle.turn,
            moment(each.bundle.at, options.zone),
            "without words and sound" if each.bundle.hidden else f"{each.bundle.seconds:.1f} s",
            f"{each.bundle.route}, {each.bundle.outcome.replace('_', ' ')}",
            size(each.size),
        ]
        for each in found
    ]
    table(["turn", "when", "sound", "how it went", ""], rows)


def show(turn: str, *, options: Options | None = None) -> None:
    """Show what happened in a recorded turn.

    Args:
        turn: Its id, or the beginning of it; or a file.
        options: What every verb understands.
    """
    options = options or Options()
    path = found(turn, options)
    recorded, _ = read(path)
    if options.json:
        line({**msgspec.to_builtins(recorded), "file": str(path)})
        return
    about, events = recorded.bundle, _events(recorded)
    sound = "no words and no sound: it is too private" if about.hidden else f"{about.seconds:.1f} s of sound"
    people.print(Text.assemble((about.turn, "bold"), f"  {moment(about.at, options.zone)}  {sound}"))
    people.print(Text(str(path), "dim"), soft_wrap=True)
    printer = EventPrinter(options)
    for event in events:
        printer.show(event)


def _events(recorded: Recorded) -> list[AnyEvent]:
    try:
        return convert(recorded.events, list[AnyEvent])
    except msgspec.MsgspecError as error:
        made = recorded.bundle.made_of.get("voiced", "unknown")
        message = f"this voiced does not know the events of the turn {recorded.bundle.turn}: voiced {made} recorded it"
        raise InputInvalid(message, code="file-unreadable", hint="`--json` shows them as they are.") from error


def remove(*turns: str, everything: Switch = False, yes: Switch = False, options: Options | None = None) -> None:
    """Remove recorded turns; they are overwritten.

    Args:
        turns: Their ids, or the beginnings of them.
        everything: All of them.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()
    kept = bundles(options)
    if bool(turns) == everything:
        raise WrongCall("name turns, or --everything", hint="`voiced recordings list` lists them.")
    paths = set(kept.files()) if everything else {kept.find(turn) for turn in turns}
    if paths:
        confirm(f"Remove {len(paths)} recorded turns for ever?", options, yes=yes)
    for path in paths:
        kept.remove(path)
    if options.json:
        line({"removed": sorted(path.stem for path in paths)})
    else:
        people.print(f"Removed: {len(paths)}.")


def again(path: Path, show: Callable[[AnyEvent], None], setting: "Setting", options: Options) -> int:
    """Plays a recorded turn again, and tells how it differs."""
    from voiced.replaying import replay_bundle  # noqa: PLC0415 (the other verbs start faster without it)

    went = asyncio.run(replay_bundle(options.loaded(), path, show, setting))
    if options.json:
        line({"event": "replayed", **msgspec.to_builtins(went)})
        return 0 if went.same else 1
    for each in went.differences:
        for sign, told, style in (("-", each.recorded, "red"), ("+", each.replayed, "green")):
            if told:
                people.print(Text(f"{sign} {plain(told)}", style), soft_wrap=True)
    if went.changed:
        people.print(Text(f"another than then: {', '.join(went.changed)}", "yellow"), soft_wrap=True)
    people.print("It went as it did then." if went.same else "It went another way.")
    return 0 if went.same else 1


def bundles(options: Options) -> Bundles:
    """The recorded turns of the daemon that runs, or else of this user."""
    from voiced.kept import look_at_owner  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.recorder import recordings  # noqa: PLC0415 (the same)

    config = options.loaded()
    with options.client() as client:
        folder = Path(client.status().store.folder) if not config.store.folder and client.running() else None
    folder = folder or state_folder(config)
    look_at_owner(folder, instead="Call")
    return recordings(folder)


def found(named: str, options: Options) -> Path:
    """The file of a recorded turn, by its id or its path."""
    path = Path(named)
    return path if is_bundle(path) else bundles(options).find(named)
