"""What is said, on its way to the store: nobody who talks waits for the disk."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from msgspec.structs import replace

from voiced.core.errors import StoreFailed, VoicedError
from voiced.core.history import Message, NewConversation, Wanted, title_of
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.usage import Meter
from voiced.core.tasks import vital
from voiced.core.usage import Use

log = logging.getLogger(__name__)

READING_S = 0.5
"""A disk that takes longer keeps nobody from being answered."""
ELSEWHERE = "elsewhere"
"""The space of conversations that have ids of others: what is said where this box stands goes on beside them."""
CLOSING_S = 0.5
"""How long the end of the daemon waits for what is still on its way."""
T = TypeVar("T")


class Record:
    """Keeps messages in the order in which they are given, those of a turn in one conversation.

    Args:
        conversations: where they are kept.
        space: where this box stands.
        continue_s: seconds after its last message in which a conversation is still continued.
        meter: counts what turns take; None: nobody does.
    """

    def __init__(self, conversations: Conversations, space: str, continue_s: float, meter: Meter | None = None) -> None:
        self._conversations = conversations
        self._space = space
        self._continue_s = continue_s
        self._meter = meter
        self._under_way: set[asyncio.Task[Any]] = set()

    def keep(
        self,
        message: Message,
        after: asyncio.Task[str | None] | None = None,
        use: Use | None = None,
        conversation: str | None = None,
    ) -> asyncio.Task[str | None]:
        """Begins to keep a message.

        Args:
            message: what was said.
            after: what was given before of the same turn.
            use: what the turn took, but for its conversation.
            conversation: the id of the one that it belongs to, which is begun if there is none; None: the one that goes
                on.

        Returns:
            Ends when it is on the disk, with its conversation's id, or with None when it is lost.
        """
        return self._begin(self._add(message, after, use, conversation), f"record {message.turn}")

    async def said(self, count: int, now: float, conversation: str | None = None) -> list[Message]:
        """The last messages of a conversation, the oldest first; none where it cannot be read.

        Args:
            count: at most so many.
            now: seconds since 1970 (UTC).
            conversation: its id; None: the one that goes on.
        """
        try:
            async with asyncio.timeout(READING_S):
                if conversation:
                    return await self._conversations.last(conversation, count)
                found = await self._conversations.find(Wanted(space=self._space, status="active", limit=1))
                if not found.items or now - found.items[0].last_at > self._continue_s:
                    return []
                return await self._conversations.last(found.items[0].id, count)
        except (StoreFailed, TimeoutError) as error:
            log.debug("what was said before cannot be read: %s", error)
            return []

    async def settled(self) -> None:
        """Waits a little for what is still on its way."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                while self._under_way:
                    await asyncio.wait(self._under_way)

    def _begin(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        task = asyncio.create_task(work, name=name)
        vital(task)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _add(
        self, message: Message, after: asyncio.Task[str | None] | None, use: Use | None, named: str | None
    ) -> str | None:
        conversation = await after if after else None
        try:
            if named and not conversation:
                new = NewConversation(id=named, space=ELSEWHERE, title=title_of([message]))
                conversation = (await self._conversations.open(new)).id
            kept = await self._conversations.add([message], conversation, space=self._space)
        except StoreFailed as error:
            # Whoever watches the store is told once; a line for every turn would fill the disk.
            log.debug("turn %s is not kept: %s", message.turn, error.message)
            return None
        except VoicedError as error:
            log.error("turn %s cannot be kept, which is a fault of voiced: %s", message.turn, error.message)  # noqa: TRY400
            return None
        if use and self._meter:
            self._begin(self._count(self._meter, replace(use, conversation=kept[0].conversation)), f"count {use.turn}")
        return kept[0].conversation

    async def _count(self, meter: Meter, use: Use) -> None:
        """Nobody waits for it, neither who talks nor who writes."""
        try:
            await meter.add(use)
        except StoreFailed as error:
            log.debug("what turn %s took is not counted: %s", use.turn, error.message)
