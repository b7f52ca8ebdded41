"""Verbs about the home."""

from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.kept import confirm
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.home import GONE, Action, Entity, Outcome, Receipt, Value
from voiced.core.status import ConnectionStatus

Yes = Annotated[bool, Parameter(name=["--yes", "-y"], negative=())]
WORDS: dict[Outcome, tuple[str, str]] = {
    "done": ("done, and seen", "green"),
    "unchanged": ("it was so before", "green"),
    "moving": ("on its way, and seen so", "green"),
    "unobserved": ("sent, but no change was seen", "yellow"),
    "refused": ("refused", "red"),
    "unreachable": ("not sent", "red"),
}
home = App(name="home", help="What there is in the home, and what is done to it.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    home.default(status)
    for verb in (status, list_, act):
        home.command(verb, name=verb.__name__.rstrip("_"))
    app.command(home)


def status(*, options: Options | None = None) -> None:
    """Show to whom the home is connected, and why not."""
    options = options or Options()
    with options.client() as client:
        found = client.status().home
    if options.json:
        line(found)
        return
    if not found.connections:
        people.print(Text("No home is configured: see [home] in the configuration, and docs/home.md.", "dim"))
        return
    table(["to", "", "times"], [(each.kind, told(each), str(each.connects)) for each in found.connections])
    people.print(f"{found.entities} things, {found.unobserved} of them cannot be observed now")


def list_(*, options: Options | None = None) -> None:
    """List what there is in the home, as it was observed last."""
    options = options or Options()
    with options.client() as client:
        found = client.entities()
    if options.json:
        for each in found:
            line(each)
    elif found:
        table(["id", "name", "area", "state", ""], [_row(each) for each in found])
    else:
        people.print(Text("There is nothing.", "dim"))


def act(
    entity: str,
    service: str,
    values: Annotated[list[str] | None, Parameter(negative=())] = None,
    /,
    *,
    yes: Yes = False,
    options: Options | None = None,
) -> int:
    """Do one thing to one entity, and show what was seen of it: to try out what was described.

    The exit code is 1 where it was not seen to be done, or on its way.

    Args:
        entity: Its id, such as light.kitchen; see `voiced home list`.
        service: Such as turn_on, open_cover, lock or set_temperature.
        values: What the service takes, such as brightness_pct=40.
        yes: It is confirmed already.
        options: What every verb understands.
    """
    options = options or Options()
    action = Action(entity, service, dict(_value(each) for each in values or ()))
    with options.client() as client:
        known = {each.id: each for each in client.entities()}
        if (found := known.get(entity)) and found.risky:
            confirm(f"{plain(found.name)} ({entity}) is risky. {service}?", options, yes=yes)
        [receipt] = client.act([action], confirmed=True)
    if options.json:
        line(receipt)
    else:
        _show(receipt)
    return 0 if receipt.outcome in ("done", "unchanged", "moving") else 1


def told(connection: ConnectionStatus) -> Text:
    """How a connection is, for people."""
    if connection.connected:
        dropped = f", {connection.dropped} messages left out" if connection.dropped else ""
        unreadable = f", {connection.unreadable} could not be read" if connection.unreadable else ""
        return Text.assemble(connection.address, ("  connected", "green"), dropped, unreadable)
    return Text.assemble(connection.address, (f"  {plain(connection.problem)}. {connection.hint}", "red"))


def _show(receipt: Receipt) -> None:
    words, style = WORDS[receipt.outcome]
    is_ = f": it is {plain(receipt.entity.state)}" if receipt.entity else ""
    problem = f": {plain(receipt.problem)}" if receipt.problem else ""
    people.print(Text(f"{words}{problem or is_}", style), soft_wrap=True)


def _row(each: Entity) -> tuple[str, str, str, Text, Text]:
    state = Text(plain(each.state), "dim" if each.state in GONE else "")
    return each.id, plain(each.name), plain(each.area), state, Text("risky" if each.risky else "", "yellow")


def _value(text: str) -> tuple[str, Value]:
    """A value as JSON, or as plain text."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise WrongCall(f"{text} sets no value", hint="Write it as name=value.")
    try:
        return name, msgspec.json.decode(value, type=Value)
    except msgspec.DecodeError:
        return name, value
