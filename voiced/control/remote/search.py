"""Looking things up over the socket. Implements `core.ports.search.Search`."""

from voiced.control.forms import LookUp
from voiced.control.remote.connection import Connection
from voiced.core.ports.search import Where
from voiced.core.search import Findings


class RemoteSearch:
    """The daemon's providers. See `Search`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    web = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def search(self, words: str, where: Where = "everywhere", limit: int | None = None) -> Findings:
        """See `Search`."""
        body = LookUp(words=words, where=where, limit=limit)
        return await self._connection.ask("POST", "search", Findings, body=body)
