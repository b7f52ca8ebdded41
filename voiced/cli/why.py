"""The verb that explains a turn."""

from typing import TYPE_CHECKING

from cyclopts import App
from rich.text import Text

from voiced.cli.events import timeline
from voiced.cli.kept import moment, using
from voiced.cli.options import Options
from voiced.cli.output import line, people, plain, table
from voiced.core.explanation import Explanation, explanation
from voiced.core.routing import Called, Considered

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

STYLES = {"answered": "green", "declined": "yellow", "failed": "red", "passed over": "dim"}
DECISIONS = {"allowed": "green", "asked": "yellow", "refused": "red"}
NEWEST = 20
"""Messages among which there is one of a turn: what was added from outside belongs to none."""


def add_to(app: App) -> None:
    """Adds the verb."""
    app.command(why)


def why(turn: str | None = None, *, options: Options | None = None) -> None:
    """Tell what happened in a turn: what was heard, who was considered for the answer and why, what was done.

    Args:
        turn: The turn's id, as events and `voiced history --json` tell it; the last one unless given.
        options: What every verb understands.
    """
    options = options or Options()

    async def work(kept: "Kept") -> Explanation:
        return explanation((await kept.conversations.recent(NEWEST, turn=turn)).items, turn)

    found = using(options, work)
    if options.json:
        line(found)
    else:
        _show(found, options)


def _show(found: Explanation, options: Options) -> None:
    head = f"turn {found.turn}, {moment(found.at, options.zone)}, {found.channel}, {found.privacy}"
    people.print(Text(head, "dim"), soft_wrap=True)
    if found.asked:
        sure = f" ({found.confidence:.2f})" if found.confidence is not None else ""
        _row("heard", Text.assemble((f"“{plain(found.asked)}”", "bold"), (sure, "dim")))
    if found.intent:
        slots = ", ".join(f"{name} = {plain(str(value))}" for name, value in found.slots.items())
        _row("understood", Text(f"{found.intent} {slots}"))
    for name, value in found.notes.items():
        _row(name, Text(plain(str(value))))
    for called in found.tools:
        _row("asked for", _called(called))
    if found.considered:
        table(["considered", "outcome", "ms", "reason"], map(_considered, found.considered))
    if found.model:
        _row("model", Text(f"{found.model}, {found.tokens_in or 0} tokens in, {found.tokens_out or 0} out"))
    for source in found.sources:
        _row("source", Text(plain(f"{source.title} ({source.kind} {source.reference})")))
    _row(
        "answered" if found.asked else "said", Text(f"“{plain(found.answer)}”" if found.answer else "nothing", "green")
    )
    if found.spoken is not None:
        _row(
            "interrupted", Text(f"after “{plain(found.spoken)}”" if found.spoken else "before the first word", "yellow")
        )
    timeline(found.timeline)


def _called(each: Called) -> Text:
    given = ", ".join(f"{name} = {value}" for name, value in each.arguments.items())
    return Text.assemble(
        plain(f"{each.tool} {given}".strip()),
        (f" {each.decision}", DECISIONS.get(each.decision, "")),
        plain(f" ({each.reason}) “{each.told}”" if each.decision != "refused" else f" ({each.reason})"),
    )


def _considered(each: Considered) -> list[str | Text]:
    ms = "" if each.ms is None else f"{each.ms:.1f}"
    return [f"{each.tier} {each.name}".strip(), Text(each.outcome, STYLES[each.outcome]), ms, plain(each.reason)]


def _row(name: str, what: Text) -> None:
    people.print(Text.assemble((f"{name:>10}  ", "dim"), what), soft_wrap=True)
