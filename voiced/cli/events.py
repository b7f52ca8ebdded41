"""Events for people's eyes: one line each, and the turn's timeline as bars."""

from datetime import datetime, tzinfo

import msgspec
from rich.text import Text

from voiced.cli.options import Options
from voiced.cli.output import line, people, plain
from voiced.core.events import (
    AnyEvent,
    AudioFound,
    AudioLost,
    DamageFound,
    EngineFound,
    EngineLost,
    Failed,
    Gap,
    Heard,
    Interrupted,
    NearMiss,
    NotUnderstood,
    PromiseCancelled,
    PromiseChanged,
    PromiseEvent,
    PromiseMade,
    PromiseMissed,
    PromiseRang,
    Routed,
    Speaking,
    StateChanged,
    StoreFound,
    StoreLost,
    TalkedOver,
    TurnEnded,
    Woke,
)
from voiced.core.types import Timeline

_DEEDS = {
    PromiseMade: "is set",
    PromiseChanged: "is changed",
    PromiseRang: "rings",
    PromiseMissed: "was missed",
    PromiseCancelled: "is called off",
}
WIDTH = 40
"""Characters of the timeline's longest bar."""


class EventPrinter:
    """Prints events as they come."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def show(self, event: AnyEvent | Gap) -> None:
        """Prints one."""
        if self._options.json:
            line(event)
            return
        if isinstance(event, Gap):
            people.print(Text(f"{event.lost or 'some'} events are lost", "yellow"))
            return
        if words := _words(event, self._options.zone):
            what, style = words
            people.print(Text.assemble((f"{event.at:8.2f} s  ", "dim"), (what, style)), soft_wrap=True)
        if isinstance(event, TurnEnded):
            timeline(event.timeline)


def _words(  # noqa: C901, PLR0911, PLR0912 (a flat table: one line an event)
    event: AnyEvent, zone: tzinfo
) -> tuple[str, str] | None:
    """A short sentence and its style; None for what would be noise."""
    match event:
        case Woke(word=word, score=score):
            return (f"woke: {word.replace('_', ' ')} ({score:.2f})" if word else "listening, as asked", "cyan")
        case NearMiss(word=word, score=score):
            return f"almost: {word.replace('_', ' ')} ({score:.2f})", "dim"
        case Heard(text=text, confidence=confidence):
            return f"heard: “{plain(text)}” ({confidence:.2f})", "bold"
        case Routed(intent="", tier=tier):
            return f"no rule knows it: asks the {tier}", ""
        case Routed(intent=intent, slots=slots):
            return f"understood: {intent} {', '.join(f'{key} = {value}' for key, value in slots.items())}", ""
        case Speaking(text=text):
            return f"answers: “{plain(text)}”", "green"
        case TalkedOver():
            return "falls silent: somebody talks", "dim"
        case Interrupted(by=by):
            return f"interrupted by {by.replace('_', ' ')}", "yellow"
        case NotUnderstood(reason=reason):
            return f"not understood: {reason}", "yellow"
        case EngineLost(stage=stage, engine=engine):
            return f"{stage} {engine} is left alone for a while: {event.message}. {event.hint}", "red"
        case EngineFound(stage=stage, engine=engine):
            return f"{stage} {engine} works again", "green"
        case Failed() | AudioLost() | StoreLost() | DamageFound():
            return f"{event.message}. {event.hint}", "red"
        case StoreFound():
            return "what is said is kept again", "green"
        case AudioFound(device=device):
            return f"listening to {device}", "green"
        case PromiseEvent(kind=kind, name=name, due=due):
            moment = f" ({datetime.fromtimestamp(due, zone):%a %H:%M:%S})" if due else ""
            return f"{kind} {plain(name) or 'without a name'} {_DEEDS[type(event)]}{moment}", "yellow"
        case StateChanged() | _:
            return None


def timeline(marks: Timeline) -> None:
    """Draws a turn's marks as bars: after the end of speech, or since somebody asked in writing."""
    reached = {name: at for name, at in msgspec.to_builtins(marks).items() if at is not None and name != "spoken"}
    after = {name: at for name, at in reached.items() if at >= 0}
    if not after:
        return
    scale = WIDTH / max(*after.values(), 0.001)
    since = "the end of speech" if marks.endpoint is not None else "it was asked"
    people.print(Text(f"            after {since}", "dim"))
    for name, at in after.items():
        bar = "━" * max(1, round(at * scale))
        style = "bold green" if name == "first_audio" else "cyan"
        people.print(Text.assemble((f"{name.replace('_', ' '):>22}  ", "dim"), (bar, style), f" {at * 1000:.0f} ms"))
