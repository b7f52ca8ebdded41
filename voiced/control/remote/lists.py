"""Lists over the socket. Implements `core.ports.lists.Lists`."""

from collections.abc import Sequence

from voiced.control.forms import Chosen, ListNamed, NewEntries, Removed
from voiced.control.remote.connection import Connection
from voiced.core.lists import Entry, ListSummary


class RemoteLists:
    """What the daemon has on lists. Every method: see `Lists`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[ListSummary]:
        """See `Lists`."""
        return await self._connection.ask("GET", "lists", list[ListSummary])

    async def entries(self, name: str) -> list[Entry]:
        """See `Lists`."""
        return await self._connection.ask("GET", "lists/entries", list[Entry], query=ListNamed(name))

    async def add(self, name: str, texts: Sequence[str]) -> list[Entry]:
        """See `Lists`."""
        body = NewEntries(name, list(texts))
        return await self._connection.ask("POST", "lists/entries", list[Entry], body=body)

    async def remove(self, entries: Sequence[str]) -> int:
        """See `Lists`."""
        if not entries:
            return 0
        body = Chosen(list(entries))
        return (await self._connection.ask("POST", "lists/remove", Removed, body=body)).removed
