"""Verbs about the models that engines load."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import confirm, size
from voiced.cli.options import Options
from voiced.cli.output import complaints, line, people, table
from voiced.cli.pulling import pull, steps
from voiced.core.errors import ModelMissing
from voiced.setup.models import in_use, read_lock
from voiced.setup.places import models_folder

if TYPE_CHECKING:
    from voiced.core.models import Listed, ModelSet

Switch = Annotated[bool, Parameter(negative=())]
models = App(name="models", help="Look after the models that engines load.")
STATES = {"in use": "green", "installed": "", "damaged": "red", "missing": "red", "": ""}


def add_to(app: App) -> None:
    """Adds the verbs."""
    models.command(list_, name="list")
    for verb in (pull, verify, remove, use):
        models.command(verb)
    app.command(models)


def list_(
    *, all_: Annotated[bool, Parameter(name="--all", negative=())] = False, options: Options | None = None
) -> None:
    """List the models that are here, and those that can be brought.

    Args:
        all_: Also those for which this machine has too little memory.
        options: What every verb understands.
    """
    from voiced.setup.modellist import fits, listed  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    found = listed(options.loaded(), options.config)
    shown = [each for each in found if all_ or each.state or each.fetched or fits(each)]
    if options.json:
        for each in shown:
            line(each)
        return
    columns = ["model", "engine", "languages", "size", "memory", "licence", "suits", "state"]
    table(columns, [_row(each) for each in shown])
    for each in shown:
        if each.fetched:
            goes_on = f"`voiced models pull {each.name}` goes on, " if each.engine else ""
            words = f"{each.name} came in part ({size(each.fetched)}): {goes_on}"
            people.print(Text(f"{words}`voiced models remove {each.name}` removes that.", "yellow"), soft_wrap=True)
    if hidden := len(found) - len(shown):
        people.print(
            Text(f"{hidden} more need more memory than there is here: --all lists them.", "dim"), soft_wrap=True
        )


def verify(*names: str, options: Options | None = None) -> int:
    """Look at every byte of models, and at their structure.

    Args:
        names: Which ones; all that are here, if none is named.
        options: What every verb understands.
    """
    from voiced.setup.verify import verify as look  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    bad = seen = 0
    with steps(options) as tell:
        for found in look(options.loaded(), names, tell):
            seen, bad = seen + 1, bad + (not found.good)
            if options.json:
                line(found)
                continue
            mark = ("✓", "green") if found.good else ("✗", "red")
            people.print(Text.assemble(mark, " ", (found.model, "bold"), f"  {found.problem}"), soft_wrap=True)
            if found.hint:
                people.print(Text(f"  {found.hint}", "dim"), soft_wrap=True)
    if not (seen or options.json):
        people.print(Text("There is nothing to verify: no model is here.", "dim"))
    return 1 if bad else 0


def remove(name: str, /, *, yes: Switch = False, options: Options | None = None) -> None:
    """Remove a model from this machine, also one that came only in part.

    Args:
        name: The model's name.
        yes: Do not ask, even if it is in use.
        options: What every verb understands.
    """
    from voiced.setup.modelstore import begun, held  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.modelstore import remove as take_away  # noqa: PLC0415 (the same)

    options = options or Options()
    config = options.loaded()
    folder = models_folder(config)
    if name not in read_lock(folder).models and name not in begun(folder):
        raise ModelMissing(f"the model {name!r} is not on this machine", hint="`voiced models list` shows what is.")
    setting = in_use(config).get(name)
    if setting:
        if not options.json:
            words = f"{name} is in use ({setting}): without it, the next engine of its stage works, or none."
            complaints.print(Text(words, "yellow"), soft_wrap=True)
        confirm(f"Remove {name} all the same?", options, yes=yes)
    with held(folder):
        take_away(folder, name)
    if options.json:
        line({"removed": name, "in_use": setting})
    else:
        people.print(Text(f"{name} is removed."), soft_wrap=True)


def use(name: str, /, *, options: Options | None = None) -> None:
    """Put a model of this machine to use: sets it, and its engine as the first one of its stage.

    Args:
        name: The model's name.
        options: What every verb understands.
    """
    from voiced.setup.settings import config_file  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.use import put_to_use  # noqa: PLC0415 (the same)

    options = options or Options()
    tell_set(put_to_use(options.settings, options.config or config_file(), name), options)


def tell_set(made: "ModelSet", options: Options) -> None:
    """Tells which settings were written where, and what overrides them."""
    if options.json:
        line(made)
        return
    for key, value in made.set.items():
        people.print(Text(f"{key} = {', '.join(value) if isinstance(value, list) else value}"), soft_wrap=True)
    for key, origin in made.overridden.items():
        people.print(Text(f"But {origin} sets {key} too, and comes later: change it there.", "yellow"), soft_wrap=True)
    people.print(
        Text(f"Written to {made.file}. Restart the daemon: it looks at its settings once.", "dim"), soft_wrap=True
    )


def _row(model: "Listed") -> list[str | Text]:
    return [
        model.name,
        model.engine,
        " ".join(model.languages),
        size(model.bytes) if model.bytes else "",
        f"{model.ram_mb} MB" if model.ram_mb else "",
        model.licence,
        " ".join(model.suits),
        Text(model.state, STATES[model.state]),
    ]
