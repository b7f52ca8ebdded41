"""Verbs about the configuration."""

from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people, table
from voiced.setup.settings import config_file
from voiced.setup.template import render

Switch = Annotated[bool, Parameter(negative=())]
config = App(name="config", help="Look at the configuration.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    config.command(show)
    config.command(check)
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
        print(render(), end="")  # noqa: T201 (a file's text, not a message)
        return
    settings = options.settings()
    rows = [(key, value, settings.origins.get(key)) for key, value in _flat(msgspec.to_builtins(settings.config), "")]
    if options.json:
        line({key: {"value": value, "origin": source or "default"} for key, value, source in rows})
    elif origin:
        named = [(key, _toml(value), source or Text("default", "dim")) for key, value, source in rows]
        table(["setting", "value", "from"], named)
    else:
        table(["setting", "value"], [(key, _toml(value)) for key, value, _ in rows])


def check(*, options: Options | None = None) -> None:
    """Check the configuration, with everything it names: models, templates, words."""
    from voiced.offline import check as check_config  # noqa: PLC0415 (the other verbs start faster without it)

    options = options or Options()
    settings = options.settings()
    check_config(settings.config)
    sources = sorted(set(settings.origins.values()))
    if options.json:
        line({"valid": True, "sources": sources})
    else:
        people.print(Text("The configuration is good.", "green"))
        named = ", ".join(sources) or f"All defaults: there is no {config_file()}."
        people.print(Text(named, "dim"), soft_wrap=True)


def _flat(values: dict[str, object], prefix: str) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in values.items():
        rows += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return rows


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
