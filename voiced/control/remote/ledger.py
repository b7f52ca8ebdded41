"""Keys, the audit log, what was used, and answers that are kept, over the socket."""

from voiced.control.forms import Noted, Removed, Used
from voiced.control.remote.connection import Connection, part
from voiced.core.history import Page
from voiced.core.keys import Key, MadeKey, NewKey
from voiced.core.ports.answers import CacheStatus
from voiced.core.ports.audit import Entry
from voiced.core.usage import By, Limit, Sum


class RemoteKeys:
    """The daemon's keys. Every method: see `Keys`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self) -> list[Key]:
        """See `Keys`."""
        return await self._connection.ask("GET", "keys", list[Key])

    async def add(self, new: NewKey) -> MadeKey:
        """See `Keys`."""
        return await self._connection.ask("POST", "keys", MadeKey, body=new)

    async def revoke(self, key: str) -> None:
        """See `Keys`."""
        await self._connection.ask("DELETE", f"keys/{part(key)}", type(None))


class RemoteAudit:
    """The daemon's audit log. See `AuditLog`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def entries(self, since: float = 0.0, limit: int = 100, cursor: str | None = None) -> Page[Entry]:
        """See `AuditLog`."""
        return await self._connection.ask("GET", "audit", Page[Entry], query=Noted(since, limit, cursor))


class RemoteUsage:
    """What the daemon has used. See `Usage`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def sums(self, by: By = "day", since: float = 0.0) -> list[Sum]:
        """See `Usage`."""
        return await self._connection.ask("GET", "usage", list[Sum], query=Used(by, since))

    async def limits(self) -> list[Limit]:
        """See `Usage`."""
        return await self._connection.ask("GET", "budget", list[Limit])


class RemoteAnswers:
    """The answers that the daemon keeps. See `AnswerCache`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def status(self) -> CacheStatus:
        """See `AnswerCache`."""
        return await self._connection.ask("GET", "cache", CacheStatus)

    async def clear(self) -> int:
        """See `AnswerCache`."""
        return (await self._connection.ask("DELETE", "cache", Removed)).removed
