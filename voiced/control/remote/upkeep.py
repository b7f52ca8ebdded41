"""The file's upkeep over the socket: paths are on this side of it. Implements `core.ports.upkeep.Upkeep`."""

from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from voiced.control.forms import SEALED, OwnBackup, Written
from voiced.control.remote.connection import Connection, Headers, part
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.ports.upkeep import Backup, Checked, Form, Imported, Progress


class RemoteUpkeep:
    """Lets the daemon look after its file. Every method: see `Upkeep`; or there is no daemon.

    Args:
        connection: to the daemon.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def check(self, progress: Progress) -> Checked:
        """See `Upkeep`."""
        return await self._connection.work("db/check", Checked, progress)

    async def backup(self, progress: Progress) -> Backup:
        """See `Upkeep`."""
        return await self._connection.work("db/backup", Backup, progress)

    async def backups(self) -> Sequence[Backup]:
        """See `Upkeep`."""
        return await self._connection.ask("GET", "db/backups", list[Backup])

    async def fetch(self, backup: Backup, target: Path, progress: Progress) -> None:
        """See `Upkeep`."""
        await self._connection.download(f"db/backups/{part(Path(backup.path).name)}", target, progress)

    async def restore(self, source: Path, progress: Progress) -> Backup:
        """See `Upkeep`. A backup of the daemon's own need not be sent there."""
        own = next((each for each in await self.backups() if each.path == str(source)), None)
        if own:
            return await self._connection.work("db/restore", Backup, progress, body=OwnBackup(source.name))
        return await self._connection.work("db/restore", Backup, progress, file=source)

    async def export(
        self,
        target: Path,
        progress: Progress,
        conversations: Sequence[str] | None = None,
        passphrase: bytes | None = None,
    ) -> None:
        """See `Upkeep`."""
        query = {"conversation": list(conversations)} if conversations else None
        await self._connection.download("db/export", target, progress, query=query, headers=_sealing(passphrase))

    def conversation(self, conversation: str, form: Form) -> AsyncIterator[bytes]:
        """See `Upkeep`."""
        return self._connection.read(f"conversations/{part(conversation)}/export", Written(form))

    async def forget(self, what: Forget, progress: Progress) -> Forgotten:
        """See `Upkeep`."""
        return await self._connection.work("forget", Forgotten, progress, body=what)

    async def take_in(self, source: Path, progress: Progress, passphrase: bytes | None = None) -> Imported:
        """See `Upkeep`."""
        headers = _sealing(passphrase)
        return await self._connection.work("db/import", Imported, progress, file=source, headers=headers)


def _sealing(passphrase: bytes | None) -> Headers:
    """A passphrase goes in a header: what stands in an address may be written down."""
    return {SEALED: b64encode(passphrase).decode()} if passphrase else {}
