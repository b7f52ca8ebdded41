"""The verb that brings another version, and takes it back if it is not well."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced import __version__
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people
from voiced.setup.places import state_folder

if TYPE_CHECKING:
    from voiced.setup.releases import Release
    from voiced.setup.updating import Installed

Switch = Annotated[bool, Parameter(negative=())]


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(update)


def update(
    *,
    to: str = "",
    extra: Annotated[list[str], Parameter(negative=())] | None = None,
    check: Switch = False,
    rollback: Switch = False,
    options: Options | None = None,
) -> int:
    """Install another version beside this one, and switch to it if it is well; if not, this one goes on.

    What is kept is backed up before, and is put back where the new version had changed its form.

    Args:
        to: A folder of sources, or a wheel; without it: again from where this one came.
        extra: What it is to have besides, such as whisper; may be repeated.
        check: Only tell whether there is anything new; exit code 1 if there is.
        rollback: Go back to the version before.
        options: What every verb understands.
    """
    from voiced.setup import facts, releases  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.updating import Installed  # noqa: PLC0415 (the same)

    options, extras = options or Options(), extra or []
    if rollback and (to or extras or check):
        raise WrongCall("--rollback goes back, and nowhere else", hint="See `voiced update --help`.")
    unit = facts.unit()
    installed = Installed(releases.prefix(), state_folder(options.loaded()), unit.scope if unit else None)
    tell = _teller(options)
    if rollback:
        _done(installed, installed.back(tell), options)
        return 0
    now = releases.current(installed.prefix)
    source = Path(to or now.source).expanduser().resolve()  # As it is kept for the next time.
    version, digest = releases.identity(source)
    same = digest == now.digest and set(extras) <= set(now.extras)
    if check or same:
        _told(version, options, same=same)
        return 0 if same else 1
    if not os.access(installed.prefix, os.W_OK):
        raise WrongCall(f"{installed.prefix} is not yours to change", hint="Use sudo.")
    for number in (signal.SIGTERM, signal.SIGHUP):  # As Ctrl-C does: what ran before runs again.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    _done(installed, installed.update(source, extras, tell), options)
    return 0


def _teller(options: Options) -> Callable[[str], None]:
    def tell(step: str) -> None:
        if options.json:
            line({"event": "step", "step": step})
        else:
            people.print(Text(f"{step} …"), soft_wrap=True)

    return tell


def _told(version: str, options: Options, *, same: bool) -> None:
    if options.json:
        line({"event": "checked", "version": __version__, "found": version, "new": not same})
    elif same:
        people.print(f"{__version__} is installed, and there is nothing new.", soft_wrap=True)
    else:
        people.print(f"{__version__} is installed; `voiced update` brings {version}.", soft_wrap=True)


def _done(installed: "Installed", release: "Release", options: Options) -> None:
    runs = installed.runs()
    if options.json:
        line({"event": "done", "release": release, "runs": runs})
    elif runs:
        people.print(Text(f"{release.version} runs.", "green"), soft_wrap=True)
    else:
        people.print(f"{release.version} is installed; it is not running: {_start(installed.scope)}", soft_wrap=True)


def _start(scope: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """How to start what was installed, also where it is the own service of who has called sudo."""
    user = environment.get("SUDO_USER", "")
    unit = Path(".config/systemd/user/voiced.service")
    if scope is None and user and (Path(f"~{user}").expanduser() / unit).exists():
        return f"`systemctl --user restart voiced`, as {user}."
    if scope is None:
        return "`voiced service install` lets systemd start it, `voiced run` does it here."
    return "`systemctl --user start voiced`." if scope else "`sudo systemctl start voiced`."
