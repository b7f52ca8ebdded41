"""Verbs that remember notes and files, and forget them."""

import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.files import readable
from voiced.cli.kept import confirm, progress, using
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.memories import Memory, NewMemory, Scope
from voiced.core.speech import counted

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

Switch = Annotated[bool, Parameter(negative=())]
Tags = Annotated[list[str], Parameter(negative=())]
Words = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""A single hyphen is one, too."""
PAGE = 200
SHORTEST_ID = 4
FILES = (".md", ".markdown", ".pdf", ".txt")
"""What ends so and is not there is no note, but a slip."""


def add_to(app: App) -> None:
    """Adds the verbs."""
    app.command(remember)
    app.command(forget)


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
    (kept,) = using(options, lambda kept: kept.knowledge.add([new]))
    if options.json:
        line(kept)
    else:
        people.print(Text(f"Remembered: {kept.id}"), soft_wrap=True)


def forget(*which: str, yes: Switch = False, options: Options | None = None) -> None:
    """Forget notes and documents for ever.

    Args:
        which: Their ids, or the beginnings of them; or files that were remembered.
        yes: Do not ask.
        options: What every verb understands.
    """
    options = options or Options()
    if not which:
        raise WrongCall("there is nothing to forget", hint="`voiced memory list` lists what is remembered.")

    async def look(kept: "Kept") -> list[str]:
        return sorted({name for each in which for name in await _meant(kept, each)})

    ids = using(options, look)
    pieces = f", {len(ids)} pieces," if len(ids) > len(which) else ""
    confirm(f"Forget {', '.join(which)}{pieces} for ever?", options, yes=yes)

    async def work(kept: "Kept") -> int:
        return sum([await kept.knowledge.remove(ids[at : at + PAGE]) for at in range(0, len(ids), PAGE)])

    removed = using(options, work)
    if options.json:
        line({"ids": ids, "removed": removed})
    else:
        people.print(f"Forgotten: {removed}.", soft_wrap=True)


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
        taken = using(options, lambda kept: take(kept.knowledge, path, made, report))
    if options.json:
        line({"file": str(path), "pieces": taken.pieces, "removed": taken.removed})
    else:
        before = f", {taken.removed} of before forgotten" if taken.removed else ""
        people.print(Text(f"{path}: {counted(taken.pieces, 'piece')} remembered{before}"), soft_wrap=True)


async def _meant(kept: "Kept", typed: str) -> list[str]:
    """The notes and pieces that are meant by an id, its beginning, or a file."""
    from voiced.recall.documents import names  # noqa: PLC0415 (the other verbs start faster without it)

    typed = typed.strip()
    if not typed:
        raise WrongCall("nothing has an empty id", hint="`voiced memory list` lists what is remembered.")
    if pieces := await names(kept.knowledge, Path(typed)):
        return sorted(pieces)
    with suppress(NotFound):
        if (await kept.knowledge.get(typed)).kind != "message":
            return [typed]
        hint = "`voiced conversations purge` removes a conversation."
        raise InputInvalid(f"{typed} was said in a conversation", code="no-note", hint=hint)
    begun = [each.id async for each in _all(kept) if each.id.startswith(typed)] if len(typed) >= SHORTEST_ID else []
    if not begun:
        raise NotFound(f"nothing is remembered under the name {typed!r}")
    if len(begun) > 1:
        raise WrongCall(f"{len(begun)} ids begin with {typed!r}", hint="Use more of the id.")
    return begun


async def _all(kept: "Kept") -> AsyncGenerator[Memory]:
    cursor: str | None = None
    while True:
        page = await kept.knowledge.find(Scope(kinds=["note", "document"]), PAGE, cursor)
        for each in page.items:
            yield each
        if (cursor := page.next) is None:
            return
