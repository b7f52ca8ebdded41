"""What is said, on its way to the store: nobody who talks waits for the disk."""

import asyncio
import logging

from voiced.core.errors import StoreFailed, VoicedError
from voiced.core.history import Message, Wanted
from voiced.core.ports.conversations import Conversations
from voiced.core.tasks import vital

log = logging.getLogger(__name__)

READING_S = 0.5
"""A disk that takes longer keeps nobody from being answered."""
CLOSING_S = 0.5
"""How long the end of the daemon waits for what is still on its way."""


class Record:
    """Keeps messages in the order in which they are given, those of a turn in one conversation.

    Args:
        conversations: where they are kept.
        space: where this box stands.
        continue_s: seconds after its last message in which a conversation is still continued.
    """

    def __init__(self, conversations: Conversations, space: str, continue_s: float) -> None:
        self._conversations = conversations
        self._space = space
        self._continue_s = continue_s
        self._under_way: set[asyncio.Task[str | None]] = set()

    def keep(self, message: Message, after: asyncio.Task[str | None] | None = None) -> asyncio.Task[str | None]:
        """Begins to keep a message.

        Args:
            message: what was said.
            after: what was given before of the same turn.

        Returns:
            Ends when it is on the disk, with its conversation's id, or with None when it is lost.
        """
        task = asyncio.create_task(self._add(message, after), name=f"record {message.turn}")
        vital(task)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def said(self, count: int, now: float) -> list[Message]:
        """The last messages of the conversation that goes on, the oldest first; none where it cannot be read.

        Args:
            count: at most so many.
            now: seconds since 1970 (UTC).
        """
        try:
            async with asyncio.timeout(READING_S):
                found = await self._conversations.find(Wanted(space=self._space, status="active", limit=1))
                if not found.items or now - found.items[0].last_at > self._continue_s:
                    return []
                return await self._conversations.last(found.items[0].id, count)
        except (StoreFailed, TimeoutError) as error:
            log.debug("what was said before cannot be read: %s", error)
            return []

    async def settled(self) -> None:
        """Waits a little for what is still on its way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSING_S)

    async def _add(self, message: Message, after: asyncio.Task[str | None] | None) -> str | None:
        conversation = await after if after else None
        try:
            kept = await self._conversations.add([message], conversation, space=self._space)
        except StoreFailed as error:
            # Whoever watches the store is told once; a line for every turn would fill the disk.
            log.debug("turn %s is not kept: %s", message.turn, error.message)
            return None
        except VoicedError as error:
            log.error("turn %s cannot be kept, which is a fault of voiced: %s", message.turn, error.message)  # noqa: TRY400
            return None
        return kept[0].conversation
