"""How the command line speaks: tables and colours for people, one JSON object a line for programs."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from voiced.core.errors import ConfigInvalid, DaemonUnreachable, InputInvalid, VoicedError

NARROWEST = 80
"""Columns: a table is never made to fit less."""


class WrongCall(VoicedError):
    """A verb cannot be called so."""

    code = "wrong-call"
    hint = "See --help."


UNBOUNDED = 10_000


class Output(Console):
    """A console that prints text as it is: brackets and colons are data, and style comes as `Text`.

    Its reader may go away: whoever reads (`| head`) then has enough, and nothing is left to do.
    """

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        # What is read by a program has no edge at which it is cut.
        bounded = (sys.stderr if stderr else sys.stdout).isatty() or "COLUMNS" in os.environ
        width = width or (None if bounded else UNBOUNDED)
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)

    def on_broken_pipe(self) -> None:
        """Ends the process at once, from whatever depth; its children end with it."""
        os._exit(0)


people = Output()
complaints = Output(stderr=True)


def line(value: object) -> None:
    """Prints one JSON object on a line, at once."""
    try:
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        people.on_broken_pipe()


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Prints a table: what its rows are called by comes first and stays whole, and for a program all of it does."""
    made = Table(box=None, pad_edge=False, header_style="dim", show_header=any(columns))
    for place, column in enumerate(columns):
        made.add_column(column, no_wrap=place == 0, overflow="fold")
    for row in rows:
        made.add_row(*row)
    Output(width=max(people.width, NARROWEST) if people.is_terminal else UNBOUNDED).print(made)


def plain(text: str) -> str:
    """What somebody said or typed, without signs that a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def said(words: Sequence[str]) -> str:
    """A text that was given as words, in quotes or not.

    Raises:
        WrongCall: there is none.
    """
    text = " ".join(words).strip()
    if not text:
        raise WrongCall("there is no text", hint="Give some words.")
    return text


def complain(error: VoicedError, *, as_json: bool, file: Path | None = None) -> int:
    """Tells what went wrong, with which file, and what to do; returns the exit code (sysexits.h)."""
    if as_json:
        where = {"file": str(file)} if file else {}
        line({"event": "error", **where, "code": error.code, "message": error.message, "hint": error.hint})
    else:
        where = f"{file}: " if file and str(file) not in error.message else ""
        complaints.print(Text.assemble((error.code, "bold red"), f": {where}{plain(error.message)}"), soft_wrap=True)
        if error.hint:
            complaints.print(Text(plain(error.hint), "dim"), soft_wrap=True)
    return exit_code(error)


def exit_code(error: VoicedError) -> int:
    """The exit code that goes with an error (sysexits.h)."""
    match error:
        case WrongCall():
            return 2
        case ConfigInvalid():
            return 78
        case DaemonUnreachable():
            return 69
        case InputInvalid():
            return 66 if error.code == "file-missing" else 65
        case _:
            return 1
