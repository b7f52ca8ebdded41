"""Settings in the file. Implements `core.ports.settings.Settings`."""

import apsw

from voiced.store.db import Database

_PUT = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class StoredSettings:
    """Keeps settings.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, name: str) -> str | None:
        """See `Settings`."""

        def job(connection: apsw.Connection) -> str | None:
            found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
            return str(found[0]) if found else None

        return await self._database.read(job)

    async def put(self, name: str, value: str | None) -> None:
        """See `Settings`."""

        def job(connection: apsw.Connection) -> None:
            if value is None:
                connection.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                connection.execute(_PUT, (name, value))

        await self._database.write(job)
