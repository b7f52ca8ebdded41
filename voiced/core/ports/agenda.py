"""Promises, as somebody sees them who is no part of the daemon."""

from typing import Annotated, Protocol

from msgspec import Meta, Struct

from voiced.core.promises import Kind, Promise, Schedule


class NewPromise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be promised.

    Attributes:
        kind: timer, alarm or reminder.
        name: what to call it; of a reminder: what to be reminded of.
        seconds: it rings after so long: a timer, or a reminder.
        schedule: it rings at that time: an alarm, or a reminder.
    """

    kind: Kind
    name: Annotated[str, Meta(max_length=1000)] = ""
    seconds: Annotated[float, Meta(gt=0)] | None = None
    schedule: Schedule | None = None


class Pending(Promise, frozen=True, kw_only=True, omit_defaults=False):
    """A promise that is still to be kept.

    Attributes:
        remaining_s: seconds until it rings; 0: it rings now, or is due.
    """

    remaining_s: float


class Agenda(Protocol):
    """What is promised. Every method raises `StoreFailed` where it cannot be read or kept."""

    async def pending(self, kind: Kind | None = None) -> list[Pending]:
        """All that are still to be kept, the next to ring first."""
        ...

    async def add(self, new: NewPromise) -> Pending:
        """Promises something; it survives a power cut when this returns.

        Raises:
            InputInvalid: its kind does not go with a schedule, or with seconds; or its time is none.
            SkillFailed: there are too many, or it is too long, or its time is over.
            VoicedError: nobody would ring it (no-daemon).
        """
        ...

    async def cancel(self, promise: str) -> None:
        """Calls one off.

        Raises:
            NotFound: nothing of this id is still to be kept.
            VoicedError: there is no daemon that would know of it (no-daemon).
        """
        ...
