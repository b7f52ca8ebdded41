"""The verb that lets a shell complete verbs and options, and what is installed for the system's shells."""

from pathlib import Path
from typing import Literal

from cyclopts import App

from voiced.cli.manual import manual
from voiced.cli.options import Options
from voiced.cli.output import line, people

Shell = Literal["bash", "zsh", "fish"]
LOCAL = Path("/usr/local/share")
ZSH = """
if [[ $funcstack[1] == _voiced ]]; then
  _cyclopts_voiced "$@"
else
  compdef _cyclopts_voiced voiced
fi
"""
"""What is made for zsh only defines how to complete: a file of $fpath has to do it, one that is sourced to say so."""
SHELLS: dict[Shell, Path] = {
    "bash": LOCAL / "bash-completion" / "completions" / "voiced",
    "zsh": LOCAL / "zsh" / "site-functions" / "_voiced",
    "fish": LOCAL / "fish" / "vendor_completions.d" / "voiced.fish",
}
PAGE = LOCAL / "man" / "man1" / "voiced.1"


def add_to(app: App) -> None:
    """Adds the verb."""

    @app.command
    def completion(shell: Shell, /, *, options: Options | None = None) -> None:
        """Print what makes a shell complete verbs and options.

        For bash, into ~/.local/share/bash-completion/completions/voiced; for zsh, into a file _voiced in a folder of
        $fpath; for fish, into ~/.config/fish/completions/voiced.fish.

        Args:
            shell: Which one.
            options: What every verb understands.
        """
        if options and options.json:
            line({"shell": shell, "script": script(app, shell)})
        else:
            people.out(script(app, shell), highlight=False)


def script(app: App, shell: Shell) -> str:
    """What makes a shell complete the command line."""
    made = app.generate_completion(shell=shell)
    return made + ZSH if shell == "zsh" else made


def files(app: App) -> dict[Path, str]:
    """What the system's shells and man find: completions and the manual page, by their paths."""
    return {path: script(app, shell) for shell, path in SHELLS.items()} | {PAGE: manual(app)}
