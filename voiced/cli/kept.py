"""What the verbs share that look at, or look after, what is kept."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter, validators
from rich.progress import Progress as Bars

from voiced.cli.options import Options
from voiced.cli.output import WrongCall, complaints

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept
    from voiced.core.ports.upkeep import Progress

Limit = Annotated[int, Parameter(validator=validators.Number(gte=1))]
T = TypeVar("T")


def using(options: Options, work: "Callable[[Kept], Awaitable[T]]", *, making: bool = False) -> T:
    """Does something with what is kept, through the daemon or without one; returns what it gives back.

    Args:
        options: what every verb understands.
        work: what to do.
        making: something is to be kept, also where nothing was before.
    """
    from voiced.kept import kept  # noqa: PLC0415 (the other verbs start faster without it)

    async def run() -> T:
        async with kept(options.loaded(), making=making) as found:
            return await work(found)

    return asyncio.run(run())


@contextmanager
def progress(what: str, options: Options) -> "Generator[Progress]":
    """Shows people how far something is, as long as it lasts; not programs.

    Args:
        what: what is being done.
        options: what every verb understands.
    """
    with Bars(console=complaints, transient=True, disable=options.json or not complaints.is_terminal) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)


def confirm(question: str, options: Options, *, yes: bool) -> None:
    """Asks at a terminal, and never waits for an answer that cannot come.

    Raises:
        WrongCall: the answer is no, or nobody is there to be asked.
    """
    if yes:
        return
    if options.json or not sys.stdin.isatty():
        raise WrongCall("this has to be confirmed, and nobody can be asked", hint="Add --yes if it is meant.")
    complaints.print(f"{question} [y/N] ", end="")
    try:
        answer = input()
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise WrongCall("nothing was done", hint="")


def moment(at: float, zone: tzinfo) -> str:
    """A time of now-a-days for people: 2026-11-25 07:00:00, there."""
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}"


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:  # noqa: PLR2004 (kilo)
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
