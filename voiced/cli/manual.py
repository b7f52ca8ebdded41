"""The manual page voiced(1), made from what the command line says of itself. Source of the form: groff_man(7)."""

import inspect
from collections.abc import Iterator

from cyclopts import App, Argument

from voiced import __version__

OURS = {"--config", "--set", "--json"}
"""What every verb understands is told once."""
BEFORE = """.TH VOICED 1 "" "voiced {version}" "User Commands"
.SH NAME
voiced \\- an always\\-on, private voice agent
.SH SYNOPSIS
.B voiced
.I VERB
.RI [ OPTION ...]
.SH DESCRIPTION
{about}
.SH OPTIONS
Every verb understands these.
"""
AFTER = """.SH FILES
.TP
.I /etc/voiced/config.toml
The system's settings, with drop\\-ins in
.IR /etc/voiced/config.d ;
your own are in
.IR ~/.config/voiced .
.TP
.I /var/lib/voiced
What the system's daemon keeps; your own keeps it in
.IR ~/.local/state/voiced .
.TP
.I /run/voiced/voiced.sock
The system daemon's socket, for the group
.BR voiced .
.SH "EXIT STATUS"
0: done. 1: it failed. 2: the call is wrong. 69: no daemon answers. 78: the settings are wrong. Others as in
.BR sysexits.h .
.SH "SEE ALSO"
.BR systemctl (1),
.BR journalctl (1)
"""


def manual(app: App) -> str:
    """The page, for man.

    Args:
        app: the command line.
    """
    verb = app["status"]
    lines = [BEFORE.format(version=__version__, about=_said(app.help or "")), *_options(verb, OURS), ".SH VERBS"]
    for name, each in _verbs(app, "voiced"):
        about, _, more = inspect.cleandoc(each.help or "").partition("\n\n")
        names = {option for argument in _arguments(each) for option in argument.names}
        lines += [f'.SS "{_said(name)}{_usage(each)}"', _said(about)]
        lines += [".PP", _said(more.split("Args:")[0])] if more and not more.startswith("Args:") else []
        lines += _options(each, names - OURS)
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n" + AFTER


def _verbs(app: App, before: str) -> Iterator[tuple[str, App]]:
    for name in app:
        if not name.startswith("-") and app[name].show:
            yield f"{before} {name}", app[name]
            yield from _verbs(app[name], f"{before} {name}")


def _arguments(verb: App) -> list[Argument]:
    return (
        [each for each in verb.assemble_argument_collection(parse_docstring=True) if each.show]
        if verb.default_command
        else []
    )


def _usage(verb: App) -> str:
    named = [each.names[0] for each in _arguments(verb) if not each.names[0].startswith("-")]
    return "".join(f" {_said(name)}" for name in named)


def _options(verb: App, names: set[str]) -> Iterator[str]:
    for each in _arguments(verb):
        if names & set(each.names) and each.parameter.help:
            yield from (".TP", f".B {_said(', '.join(each.names))}", _said(each.parameter.help or ""))


def _said(text: str) -> str:
    """As text and nothing else: no line of it is a request, no sign of it an escape."""
    signs = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq").replace('"', "\\(dq")
    )
    lines = (" ".join(line.split()) for line in signs.splitlines())
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in lines if line)
