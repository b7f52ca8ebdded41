"""The audit log: who did what, to what, and how it went."""

from typing import Protocol

from msgspec import Struct

from voiced.core.history import Id, Moment, Name, Page


class Entry(Struct, frozen=True, kw_only=True):
    """Something that somebody did. It holds no word of what anybody said.

    Attributes:
        id: made before it is written.
        at: when, in seconds since 1970 (UTC).
        who: key:ID, uid:NUMBER (a user of this machine), ip:ADDRESS, key:ID ip:ADDRESS (both), or local.
        action: what, such as DELETE /conversations/{conversation}.
        subject: on what: ids; empty where it is on nothing in particular.
        result: HTTP's word for how it went, such as 204; of long work, how it ended; cut short: whoever asked is gone.
    """

    id: Id
    at: Moment
    who: Name
    action: Name
    subject: str
    result: Name


class AuditLog(Protocol):
    """What was done, to be read."""

    async def entries(self, since: float = 0.0, limit: int = 100, cursor: str | None = None) -> Page[Entry]:
        """What was done from a moment on, the newest first.

        Args:
            since: seconds since 1970 (UTC).
            limit: at most so many.
            cursor: where the page before ended.

        Raises:
            InputInvalid: the cursor is none, or the limit out of bounds.
            StoreFailed: it cannot be read.
        """
        ...


class Audit(AuditLog, Protocol):
    """The same, for those who write it."""

    def note(self, who: str, action: str, subject: str, result: str) -> None:
        """Takes note of something; nobody waits for the disk."""
        ...
