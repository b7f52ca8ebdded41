"""What is remembered, over the socket. Implements `core.ports.knowledge.Knowledge`."""

from collections.abc import Sequence

from msgspec.structs import asdict

from voiced.control.forms import Chosen, Listed, Removed, Sought
from voiced.control.remote.connection import Connection, part
from voiced.core.errors import InputInvalid
from voiced.core.history import Page
from voiced.core.memories import Memory, NewMemory, Recalled, Scope
from voiced.core.ports.knowledge import KnowledgeState


class RemoteKnowledge:
    """What the daemon remembers. Every method: see `Knowledge`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        """See `Knowledge`."""
        return await self._connection.ask("POST", "memory", list[Memory], body=list(memories))

    async def get(self, memory: str) -> Memory:
        """See `Knowledge`."""
        if not memory:
            raise InputInvalid("a memory has an id", hint="`voiced memory list` lists them.")
        return await self._connection.ask("GET", f"memory/{part(memory)}", Memory)

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """See `Knowledge`."""
        values = asdict(scope)
        kinds = ",".join(values.pop("kinds"))
        query = Listed(kind=kinds or None, **values, limit=limit, cursor=cursor)
        return await self._connection.ask("GET", "memory", Page[Memory], query=query)

    async def search(self, words: str, scope: Scope, limit: int = 10) -> list[Recalled]:
        """See `Knowledge`."""
        sought = Sought(words=words, scope=scope, limit=limit)
        return await self._connection.ask("POST", "memory/search", list[Recalled], body=sought)

    async def remove(self, memories: Sequence[str]) -> int:
        """See `Knowledge`."""
        body = Chosen(list(memories))
        return (await self._connection.ask("POST", "memory/remove", Removed, body=body)).removed

    async def state(self) -> KnowledgeState:
        """See `Knowledge`."""
        return await self._connection.ask("GET", "memory/state", KnowledgeState)
