"""What is promised: timers, alarms and reminders, as frozen values."""

from typing import Literal

from msgspec import Struct

Kind = Literal["timer", "alarm", "reminder"]
State = Literal["active", "done", "cancelled"]


class Schedule(Struct, frozen=True, omit_defaults=True):
    """A moment of local time, once or again and again.

    Attributes:
        time: the time of day, as 07:00 or 07:00:30.
        date: the day, as 2026-11-25, of what is due once; empty for what repeats.
        days: the days of the week on which it repeats, 0 for Monday to 6 for Sunday, sorted; empty for once.
    """

    time: str
    date: str = ""
    days: tuple[int, ...] = ()


class Promise(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A timer, an alarm or a reminder. It is kept before it is confirmed.

    What counts seconds (a timer; also what was snoozed) is due on the monotonic clock of the boot in which it was
    made, and on the wall clock after another boot. What has a schedule is due on the wall clock always.

    Attributes:
        id: made before it is written.
        kind: timer, alarm or reminder.
        name: what the user calls it: a timer's or an alarm's name, or what to be reminded of.
        state: active until it has rung for the last time and was stopped or told, or was cancelled.
        made_at: when it was made, in seconds since 1970 (UTC).
        changed_at: when it last changed.
        due: when it rings next, in seconds since 1970 (UTC); None: never again.
        seconds: how long it runs in all, of what counts seconds.
        monotonic: when it rings, in seconds of the monotonic clock of `boot`, of what counts seconds.
        boot: the id of that boot of the machine.
        schedule: when it rings in local time; None for what counts seconds.
        unheard: when it was due and nobody has stopped it, or been told of it, yet (seconds since 1970, UTC).
    """

    id: str
    kind: Kind
    made_at: float
    changed_at: float
    name: str = ""
    state: State = "active"
    due: float | None = None
    seconds: float | None = None
    monotonic: float | None = None
    boot: str = ""
    schedule: Schedule | None = None
    unheard: float | None = None
