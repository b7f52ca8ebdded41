"""The verb that looks for what is wrong."""

import asyncio
from typing import TYPE_CHECKING

from cyclopts import App
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import exit_code, line, people
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, VoicedError
from voiced.setup.places import socket_path

if TYPE_CHECKING:
    from voiced.setup.doctor import Finding

MARKS = {"good": ("✓", "green"), "warning": ("!", "yellow"), "bad": ("✗", "red")}


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(doctor)


def doctor(*, options: Options | None = None) -> int:
    """Check everything that could be wrong, and measure how fast this box is."""
    return asyncio.run(look(options or Options()))


async def look(options: Options) -> int:
    """Makes the round and shows what is found; what is good of the machine folds into a line. Returns the exit code.

    Where the settings are wrong, the rest is looked at with those that hold by default.
    """
    from voiced.checkup import checkup  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.control.client import Client  # noqa: PLC0415 (the same)
    from voiced.setup.doctor import Finding, Health, worst  # noqa: PLC0415 (the same)
    from voiced.setup.inspection import inspect  # noqa: PLC0415 (the same)

    broken: ConfigInvalid | None = None
    try:
        config = options.loaded()
        running = await asyncio.to_thread(_runs, options)
    except ConfigInvalid as error:
        broken, config, running = error, Config(), False
        _show(Finding("configuration", Health.BAD, error.message, error.hint), options)
    findings = await asyncio.to_thread(lambda: list(inspect(config, options.config, running=running)))
    good = [finding for finding in findings if finding.health is Health.GOOD]
    for finding in findings if options.json else [each for each in findings if each not in good]:
        _show(finding, options)
    if good and not options.json:
        names = ", ".join(finding.check for finding in good)
        _show(Finding("machine", Health.GOOD, f"in order: {names}"), options)
    async for finding in checkup(config, Client(socket_path(config))):
        findings.append(finding)
        _show(finding, options)
    if broken:
        return exit_code(broken)
    return 1 if worst(findings) is Health.BAD else 0


def _runs(options: Options) -> bool:
    """Whether a daemon has the devices, also one that does not answer: `checkup` tells more."""
    try:
        return options.client().running()
    except VoicedError:
        return True


def _show(finding: "Finding", options: Options) -> None:
    if options.json:
        line(finding)
        return
    mark = MARKS[finding.health.value]
    people.print(Text.assemble(mark, " ", (finding.check, "bold"), f"  {finding.found}"), soft_wrap=True)
    if finding.hint:
        people.print(Text(f"  {finding.hint}", "dim"), soft_wrap=True)
