"""Verbs about the configuration."""

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import using
from voiced.cli.options import Options
from voiced.cli.output import line, people, table
from voiced.core.config_http import addresses
from voiced.core.errors import ConfigInvalid, KeyMissing, VoicedError
from voiced.core.keys import look_for_usable
from voiced.setup.settings import config_file, files, flat, ignored
from voiced.setup.template import render

if TYPE_CHECKING:
    from voiced.setup.doctor import Finding

Switch = Annotated[bool, Parameter(negative=())]
config = App(name="config", help="Look at the configuration.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    config.command(show)
    config.command(check)
    config.command(path)
    app.command(config)


def show(*, origin: Switch = False, template: Switch = False, options: Options | None = None) -> None:
    """Show every setting as it is in force.

    Args:
        origin: Tell where each one comes from.
        template: Print a configuration file with all defaults and their meaning instead.
        options: What every verb understands.
    """
    options = options or Options()
    if template:
        if options.json:
            line({"template": render()})
        else:
            print(render(), end="")  # noqa: T201 (a file's text, not a message)
        return
    settings = options.settings()
    rows = [(key, value, settings.origins.get(key)) for key, value in flat(settings.config).items()]
    if options.json:
        line({key: {"value": value, "origin": source or "default"} for key, value, source in rows})
    elif origin:
        named = [(key, _toml(value), source or Text("default", "dim")) for key, value, source in rows]
        table(["setting", "value", "from"], named)
    else:
        table(["setting", "value"], [(key, _toml(value)) for key, value, _ in rows])


def check(*, options: Options | None = None) -> None:
    """Check the configuration, with everything it names: engines, models, keys, templates, words.

    What the daemon does not start without is an error; what it does without, such as a model, is told.
    """
    from voiced.offline import check as check_config  # noqa: PLC0415 (the other verbs start faster without it)
    from voiced.setup.inspection import missing  # noqa: PLC0415 (the same)

    options = options or Options()
    settings = options.settings()
    try:
        asyncio.run(check_config(settings.config))
    except VoicedError as error:
        raise ConfigInvalid(error.message, code=error.code, hint=error.hint) from error
    sources, absent = sorted(set(settings.origins.values())), [*missing(settings.config), *_keyless(options)]
    if options.json:
        line({"valid": True, "sources": sources, "missing": absent})
        return
    people.print(Text("The configuration is good.", "green"))
    people.print(Text(", ".join(sources) or f"All defaults: there is no {config_file()}.", "dim"), soft_wrap=True)
    for each in absent:
        people.print(Text(f"{each.found}: the daemon starts without it.", "yellow"), soft_wrap=True)
        people.print(Text(each.hint, "dim"), soft_wrap=True)
    _tell_ignored(options)


def _keyless(options: Options) -> "Iterator[Finding]":
    """Other machines are listened to only while there is a key."""
    from voiced.setup.doctor import Finding, Health  # noqa: PLC0415 (the other verbs start faster without it)

    if all(each.here for each in addresses(options.loaded().http)):
        return
    try:
        look_for_usable(using(options, lambda kept: kept.keys.all()), time.time())
    except KeyMissing as error:
        yield Finding("http", Health.WARNING, error.message, error.hint)
    except VoicedError:
        return  # Keys cannot be read as this user, or not now.


def path(*, options: Options | None = None) -> None:
    """Show which files are read, in their order: each overrides those before it."""
    options = options or Options()
    for each in files(options.config):
        state = "read" if each.is_file() else "not there"
        if options.json:
            line({"file": str(each), "state": state})
        else:
            people.print(Text.assemble(f"{each}  ", (state, "green" if state == "read" else "dim")), soft_wrap=True)
    _tell_ignored(options)


def _tell_ignored(options: Options) -> None:
    """Root may have put a file where anybody else's is."""
    if options.config or not (own := ignored()):
        return
    if options.json:
        line({"file": str(own), "state": "ignored"})
    else:
        words = f"{own} is not read: root's daemon is the system's, and its file is {config_file()}."
        people.print(Text(words, "yellow"), soft_wrap=True)


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
