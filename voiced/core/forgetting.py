"""What is to be forgotten, and what was: pure."""

from typing import Annotated

from msgspec import Meta, Struct, field

from voiced.core.errors import InputInvalid
from voiced.core.history import Id, Moment, Name
from voiced.core.memories import MemoryKind

MOST = 10_000
"""Names in a call."""


class Forget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be forgotten: what is named, or else all that fits everything that is given.

    Attributes:
        ids: messages, notes, pieces of documents, and entries of lists.
        turn: what was said in it.
        conversation: it, with all that was said in it.
        since: said or learned at this moment or later, in seconds since 1970 (UTC).
        until: said or learned before this moment.
        space: only what belongs there.
        kinds: only these kinds; empty: all.
        everything: all talk, all memories, all lists and all promises.
    """

    ids: Annotated[list[Id], Meta(max_length=MOST)] = field(default_factory=list[str])
    turn: Name | None = None
    conversation: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    space: Name | None = None
    kinds: list[MemoryKind] = field(default_factory=list[MemoryKind])
    everything: bool = False

    def of(self, kind: MemoryKind) -> bool:
        """Whether memories of a kind are meant."""
        return not self.kinds or kind in self.kinds

    def check(self) -> None:
        """Looks whether it says anything.

        Raises:
            InputInvalid: it does not, or says two things at once.
        """
        hint = "Name messages, a turn or a conversation; or a time, a space or both; or everything."
        ways = [bool(self.ids), self.turn is not None, self.conversation is not None, self.everything, self._fits]
        if sum(ways) != 1:
            raise InputInvalid("that says nothing to forget" if not any(ways) else "that says two things", hint=hint)
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InputInvalid("that time ends before it begins", hint=hint)

    @property
    def _fits(self) -> bool:
        return any(each is not None for each in (self.since, self.until, self.space)) or bool(self.kinds)


class Forgotten(Struct, frozen=True):
    """What was forgotten.

    Attributes:
        messages: how many.
        conversations: of which nothing is left.
        memories: notes and pieces of documents.
        promises: timers, alarms and reminders.
        backups: older copies of everything that were removed, because they held it.
        entries: of lists.
    """

    messages: int = 0
    conversations: int = 0
    memories: int = 0
    promises: int = 0
    backups: int = 0
    entries: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to forget."""
        return not (self.messages or self.conversations or self.memories or self.promises or self.entries)
