"""What keeps memories, as tests use it: each method is run to its end, and texts have vectors of their own."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from voiced.core.history import Change, Message, NewConversation
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.memories import Memories
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.memories import StoredMemories

NOON = 1_790_000_000.0
SIZE = 12


class Kept(NamedTuple):
    memories: Memories
    conversations: Conversations


@asynccontextmanager
async def in_the_file(folder: Path) -> AsyncGenerator[Kept]:
    database = await Database.open(folder)
    try:
        yield Kept(StoredMemories(database), StoredConversations(database, 300.0))
    finally:
        await database.close()


class Run:
    """Ports whose methods are run to their end."""

    def __init__(self, runner: asyncio.Runner, kept: Kept) -> None:
        self._runner = runner
        self._kept = kept

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._kept.memories, name)
        return lambda *values, **more: self._runner.run(method(*values, **more))

    def say(self, *contents: str, conversation: str = "c", **more: Any) -> list[Message]:
        """Says something in a conversation."""
        new = {name: more.pop(name) for name in ("space", "user", "tags", "title") if name in more}
        self._runner.run(self._kept.conversations.open(NewConversation(id=conversation, **new)))
        said = [Message(f"{conversation}-{content}", "user", content, NOON, **more) for content in contents]
        return self._runner.run(self._kept.conversations.add(said, conversation))

    def delete(self, conversation: str) -> None:
        self._runner.run(self._kept.conversations.change(conversation, Change(status="deleted")))

    def bring_back(self, conversation: str) -> None:
        self._runner.run(self._kept.conversations.change(conversation, Change(status="active")))

    def embed_all(self, model: str = "m", size: int = SIZE) -> None:
        """Gives each text a vector of its own, and has them searched."""
        while some := self.unembedded(model, 100):
            self.embed(model, [each.key for each in some], np.stack([vector(each.text, size) for each in some]))
        self.use(model)


def vector(text: str, size: int = SIZE) -> NDArray[np.float32]:
    """One of unit length, the same for the same text."""
    numbers = np.random.default_rng(list(text.encode())).standard_normal(size)
    return (numbers / np.linalg.norm(numbers)).astype(np.float32)


def texts(hits: Any) -> list[str]:
    return [hit.memory.text for hit in hits]
