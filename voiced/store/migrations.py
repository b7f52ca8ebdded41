"""The schema's versions: numbered SQL files, each applied once, each whole or not at all."""

from functools import cache
from importlib.resources import files

import apsw

from voiced.core.errors import StoreForeign, StoreNewer
from voiced.store import vectors
from voiced.store.connection import APPLICATION_ID

AFTER = {6: vectors.renew}
"""What SQL cannot do by itself, by the number of the script after which it is done."""


@cache
def scripts() -> tuple[str, ...]:
    """All of them, the first one first; they are never edited once they are released."""
    found = sorted((path.name, path) for path in (files("voiced.store") / "migrations").iterdir())
    return tuple(path.read_text("utf-8") for name, path in found if name.endswith(".sql"))


def version(connection: apsw.Connection) -> int:
    """The version of a file: 0 for an empty one.

    Raises:
        StoreForeign: it is another program's.
        StoreNewer: this program is older than it.
    """
    found = int(connection.pragma("user_version"))
    if connection.pragma("application_id") != APPLICATION_ID:
        if found or connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").get:
            raise StoreForeign(f"{connection.db_filename('main')} is not a file of voiced")
        return 0
    if found > len(scripts()):
        message = f"the file has version {found}, this voiced knows versions up to {len(scripts())}"
        raise StoreNewer(message)
    return found


def migrate(connection: apsw.Connection) -> int:
    """Brings a file to the newest version, step by step; returns the version that it had.

    A power cut leaves it at one of the versions on the way.

    Raises:
        StoreForeign, StoreNewer: it is left as it is.
    """
    before = version(connection)
    for number, script in enumerate(scripts()[before:], before + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(script)
            AFTER.get(number, _nothing)(connection)
            connection.pragma("user_version", number)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # SQLite ends it by itself where the disk fails
                connection.execute("ROLLBACK")
            raise
    return before


def _nothing(_: apsw.Connection) -> None:
    pass
