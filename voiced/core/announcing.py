"""Announcements, and when they wait: frozen values."""

from typing import Literal

from msgspec import Struct

Priority = Literal["low", "normal", "high"]
"""low: after everything else. normal: after the turn in progress. high: before all that waits, and always."""


class Announced(Struct, frozen=True):
    """What becomes of an announcement.

    Attributes:
        state: it is spoken soon (queued), or waits until it may disturb (held).
        until: until when it waits, in seconds since 1970 (UTC); None: it does not, or nobody knows.
    """

    state: Literal["queued", "held"]
    until: float | None = None


class DoNotDisturb(Struct, frozen=True):
    """Whether announcements wait.

    Attributes:
        on: they do, but for those of high priority.
        until: when that ends, in seconds since 1970 (UTC); None: when somebody says so.
    """

    on: bool
    until: float | None = None
