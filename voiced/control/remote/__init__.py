"""The ports over the socket: what is kept, as the daemon that runs lets others see it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from voiced.control.remote.agenda import RemoteAgenda
from voiced.control.remote.connection import Connection
from voiced.control.remote.conversations import RemoteConversations
from voiced.control.remote.knowledge import RemoteKnowledge
from voiced.control.remote.ledger import RemoteAnswers, RemoteAudit, RemoteKeys, RemoteUsage
from voiced.control.remote.lists import RemoteLists
from voiced.control.remote.search import RemoteSearch
from voiced.control.remote.upkeep import RemoteUpkeep
from voiced.core.ports.kept import Kept


@asynccontextmanager
async def remote(path: Path) -> AsyncGenerator[Kept]:
    """What the daemon keeps.

    Args:
        path: its socket.
    """
    connection = Connection(path)
    try:
        yield Kept(
            RemoteConversations(connection),
            RemoteAgenda(connection),
            RemoteUpkeep(connection),
            RemoteKeys(connection),
            RemoteAudit(connection),
            RemoteUsage(connection),
            RemoteAnswers(connection),
            RemoteKnowledge(connection),
            RemoteLists(connection),
            RemoteSearch(connection),
        )
    finally:
        await connection.close()
