"""Conversations and messages, as they are kept."""

from collections.abc import Sequence
from typing import Protocol

from voiced.core.history import Change, Conversation, Message, NewConversation, Page, Statistics, Wanted


class Conversations(Protocol):
    """Where all talk is kept. What a method has written survives a power cut when it returns.

    Every method raises `NotFound` for an id that is none, `InputInvalid` for what cannot be kept as it is, and
    another `StoreFailed` where the file cannot be used.
    """

    async def open(self, new: NewConversation) -> Conversation:
        """Begins a conversation; one whose id is there already is left as it is, and given back."""
        ...

    async def get(self, conversation: str) -> Conversation:
        """Looks one up, also a deleted one."""
        ...

    async def find(self, wanted: Wanted) -> Page[Conversation]:
        """Lists conversations, the one that was talked in last first."""
        ...

    async def change(self, conversation: str, change: Change) -> Conversation:
        """Renames, tags, archives, closes, deletes (to be seen no more) or brings back."""
        ...

    async def add(
        self, messages: Sequence[Message], conversation: str | None = None, *, space: str = "home", user: str = ""
    ) -> list[Message]:
        """Appends messages, all or none.

        Args:
            messages: in order, at least one, at most `LONGEST_BATCH`. One that is kept already (same id, or same
                request and role) is not kept twice.
            conversation: its id; None continues what was last said in the space by the user, or begins anew (see
                `store.continue_s`).
            space: where it is said, if no conversation is given.
            user: who says it, if no conversation is given.

        Returns:
            The messages as they are kept.
        """
        ...

    async def messages(self, conversation: str, limit: int = 100, cursor: str | None = None) -> Page[Message]:
        """Lists the messages of a conversation, the oldest first."""
        ...

    async def last(self, conversation: str, count: int) -> list[Message]:
        """The last messages of a conversation, the oldest of them first: what a prompt needs."""
        ...

    async def recent(
        self,
        limit: int = 20,
        cursor: str | None = None,
        *,
        text: str | None = None,
        space: str | None = None,
        turn: str | None = None,
    ) -> Page[Message]:
        """The last messages of all conversations that are not deleted, the newest first.

        Args:
            limit: at most so many.
            cursor: where the page before ended.
            text: only those that hold these words.
            space: only those of this space.
            turn: only those of this turn.
        """
        ...

    async def statistics(self) -> Statistics:
        """Counts everything."""
        ...
