"""Verbs that announce something, and that keep announcements waiting."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal

from cyclopts import App
from rich.text import Text

from voiced.cli.kept import moment
from voiced.cli.moments import time_of_day
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, said
from voiced.core.announcing import Announced, DoNotDisturb, Priority

dnd = App(name="dnd", help="Do not disturb: announcements wait, but for those of high priority.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    app.command(announce)
    dnd.default(_shown)
    for verb in (on, off, until):
        dnd.command(verb)
    app.command(dnd)


def announce(*words: str, priority: Priority = "normal", options: Options | None = None) -> None:
    """Let the daemon speak a text after a chime, as soon as its turn comes. Does not wait until it was said.

    Args:
        words: What to say.
        priority: low: after everything else; normal: after the turn in progress; high: first, and always.
        options: What every verb understands.
    """
    options, text = options or Options(), said(words)
    with options.client() as client:
        made = client.send("POST", "voice/announce", Announced, text=text, priority=priority)
    if options.json:
        line({"text": text, "priority": priority, "state": made.state, "until": made.until})
    elif made.state == "held":
        people.print(Text(f"It waits{_until(made.until, options.zone)}: do not disturb is on.", "yellow"))


def _shown(*, options: Options | None = None) -> None:
    """Tell whether announcements wait."""
    options = options or Options()
    with options.client() as client:
        _tell(client.send("GET", "dnd", DoNotDisturb), options)


def on(*, options: Options | None = None) -> None:
    """Keep announcements waiting until somebody says otherwise."""
    _set(options, on=True)


def off(*, options: Options | None = None) -> None:
    """Speak announcements again, those that waited first. Quiet hours of the configuration stay quiet."""
    _set(options, on=False)


def until(time: str, *, options: Options | None = None) -> None:
    """Keep announcements waiting until a time of day.

    Args:
        time: Such as 7:00, 07:30 or 7pm: the next one.
        options: What every verb understands.
    """
    options = options or Options()
    try:
        at = time_of_day(time)
    except ValueError as error:
        raise WrongCall(str(error)) from error
    _set(options, on=True, until=next_time(at, datetime.now(options.zone)).timestamp())


def next_time(at: str, now: datetime) -> datetime:
    """The next moment at which a clock shows a time, such as 07:00."""
    clock = datetime.strptime(at, "%H:%M:%S" if at.count(":") > 1 else "%H:%M").time()  # noqa: DTZ007 (a time alone)
    today = datetime.combine(now.date(), clock, now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), clock, now.tzinfo)


def _set(options: Options | None, **wanted: Literal[True, False] | float) -> None:
    options = options or Options()
    with options.client() as client:
        _tell(client.send("PUT", "dnd", DoNotDisturb, **wanted), options)


def _tell(state: DoNotDisturb, options: Options) -> None:
    if options.json:
        line(state)
    elif state.on:
        people.print(Text(f"Announcements wait{_until(state.until, options.zone)}.", "yellow"))
    else:
        people.print("Announcements are spoken.")


def _until(at: float | None, zone: tzinfo) -> str:
    return f" until {moment(at, zone)}" if at is not None else ""
