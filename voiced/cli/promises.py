"""Verbs about timers, alarms and reminders."""

from datetime import date, timedelta, tzinfo
from math import ceil
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.text import Text

from voiced.cli.chosen import matching
from voiced.cli.kept import moment, using
from voiced.cli.moments import AHEAD, DAYS, EVERY, Day, Days, Duration, TimeOfDay
from voiced.cli.options import Options
from voiced.cli.output import WrongCall, line, people, plain, table
from voiced.core.ports.agenda import NewPromise, Pending
from voiced.core.promises import Kind, Schedule
from voiced.core.status import PromiseStatus

if TYPE_CHECKING:
    from voiced.core.ports.kept import Kept

All = Annotated[bool, Parameter(name="--all", negative=())]
timer = App(name="timer", help="Look after timers.")
alarm = App(name="alarm", help="Look after alarms.")
reminder = App(name="reminder", help="Look after reminders.")


def add_to(app: App) -> None:
    """Adds the verbs."""
    timer.command(add_timer, name="add")
    alarm.command(add_alarm, name="add")
    reminder.command(remind, name="add")
    _add_common(timer, "timer")
    _add_common(alarm, "alarm")
    _add_common(reminder, "reminder")
    for group in (timer, alarm, reminder):
        app.command(group)


def add_timer(duration: Duration, /, *, name: str = "", options: Options | None = None) -> None:
    """Start a timer.

    Args:
        duration: How long, such as 5m, 1h30m or 90s.
        name: What to call it.
        options: What every verb understands.
    """
    _add(NewPromise(kind="timer", name=name, seconds=duration), options)


def add_alarm(
    time: TimeOfDay,
    /,
    *,
    day: Annotated[Day | None, Parameter(name="--date")] = None,
    days: Days | None = None,
    every: Days | None = None,
    name: str = "",
    options: Options | None = None,
) -> None:
    """Set an alarm, for the next time that it is so late unless a day is given.

    Args:
        time: Such as 7:00, 07:30 or 7pm.
        day: The day, such as 2026-11-25, today or tomorrow.
        days: Days of every week, such as mon,tue.
        every: The same: day, weekday, weekend, or a day's name.
        name: What to call it.
        options: What every verb understands.
    """
    options = options or Options()
    _add(NewPromise(kind="alarm", name=name, schedule=schedule(time, day, days, every, options.today())), options)


def remind(
    text: str,
    /,
    *,
    in_: Annotated[Duration | None, Parameter(name="--in")] = None,
    at: TimeOfDay | None = None,
    day: Annotated[Day | None, Parameter(name="--date")] = None,
    days: Days | None = None,
    every: Days | None = None,
    options: Options | None = None,
) -> None:
    """Make a reminder.

    Args:
        text: What to be reminded of.
        in_: After so long, such as 5m, 1h30m or 90s.
        at: At that time, such as 7:00, 07:30 or 7pm: the next time that it is so late unless a day is given.
        day: The day, such as 2026-11-25, today or tomorrow.
        days: Days of every week, such as mon,tue.
        every: The same: day, weekday, weekend, or a day's name.
        options: What every verb understands.
    """
    options = options or Options()
    if not text.strip():
        raise WrongCall("there is nothing to be reminded of")
    if (in_ is None) == (at is None):
        raise WrongCall("a reminder comes after a while, or at a time", hint="Give --in DURATION or --at TIME.")
    if at is not None:
        new = NewPromise(kind="reminder", name=text, schedule=schedule(at, day, days, every, options.today()))
    elif day or days or every:
        raise WrongCall("a day goes with a time", hint="Give --at TIME instead of --in.")
    else:
        new = NewPromise(kind="reminder", name=text, seconds=in_)
    _add(new, options)


def schedule(
    time: str, day: str | None, days: tuple[int, ...] | None, every: tuple[int, ...] | None, today: date
) -> Schedule:
    """A time of day, on one day or on some of every week.

    Raises:
        WrongCall: on both.
    """
    if sum(each is not None for each in (day, days, every)) > 1:
        raise WrongCall("it is on one day, or on days of every week", hint="Give one of --date, --days, --every.")
    if day is not None and day in AHEAD:
        day = (today + timedelta(AHEAD[day])).isoformat()
    return Schedule(time, day or "", days or every or ())


def when(pending: Pending | PromiseStatus) -> str:
    """The times at which something rings again and again, in words; empty for what rings once."""
    if not pending.schedule or not pending.schedule.days:
        return ""
    names = {days: name for name, days in EVERY.items() if name != "daily"}
    days = names.get(pending.schedule.days) or ", ".join(DAYS[day] for day in pending.schedule.days)
    return f"every {days} at {pending.schedule.time}"


def unheard(due: float, zone: tzinfo) -> str:
    """What was due and was not heard: while it rings, and where there is no speaker."""
    return f"was due {moment(due, zone)}, not heard yet"


def left(seconds: float) -> str:
    """How long it is until something rings: its two largest parts."""
    if seconds <= 0:
        return "now"
    rest, parts = ceil(seconds), list[str]()
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _add_common(group: App, kind: Kind) -> None:
    def list_(*, options: Options | None = None) -> None:
        _list(kind, options or Options())

    def cancel(which: str | None = None, /, *, all_: All = False, options: Options | None = None) -> None:
        if (which is None) != all_ or (which is not None and not which.strip()):
            raise WrongCall(f"one {kind} is called off, or all", hint="Give its name or id, or --all.")
        _cancel(kind, which, options or Options())

    list_.__doc__ = f"""List the {kind}s that are still to ring, the next one first."""
    cancel.__doc__ = f"""Call off a {kind}.

    Args:
        which: Its name, the time of day it is set for, its id, or the beginning of its id.
        all_: All of them.
        options: What every verb understands.
    """
    group.default(list_)
    group.command(list_, name="list")
    group.command(cancel)


def _list(kind: Kind, options: Options) -> None:
    found = using(options, lambda kept: kept.agenda.pending(kind))
    if options.json:
        for each in found:
            line(each)
    elif found:
        table(["id", "rings", "in", "", "name"], [_row(each, options.zone) for each in found])
    else:
        people.print(Text(f"There is no {kind}.", "dim"))


def _cancel(kind: Kind, which: str | None, options: Options) -> None:
    async def work(kept: "Kept") -> list[Pending]:
        pending = await kept.agenda.pending(kind)
        chosen = pending if which is None else [matching(pending, which)]
        for each in chosen:
            await kept.agenda.cancel(each.id)
        return chosen

    called_off = using(options, work)
    if not called_off and not options.json:
        people.print(Text(f"There is no {kind}.", "dim"))
    for each in called_off:
        if options.json:
            line(each)
        else:
            people.print(Text(f"Called off: {kind} {plain(each.name) or each.id}."), soft_wrap=True)


def _add(new: NewPromise, options: Options | None) -> None:
    options = options or Options()
    made = using(options, lambda kept: kept.agenda.add(new))
    if options.json:
        line(made)
        return
    rings = f" rings at {moment(made.due, options.zone)}, in {left(made.remaining_s)}" if made.due else " is set"
    named = f" “{plain(made.name)}”" if made.name else ""
    again = f", {when(made)}" if when(made) else ""
    people.print(Text(f"The {made.kind}{named}{rings}{again}."), soft_wrap=True)


def _row(each: Pending, zone: tzinfo) -> tuple[str, str, str, str, str]:
    due = "now" if each.due is None else moment(each.due, zone)
    rings = due if each.unheard is None else unheard(each.unheard, zone)
    return each.id, rings, left(each.remaining_s), when(each), plain(each.name)
