"""The verb that remembers notes and files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.files import readable
from voiced.cli.kept import progress, using
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people
from voiced.core.memories import NewMemory
from voiced.core.speech_en import counted

Tags = Annotated[list[str], Parameter(negative=())]
Words = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""A single hyphen is one, too."""
FILES = (".md", ".markdown", ".pdf", ".txt")
"""What ends so and is not there is no note, but a slip."""


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(remember)


def remember(*what: Words, space: str = "home", tag: Tags | None = None, options: Options | None = None) -> None:
    """Remember a note, or files: plain text, Markdown, PDF. A file that is remembered already is replaced.

    Args:
        what: The words of a note; or files; or - for what comes in.
        space: Where it belongs.
        tag: A tag; may be repeated.
        options: What every verb understands.
    """
    options = options or Options()
    if wrong := next((word for word in what if word.startswith("-") and word != "-"), None):
        raise WrongCall(f"there is no option {wrong}", hint="Quote a note that has such words.")
    if files := _files(what):
        for path in files:
            _take(path, space, tag or [], options)
        return
    text = sys.stdin.read() if what == ("-",) else " ".join(what)
    if not text.strip():
        raise WrongCall("there is nothing to remember", hint="Give a text, a file, or - and a text that comes in.")
    new = NewMemory(text=text.strip(), space=space, tags=tag or [])
    (kept,) = using(options, lambda kept: kept.knowledge.add([new]), making=True)
    if options.json:
        line(kept)
    else:
        people.print(Text(f"Remembered: {kept.id}"), soft_wrap=True)


def _files(what: Sequence[str]) -> list[Path]:
    """The files that are meant; none where the words of a note are.

    Raises:
        InputInvalid: one is not there.
        WrongCall: some are files, and some are not.
    """
    paths = [Path(each) for each in what]
    there = [path for path in paths if path.is_file()]
    if there == paths:
        return paths
    if folder := next((path for path in paths if len(paths) == 1 and path.is_dir()), None):
        raise WrongCall(f"{folder} is a folder", hint="Name the files in it.")
    missing = [path for path in paths if path not in there and path.suffix.lower() in FILES]
    if missing and (there or len(missing) == len(paths)):
        readable(missing[0])
    if there:
        raise WrongCall(f"{there[0]} is a file, and the rest is none", hint="Quote a note, or name files alone.")
    return []


def _take(path: Path, space: str, tags: list[str], options: Options) -> None:
    from voiced.recall.documents import pieces, read, take  # noqa: PLC0415 (the other verbs start faster without it)

    readable(path)
    with progress(f"reading {path.name}", options) as report:
        made = pieces(path, read(path, report), space, tags)
    with progress(f"remembering {path.name}", options) as report:
        taken = using(options, lambda kept: take(kept.knowledge, path, made, report), making=True)
    if options.json:
        line({"file": str(path), "pieces": taken.pieces, "removed": taken.removed})
    else:
        before = f", {taken.removed} of before forgotten" if taken.removed else ""
        people.print(Text(f"{path}: {counted(taken.pieces, 'piece')} remembered{before}"), soft_wrap=True)
