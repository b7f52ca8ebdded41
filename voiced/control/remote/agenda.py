"""Promises over the socket. Implements `core.ports.agenda.Agenda`."""

from voiced.control.forms import Which
from voiced.control.remote.connection import Connection, part
from voiced.core.ports.agenda import NewPromise, Pending
from voiced.core.promises import Kind


class RemoteAgenda:
    """What the daemon promises. Every method: see `Agenda`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def pending(self, kind: Kind | None = None) -> list[Pending]:
        """See `Agenda`."""
        return await self._connection.ask("GET", "promises", list[Pending], query=Which(kind))

    async def add(self, new: NewPromise) -> Pending:
        """See `Agenda`."""
        return await self._connection.ask("POST", "promises", Pending, body=new)

    async def cancel(self, promise: str) -> None:
        """See `Agenda`."""
        await self._connection.ask("DELETE", f"promises/{part(promise)}", type(None))
