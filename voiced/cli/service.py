"""Verbs that make voiced a service of systemd."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import confirm
from voiced.cli.options import Options
from voiced.cli.output import line, people
from voiced.setup.units import Step, installing, purging, uninstalling

Switch = Annotated[bool, Parameter(negative=())]
service = App(name="service", help="Let systemd start voiced, and start it again whenever it hangs or ends.")


def add_to(app: App) -> None:
    """Adds the verbs."""

    @service.command
    def install(*, user: Switch = False, dry_run: Switch = False, options: Options | None = None) -> None:
        """Make voiced a service and start it; again, it is an update.

        The system's comes with the manual page and completions for its shells.

        Args:
            user: Your own, for a desktop's sound server, instead of the system's.
            dry_run: Only tell what would be done.
            options: What every verb understands.
        """
        from voiced.cli.completion import files  # noqa: PLC0415 (the other verbs start faster without it)

        beside = [] if user else [Step(path=path, content=content) for path, content in files(app).items()]
        _do([*beside, *installing(user=user)], options or Options(), dry_run=dry_run)
        if user and not (options and options.json):
            people.print("It ends when you log out, unless you run `loginctl enable-linger` once.")

    service.command(uninstall)
    service.command(status)
    app.command(service)


def uninstall(
    *,
    user: Switch = False,
    purge: Switch = False,
    yes: Switch = False,
    dry_run: Switch = False,
    options: Options | None = None,
) -> None:
    """End the service and take it away. What is kept stays.

    Args:
        user: Your own instead of the system's.
        purge: Remove all that is kept, too: talk, memories, promises, models, backups, the system's settings.
        yes: Do not ask before that.
        dry_run: Only tell what would be done.
        options: What every verb understands.
    """
    from voiced.cli.completion import PAGE, SHELLS  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    steps = uninstalling(user=user, purge=purge)
    steps += [] if user else [Step(path=path) for path in (*SHELLS.values(), PAGE)]
    if purge:
        more = purging(options.loaded(), user=user)
        if not dry_run:
            confirm(f"Remove all that is kept, for ever ({more[0]})?", options, yes=yes)
        steps += more
    _do(steps, options, dry_run=dry_run)


def status(*, options: Options | None = None) -> int:
    """Tell how systemd has it; exit code 1 if it does not run."""
    from voiced.setup.checks import service as checks  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.facts import unit  # noqa: PLC0415 (the same)

    found = unit()
    finding = checks.unit(found)
    if options and options.json:
        line({"unit": found})
    elif finding is None:
        people.print("There is no service: `voiced service install` makes one.")
    else:
        people.print(Text(f"{finding.found}. {finding.hint}".removesuffix(" ")), soft_wrap=True)
    return 0 if found and found.state == "active" else 1


def _do(steps: Sequence[Step], options: Options, *, dry_run: bool) -> None:
    for step in steps:
        if options.json:
            line({"event": "step", "step": str(step), "done": not dry_run})
        else:
            people.print(Text(str(step)), soft_wrap=True)
        if not dry_run:
            step.do()
