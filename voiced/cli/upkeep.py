"""Verbs that look after the file in which everything is kept."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.chosen import conversation_id
from voiced.cli.files import readable, written
from voiced.cli.kept import confirm, moment, progress, size, using
from voiced.cli.options import Options
from voiced.cli.output import line, people, table
from voiced.core.errors import InputInvalid
from voiced.core.ports.upkeep import Backup, Checked
from voiced.core.speech_en import counted
from voiced.setup.secret import handed, typed

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
db = App(name="db", help="Look after the file in which everything is kept.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    app.command(export)
    app.command(import_, name="import")
    app.command(backup)
    app.command(restore)
    db.command(check)
    app.command(db)


def export(
    file: Path,
    /,
    *,
    conversation: Annotated[list[str], Parameter(negative=())] | None = None,
    force: Switch = False,
    passphrase: Switch = False,
    passphrase_fd: int | None = None,
    options: Options | None = None,
) -> None:
    """Write everything that is kept into an archive: JSON Lines and Markdown in a ZIP file.

    Args:
        file: The archive.
        conversation: Only the conversation of this id, or its beginning; may be repeated.
        force: The file may be there already, and is replaced.
        passphrase: Seal it with a passphrase, which is asked for.
        passphrase_fd: Seal it with the one that is read from this open file descriptor.
        options: What every verb understands.
    """
    options = options or Options()
    sealing = _sealing(passphrase_fd, new=True, ask=passphrase)

    async def work(kept: "Kept") -> None:
        with written(file, force=force) as part, progress("exporting", options) as report:
            chosen = [await conversation_id(kept, each) for each in conversation] if conversation else None
            await kept.upkeep.export(part, report, chosen, sealing)

    using(options, work)
    if options.json:
        line({"out": str(file), "bytes": file.stat().st_size})
    else:
        people.print(Text(f"{file}: {size(file.stat().st_size)}"), soft_wrap=True)


def import_(
    file: Path,
    /,
    *,
    passphrase: Switch = False,
    passphrase_fd: int | None = None,
    options: Options | None = None,
) -> None:
    """Take in an archive. What is known already stays as it is: twice is as good as once.

    Args:
        file: The archive, or one conversation as JSON Lines.
        passphrase: It is sealed with a passphrase, which is asked for.
        passphrase_fd: The same, but read from this open file descriptor.
        options: What every verb understands.
    """
    options = options or Options()
    readable(file)
    sealing = _sealing(passphrase_fd, new=False, ask=passphrase)

    with progress("importing", options) as report:
        brought = using(options, lambda kept: kept.upkeep.take_in(file, report, sealing), making=True)
    if options.json:
        line(brought)
    else:
        counts = [
            counted(brought.conversations, "conversation"),
            counted(brought.messages, "message"),
            counted(brought.promises, "promise"),
            counted(brought.memories, "note or piece of a document", "notes and pieces of documents"),
            counted(brought.entries, "entry of a list", "entries of lists"),
        ]
        new = ", ".join(filter(None, counts)) or "nothing"
        people.print(f"New: {new}. Known already: {brought.known}.", soft_wrap=True)


def backup(*, out: Path | None = None, force: Switch = False, options: Options | None = None) -> None:
    """Make a backup, beside the file; work goes on meanwhile.

    Args:
        out: Copy it to this file, too.
        force: That file may be there already, and is replaced.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> Backup:
        with written(out, force=force) if out else nullcontext() as part, progress("backing up", options) as report:
            made = await kept.upkeep.backup(report)
            if part:
                await kept.upkeep.fetch(made, part, report)
        return made

    made = using(options, work, making=True)
    if options.json:
        line(made)
    else:
        people.print(Text(f"{out or made.path}: {size(made.bytes)}"), soft_wrap=True)


def restore(source: str | None = None, /, *, yes: Switch = False, options: Options | None = None) -> None:
    """Put a backup in the place of everything that is kept; without one: list the backups there are.

    What is there now is backed up before.

    Args:
        source: A file, or the name of one of the backups.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()
    if source is None:
        _list(options)
        return
    confirm(f"Put {source} in the place of all conversations, timers, alarms and reminders?", options, yes=yes)

    async def work(kept: "Kept") -> Backup:
        path = await _found(kept, source)
        with progress("restoring", options) as report:
            return await kept.upkeep.restore(path, report)

    before = using(options, work, making=True)
    if options.json:
        line({"restored": source, "before": before})
    else:
        words = f"Restored. What was there before is kept as {Path(before.path).name}."
        people.print(Text(words), soft_wrap=True)


def check(*, options: Options | None = None) -> int:
    """Check all of the file: every page, index and count."""
    options = options or Options()

    async def work(kept: "Kept") -> Checked:
        with progress("checking", options) as report:
            return await kept.upkeep.check(report)

    found = using(options, work)
    if options.json:
        line(found)
    else:
        _show(found)
    return 1 if found.problems else 0


def _sealing(descriptor: int | None, *, new: bool, ask: bool) -> bytes | None:
    """What an archive is sealed with."""
    if descriptor is not None:
        return handed(descriptor, new=new)
    return typed("Passphrase of the archive", new=new) if ask else None


def _show(found: Checked) -> None:
    for problem in found.problems:
        people.print(Text(problem, "red"), soft_wrap=True)
    if not found.problems:
        people.print(Text("The file is good." if any(found.rows.values()) else "Nothing is kept yet.", "green"))
    rows = [[name, str(count)] for name, count in found.rows.items()]
    table(["", ""], [["version", str(found.version)], ["size", size(found.bytes)], *rows])
    for path in found.salvaged:
        people.print(Text(f"A damaged file was put by: {path}", "yellow"), soft_wrap=True)


def _list(options: Options) -> None:
    backups = using(options, lambda kept: kept.upkeep.backups())
    if options.json:
        for each in backups:
            line(each)
    elif backups:
        rows = [[Path(each.path).name, moment(each.at, options.zone), size(each.bytes)] for each in backups]
        table(["backup", "made", "size"], rows)
    else:
        people.print(Text("There is no backup yet: `voiced backup` makes one.", "dim"))


async def _found(kept: "Kept", source: str) -> Path:
    """A file, or one of the backups.

    Raises:
        InputInvalid: there is neither.
    """
    path = Path(source)
    if path.exists():  # noqa: ASYNC240 (a look at a name)
        return readable(path)
    for each in await kept.upkeep.backups():
        if Path(each.path).name == source:
            return Path(each.path)
    hint = "`voiced restore` lists the backups."
    raise InputInvalid(f"there is no file and no backup {source}", code="file-missing", hint=hint)
