"""Verbs that watch and steer the daemon."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.text import Text

from voiced.cli.events import EventPrinter
from voiced.cli.home import told
from voiced.cli.kept import moment
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table
from voiced.cli.promises import left, unheard, when
from voiced.core.attention import Attention
from voiced.core.errors import StoreDamaged
from voiced.core.status import (
    ALL_SAID,
    ALL_SOUND,
    EngineStatus,
    HomeStatus,
    ListenerStatus,
    MemoryStatus,
    PromiseStatus,
    Status,
)

Percent = Annotated[int, Parameter(validator=Number(gte=0, lte=100))]


def add_to(app: App) -> None:
    """Adds the verbs."""
    for verb in (status, listen, stop, mute, unmute, volume, attention, restart_audio, events):
        app.command(verb)


def status(*, options: Options | None = None) -> None:
    """Show what the daemon is doing."""
    options = options or Options()
    with options.client() as client:
        state = client.status()
    if options.json:
        line(state)
    else:
        _show(state, options.zone)


def listen(*, options: Options | None = None) -> None:
    """Make the daemon listen now, as after the wake word."""
    _steer("voice/listen", options, told={"listening": True})


def stop(*, options: Options | None = None) -> None:
    """Make the daemon be quiet: end its answer and whatever rings. It goes on listening."""
    _steer("voice/stop", options, told={"stopped": True})


def mute(*, options: Options | None = None) -> None:
    """Close the microphone."""
    _steer("voice/mute", options, {"muted": True})


def unmute(*, options: Options | None = None) -> None:
    """Open the microphone again."""
    _steer("voice/mute", options, {"muted": False})


def volume(percent: Percent, *, options: Options | None = None) -> None:
    """Set how loud everything is.

    Args:
        percent: 0 to 100.
        options: What every verb understands.
    """
    _steer("voice/volume", options, {"volume": percent})


def attention(
    *,
    wake_word: bool | None = None,
    follow_up: bool | None = None,
    sensitivity: Percent | None = None,
    options: Options | None = None,
) -> None:
    """Show what the daemon attends to by itself, or set it.

    Args:
        wake_word: It wakes at its wake words; without them, only `voiced listen` and a button make it listen.
        follow_up: It listens for the answer after a question of its own.
        sensitivity: How easily a wake word wakes it: 0 to 100, 50 as configured.
        options: What every verb understands.
    """
    options = options or Options()
    named = {"wake_word": wake_word, "follow_up": follow_up, "sensitivity": sensitivity}
    wanted = {name: value for name, value in named.items() if value is not None}
    with options.client() as client:
        held = client.send("POST", "voice/attention", Attention, **wanted) if wanted else client.status().attention
    if options.json:
        line(held)
    else:
        table(["", ""], _attention(held))


def restart_audio(*, options: Options | None = None) -> None:
    """End the audio process, which comes back at once and finds microphone and speaker anew."""
    _steer("audio/restart", options, told={"restarted": True})


def events(*, options: Options | None = None) -> None:
    """Show what happens, as it happens, until interrupted."""
    options = options or Options()
    printer = EventPrinter(options)
    with options.client().events() as stream:
        for event in stream:
            printer.show(event)


def _steer(
    route: str, options: Options | None, fields: Mapping[str, object] | None = None, told: object = None
) -> None:
    """Asks the daemon for something.

    Args:
        route: what for.
        options: what every verb understands.
        fields: what is sent with it.
        told: what a program is told once the daemon has accepted it; None: what was sent.
    """
    options = options or Options()
    options.client().post(route, **(fields or {}))
    if options.json:
        line(told or fields)


def _show(state: Status, zone: tzinfo) -> None:
    ear = state.audio
    listening = Text("listening", "green") if ear.listening else Text(ear.problem or "not listening", "red")
    if state.muted:
        listening = Text("muted", "yellow")
    people.print(Text.assemble(("voiced ", "bold"), (state.version, "dim"), f"  {state.state}  ", listening))
    if ear.hint and not (ear.listening or state.muted):
        people.print(Text(ear.hint, "dim"), soft_wrap=True)
    if state.store.problem:
        people.print(Text(f"what is said is not kept: {state.store.problem}", "red"), soft_wrap=True)
        people.print(Text(state.store.hint, "dim"), soft_wrap=True)
    if state.store.damage:
        people.print(Text(f"a part of what is kept cannot be read: {state.store.damage}", "red"), soft_wrap=True)
        people.print(Text(StoreDamaged.hint, "dim"), soft_wrap=True)
    level = "–" if ear.level_dbfs is None else f"{ear.level_dbfs:.0f} dBFS"
    table(
        ["", ""],
        [
            ["microphone", f"{ear.device or '–'}  {level}" + (f"  {ear.clipped} clipped" if ear.clipped else "")],
            ["echo", "cancelled" if ear.echo_cancelled else "not cancelled"],
            ["volume", f"{state.volume} %"],
            ["wake words", ", ".join(state.wake_words) or "–"],
            *(_attention(state.attention) if state.attention != Attention() else []),
            ["woke", f"{state.woke} times, {state.near_misses} near misses"],
            ["turns", f"{state.turns}, {state.failures} failed"],
            ["up", f"{state.uptime_s:.0f} s, process {state.pid}, ear turned {state.ear_turned_s:.1f} s ago"],
            *([each.kind, rings(each, zone)] for each in state.promises),
            *([part.kind, _engine(part)] for part in state.engines),
            *(
                [["satellite", Text(f"{state.elsewhere} hears {ALL_SAID}, and answers it", "yellow")]]
                if state.elsewhere
                else []
            ),
            ["memory", _memory(state.memory)],
            *([each.kind, told(each)] for each in state.home.connections),
            *([["home", _home(state.home)]] if state.home.connections else []),
            *([each.kind, _listener(each)] for each in state.listeners),
        ],
    )


def _attention(held: Attention) -> list[list[str]]:
    return [
        ["wake word", "wakes it" if held.wake_word else "does not wake it: it listens only if it is asked to"],
        ["sensitivity", f"{held.sensitivity} %"],
        ["follow-up", "it listens for answers" if held.follow_up else "it does not listen for answers"],
    ]


def _listener(found: ListenerStatus) -> Text:
    told = Text(found.address)
    return told.append(f"  {found.problem}. {found.hint}", "red") if found.problem else told


def _engine(part: EngineStatus) -> Text:
    told = Text("  ".join(filter(None, (part.engine, part.model, part.state, f"{part.restarts} restarts"))))
    if part.kind == "wake":
        told.append(f"  is sent {ALL_SOUND}", "yellow")
    return told.append(f"  {part.problem}. {part.hint}", "red") if part.problem else told


def _memory(state: MemoryStatus) -> Text:
    told = Text(f"searched by {state.model or 'words alone'}")
    if state.waiting:
        told.append(f"  {state.waiting} wait for {state.wanted}")
    return told.append(f"  {state.problem}. {state.hint}", "red") if state.problem else told


def _home(state: HomeStatus) -> str:
    return f"{state.entities} things, {state.unobserved} of them cannot be observed now"


def rings(each: PromiseStatus, zone: tzinfo) -> str:
    """A promise for people: its name, when it rings, and how long that is from now."""
    named = f"{plain(each.name)}: " if each.name else ""
    if each.unheard is not None:
        return f"{named}{unheard(each.unheard, zone)}"
    if each.due is None or each.remaining_s <= 0:
        return f"{named}rings now"
    at = when(each) or (moment(each.due, zone) if each.schedule else "")
    return f"{named}{at}{', ' if at else ''}in {left(each.remaining_s)}"
