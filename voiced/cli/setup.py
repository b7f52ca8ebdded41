"""The verb that makes everything ready: what suits this machine is proposed, brought and set."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.doctor import look
from voiced.cli.kept import confirm, size
from voiced.cli.models import tell_set
from voiced.cli.options import Options
from voiced.cli.output import complaints, line, people, table
from voiced.cli.pulling import steps, tell_licence
from voiced.core.errors import EngineMissing, VoicedError
from voiced.core.extras import install
from voiced.setup.models import ENGINES, read_lock
from voiced.setup.places import models_folder, profiles_folder, state_folder

if TYPE_CHECKING:
    from voiced.core.machine import Choice
    from voiced.setup.catalogue import Entry

HELD = "models-held"
"""The code of the error that another command changes the models."""
Switch = Annotated[bool, Parameter(negative=())]


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(setup)


def setup(
    *,
    profile: str = "",
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    yes: Switch = False,
    options: Options | None = None,
) -> int:
    """Make this machine ready: propose engines and models for it, bring them, set them, and check everything.

    What cannot be brought is left out: the embedded engines work without a model.

    Args:
        profile: This one (see config/profiles) instead of what suits the machine.
        from_: Copy models from this folder instead of fetching them.
        yes: Do not ask; the licences are accepted.
        options: What every verb understands.
    """
    from voiced.setup.catalogue import catalogue  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.proposal import missing, needed, without, write  # noqa: PLC0415 (the same)
    from voiced.setup.settings import config_file  # noqa: PLC0415 (the same)
    from voiced.setup.use import told  # noqa: PLC0415 (the same)

    options = options or Options()
    choice = _chosen(options, profile)
    settings: Mapping[str, Any] = choice.settings if choice else {}
    absent = missing(settings)
    models = [entry for entry in needed(settings, catalogue(options.config)) if entry.engine not in absent]
    _show(choice, models, absent, options)
    known = read_lock(models_folder(options.loaded())).models
    if new := [entry for entry in models if entry.name not in known]:
        for entry in new:
            tell_licence(entry, options)
        confirm("Bring these models under their licences, and set them?", options, yes=yes)
    failed = absent | {entry.engine for entry in models if not _brought(entry, from_, options)}
    values = without(settings, failed)
    path, own = write(options.config or config_file(), values)
    if own:
        _tell_kept(own, options)
    if path:
        tell_set(told(path, values, options.settings().origins), options)
    else:
        tell_unchanged(options)
    return asyncio.run(look(options))


def _tell_kept(own: Path, options: Options) -> None:
    if options.json:
        line({"event": "kept", "file": str(own)})
    else:
        words = f"What you had changed in the profile is kept in {own}: put it into config.toml, where it stays."
        complaints.print(Text(words, "yellow"), soft_wrap=True)


def tell_unchanged(options: Options) -> None:
    """Tells that all is set as it should be."""
    if options.json:
        line({"event": "set", "file": None})
    else:
        people.print("The settings stay as they are.")


def _chosen(options: Options, profile: str) -> "Choice | None":
    from voiced.setup.hardware import look as look_at  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.profiles import choose, named, profiles  # noqa: PLC0415 (the same)

    found, known = look_at(folder=state_folder(options.loaded())), profiles(profiles_folder())
    return named(found, known, profile) if profile else choose(found, known)


def _show(choice: "Choice | None", models: "list[Entry]", absent: "set[str]", options: Options) -> None:
    if options.json:
        line({"event": "proposed", "profile": choice, "models": [entry.name for entry in models]})
    elif choice is None:
        people.print("The embedded engines suit this machine best: they need no model, and work already.")
    else:
        people.print(Text.assemble((choice.title, "bold"), f": {choice.why}."), soft_wrap=True)
        rows: list[list[str | Text]] = [
            [each.name, each.engine, size(each.size) if each.size else "", f"{each.ram_mb} MB", each.licence]
            for each in models
        ]
        table(["model", "engine", "size", "memory", "licence"], rows)
    for engine in sorted(absent):
        command = install(ENGINES[engine].extra)
        hint = f"`{command}` installs it; then run `voiced setup` again."
        _tell_left_out("engine", engine, EngineMissing("it is not installed", hint=hint), options)


def _tell_left_out(kind: str, name: str, error: VoicedError, options: Options) -> None:
    if options.json:
        line({"event": "left-out", kind: name, "code": error.code, "message": error.message, "hint": error.hint})
    else:
        complaints.print(Text(f"{name} is left out: {error.message}. {error.hint}", "yellow"), soft_wrap=True)


def _brought(entry: "Entry", source: Path | None, options: Options) -> bool:
    """Brings a model; tells whether it is here."""
    from voiced.setup.pull import pull  # noqa: PLC0415 (the other verbs start faster without it)

    try:
        with steps(options) as tell:
            pulled = pull(options.loaded(), entry, tell, source)
    except VoicedError as error:
        if error.code == HELD:
            raise  # It passes: nothing that works is to be taken back for it.
        _tell_left_out("model", entry.name, error, options)
        return False
    if options.json:
        line(pulled)
    else:
        people.print(Text(f"{entry.name}: {'here now' if pulled.new else 'here already'}."), soft_wrap=True)
    return True
