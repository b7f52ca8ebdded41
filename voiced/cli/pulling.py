"""The verb that brings models, and how far long work on them is."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from voiced.cli.kept import confirm, size
from voiced.cli.options import Options
from voiced.cli.output import complaints, line, people
from voiced.setup.models import read_lock
from voiced.setup.places import models_folder

if TYPE_CHECKING:
    from voiced.core.models import Step, Tell
    from voiced.setup.catalogue import Entry

Switch = Annotated[bool, Parameter(negative=())]


def pull(
    name: str,
    /,
    *names: str,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    yes: Switch = False,
    options: Options | None = None,
) -> None:
    """Bring models: from the Hugging Face Hub, or from a folder. What is here and whole stays as it is.

    A pull that was interrupted goes on where it ended.

    Args:
        name: A model's name, as `voiced models list` has it.
        names: More of them.
        from_: Copy the files from this folder, wherever they lie in it, instead.
        yes: The licences are accepted.
        options: What every verb understands.
    """
    from voiced.setup.catalogue import catalogue, find  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.pull import pull as bring  # noqa: PLC0415 (the same)

    options = options or Options()
    config = options.loaded()
    listed = catalogue(options.config)
    entries = [find(listed, each) for each in dict.fromkeys((name, *names))]
    known = read_lock(models_folder(config)).models
    for entry in entries:
        if entry.name not in known:
            tell_licence(entry, options)
            confirm("Bring it under this licence?", options, yes=yes)
    for entry in entries:
        with steps(options) as tell:
            pulled = bring(config, entry, tell, from_)
        if options.json:
            line(pulled)
        else:
            words = (
                f"{entry.name}: {size(pulled.bytes)}." if pulled.new else f"{entry.name} is here already, and whole."
            )
            people.print(Text(f"{words} Use it with `voiced models use {entry.name}`."), soft_wrap=True)


@contextmanager
def steps(options: Options) -> "Generator[Tell]":
    """Shows how far work on models is, as long as it lasts: bars for people at a terminal, lines for programs."""
    if options.json:
        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, transient=True, disable=not complaints.is_terminal) as bars:
        tasks: dict[tuple[str, str], TaskID] = {}

        def tell(step: "Step") -> None:
            key = (step.doing, step.file)
            if key not in tasks:
                tasks[key] = bars.add_task(f"{step.doing} {step.file}")
            bars.update(tasks[key], completed=step.done, total=step.total)

        yield tell


def tell_licence(entry: "Entry", options: Options) -> None:
    """Shows under which licence a model comes."""
    if not options.json:
        weight = f", {size(entry.size)}" if entry.size else ""
        complaints.print(Text(f"{entry.name} from {entry.source}{weight}"), soft_wrap=True)
        complaints.print(Text(f"Licence: {entry.licence} ({entry.licence_url})"), soft_wrap=True)
        if entry.note:
            complaints.print(Text(entry.note, "yellow"), soft_wrap=True)
