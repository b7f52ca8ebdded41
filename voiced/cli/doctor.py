"""The verb that looks for what is wrong."""

import asyncio

from cyclopts import App
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people

MARKS = {"good": ("✓", "green"), "warning": ("!", "yellow"), "bad": ("✗", "red")}


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(doctor)


def doctor(*, options: Options | None = None) -> int:
    """Check everything that could be wrong, and measure how fast this box is."""
    from voiced.checkup import checkup  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.doctor import Finding, Health, worst  # noqa: PLC0415 (the same)

    options = options or Options()
    config, client = options.loaded(), options.client()

    async def work() -> list[Finding]:
        findings: list[Finding] = []
        async for finding in checkup(config, client):
            findings.append(finding)
            if options.json:
                line(finding)
            else:
                mark = MARKS[finding.health.value]
                people.print(Text.assemble(mark, " ", (finding.check, "bold"), f"  {finding.found}"), soft_wrap=True)
                if finding.hint:
                    people.print(Text(f"  {finding.hint}", "dim"), soft_wrap=True)
        return findings

    return 1 if worst(asyncio.run(work())) is Health.BAD else 0
