"""The real shells complete verbs and options, and man takes the page without a warning."""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from voiced.cli.completion import SHELLS, script
from voiced.cli.manual import manual
from voiced.cli.verbs import app

BASH = """
source {script}
COMP_LINE="{words}" COMP_POINT=${{#COMP_LINE}} COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p voiced | sed 's/.*-F \\([^ ]*\\).*/\\1/') voiced
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = 'source {script}; complete --do-complete "{words}"'
ZSH = "PS1=; fpath=({folder} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n"


def asked(shell: str, text: str, home: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run([shell, "-c", text], env=environment, capture_output=True, text=True, check=True).stdout


def typed(folder: Path, words: str, wanted: str) -> str:
    """What zsh shows at a terminal: elsewhere it completes nothing."""
    child, terminal = pty.fork()
    if not child:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm"}
        os.execvpe("zsh", ["zsh", "-f", "-i"], environment)  # noqa: S606 (the shell under test)
    try:
        os.write(terminal, ZSH.format(folder=folder).encode())
        until(terminal, "ready")
        os.write(terminal, f"{words}\t".encode())
        return until(terminal, wanted.removeprefix(words.rsplit(maxsplit=1)[-1]))
    finally:
        os.close(terminal)  # It ends with its terminal.
        os.waitpid(child, 0)


def until(terminal: int, wanted: str) -> str:
    shown = ""
    while wanted not in shown:
        shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("words", "wanted"), [("voiced al", "alarm"), ("voiced service un", "uninstall")])
def test_a_shell_completes_a_verb(tmp_path: Path, shell: str, words: str, wanted: str):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "_voiced"
    path.write_text(script(app, shell))
    if shell == "zsh":
        assert typed(tmp_path, words, wanted)
    else:
        asking = BASH if shell == "bash" else FISH
        assert wanted in asked(shell, asking.format(script=path, words=words), tmp_path)


def test_the_manual_page_names_every_verb_and_man_has_nothing_to_say_against_it(tmp_path: Path):
    page = manual(app)
    for verb in app:
        assert verb.startswith("-") or f"voiced {verb}" in page.replace("\\-", "-")
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("man or groff is not installed")
    path = tmp_path / "voiced.1"
    path.write_text(page)
    words = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path]
    done = subprocess.run(words, env={**os.environ, "MANWIDTH": "80"}, capture_output=True, text=True, check=True)
    assert not done.stderr
