"""What can be read of a damaged file, saved into a new one; the original is kept beside it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import apsw
from msgspec import Struct

from voiced.core.disk import sync
from voiced.core.errors import StoreForeign, StoreNewer
from voiced.core.ids import new_id
from voiced.store import connection as connect
from voiced.store import vectors
from voiced.store.connection import APPLICATION_ID
from voiced.store.faults import translated
from voiced.store.migrations import migrate, scripts
from voiced.store.pages import Header, Pages, Row, Source, page_size, read_header, rows
from voiced.store.rawfile import Disk
from voiced.store.refill import Table
from voiced.store.wal import read_log

CACHE_KIB = 16_384
RECOVERED = "Recovered"
"""The title of a conversation that is lost, but not its messages."""
FIRST = {
    "conversations": 12,
    "messages": 18,
    "promises": 13,
    "memories": 11,
    "entries": 6,
    "keys": 11,
    "audit": 7,
    "usage": 14,
}
"""Columns of the tables in the version that made them; each version may add some at the end.

Answers that are kept for a while are not saved, and neither are settings: they are asked for, or set, again.
"""
SCHEMA_COLUMNS = 5
SCHEMA = ("table", "index", "trigger", "view")
"""What a row of the schema begins with."""


class Salvaged(Struct, frozen=True):
    """What was saved.

    Attributes:
        rows: table to count.
        made: conversations that were made anew for messages that have lost theirs.
        lost: how often there was a row that cannot be read, at most: some of them may be of the index of words. Of
            pages that are gone nobody knows how many they held.
        original: where the damaged file is now.
    """

    rows: dict[str, int]
    made: int
    lost: int
    original: str


def salvage(path: Path, *, vfs: str | None = None, key: bytes | None = None) -> Salvaged:
    """Saves what can be read of a damaged file into a new one that takes its place.

    A power cut leaves either the original, or what `finish` makes whole. Nobody may have the file open.

    Args:
        path: the file; its log lies beside it.
        vfs: SQLite's name of another way to the disk, for the new file.
        key: of both files; pages that were not written under it are lost.

    Raises:
        StoreForeign, StoreNewer: it is no file of ours, or of a newer version; it is left as it is.
        StoreFull, StoreBroken: there is no room for the new file, or the disk fails; it is left as it is.
    """
    draft = _beside(path, ".salvaging")
    with translated():
        finish(path)
        draft.unlink(missing_ok=True)
        draft.touch(0o600)
        file, wal = Disk(path), Disk(_beside(path, "-wal"))
        try:
            saved = _fill(draft, Pages(file, wal, key), vfs, key)
            sync(draft)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        finally:
            file.close()
            wal.close()
        stamp = _stamp(path)
        draft.rename(_beside(path, f".salvaged-{stamp}"))
        sync(path.parent)
        finish(path)
        return Salvaged(*saved, original=str(_beside(path, f".damaged-{stamp}")))


def finish(path: Path) -> None:
    """Puts a salvaged file in its place, if a power cut left one beside it. To be called before the file is opened.

    The log is moved away before the new file comes, or SQLite would play it into that.
    """
    for staged in sorted(path.parent.glob(f"{path.name}.salvaged-*")):
        kept = path.with_name(staged.name.replace(".salvaged-", ".damaged-"))
        for end in ("-wal", "-journal", ""):
            if _beside(path, end).exists():
                _beside(path, end).rename(_beside(kept, end))
        _beside(path, "-shm").unlink(missing_ok=True)
        sync(path.parent)
        staged.rename(path)
        sync(path.parent)


def cut(path: Path, *, locked: bool = False) -> bool:
    """Whether commits follow damage in the log. SQLite takes that for the log's end, and says nothing.

    To be asked before the file is opened, which throws the rest away. Reads all of the log: 15 ms a MB.
    """
    with translated():
        file, wal = Disk(path), Disk(_beside(path, "-wal"))
        try:
            return bool(len(wal)) and read_log(wal, page_size(file, wal, locked=locked)).cut
        finally:
            file.close()
            wal.close()


def originals(path: Path) -> list[Path]:
    """Where damaged files were put by, the newest first."""
    kept = path.parent.glob(f"{path.name}.damaged-*")
    return sorted((each for each in kept if not each.name.endswith(("-wal", "-journal"))), reverse=True)


def drafts(path: Path) -> list[Path]:
    """What a salvage that was cut short has left: it begins anew."""
    return list(path.parent.glob(f"{path.name}.salvaging*"))


def _fill(draft: Path, pages: Source, vfs: str | None, key: bytes | None) -> tuple[dict[str, int], int, int]:
    """Makes the new file: the rows of each table, conversations made, rows lost."""
    # Nobody else sees the file before it is whole: it needs no journal that outlives a power cut, and one sync.
    connection = connect.draft(draft, vfs, key)
    try:
        connection.pragma("journal_mode", "memory")
        connection.pragma("synchronous", "off")
        connection.pragma("cache_size", -CACHE_KIB)
        migrate(connection)
        known = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
        connection.execute("BEGIN")
        triggers = _without_triggers(connection)
        tables = [Table(connection, name, first) for name, first in FIRST.items()]
        schema, lost = _copy(rows(pages), tables)
        _check(read_header(pages.page(1)) if pages.count else None, schema, known)
        made = _complete(connection)
        for trigger in triggers:
            connection.execute(trigger)
        connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
        connection.execute("COMMIT")
        return {name: _count(connection, name) for name in FIRST}, made, lost
    finally:
        connection.close()


def _copy(found: Iterable[Row], tables: list[Table]) -> tuple[set[str], int]:
    """Puts each row into the table to which it belongs; gives the schema it met, and how many rows cannot be read."""
    schema: set[str] = set()
    lost = 0
    for _, rowid, values in found:
        if values is None:
            lost += 1
        elif len(values) == SCHEMA_COLUMNS and values[0] in SCHEMA:
            schema.add(str(values[4] or ""))
        else:
            fitting = [table for table in tables if table.first <= len(values) <= table.last]
            lost += bool(fitting) and not any(table.put(rowid, values) for table in fitting)
    return schema - {""}, lost


def _check(header: Header | None, schema: set[str], known: set[str]) -> None:
    """Refuses what is not ours to mend. One damaged number in the header does not make it so: the schema tells."""
    if header is None:
        return
    schema = {sql for sql in schema if not sql.startswith("CREATE TABLE sqlite_stat") and not vectors.OWN.search(sql)}
    if header.application != APPLICATION_ID and (header.application or schema) and not schema & known:
        raise StoreForeign("the file is not one of voiced")
    if header.version > len(scripts()) and schema != known:
        message = f"the file has version {header.version}, this voiced knows versions up to {len(scripts())}"
        raise StoreNewer(message)


def _without_triggers(connection: apsw.Connection) -> list[str]:
    """Drops the triggers, which would keep counts and words row by row; gives how to make them again."""
    found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        connection.execute(f'DROP TRIGGER "{name}"')
    return [str(sql) for _, sql in found]


def _complete(connection: apsw.Connection) -> int:
    """Gives each message a conversation, and each conversation its count and its last time, by the rules of a check.

    Returns:
        How many conversations were made.
    """
    orphans = connection.execute(
        "SELECT place >> 24, min(at), max(at) FROM messages GROUP BY 1"
        " HAVING place >> 24 NOT IN (SELECT number FROM conversations)"
    ).fetchall()
    connection.executemany(
        "INSERT INTO conversations (number, id, title, made_at, changed_at, last_at) VALUES (?, ?, ?, ?, ?, ?)",
        [(number, new_id(), RECOVERED, first, first, last) for number, first, last in orphans],
    )
    connection.execute(
        "UPDATE conversations SET (messages, last_at) = (SELECT count(*), max(made_at, ifnull(max(at), made_at))"
        " FROM messages WHERE place BETWEEN number << 24 AND (number << 24) + 0xFFFFFF)"
    )
    return len(orphans)


def _count(connection: apsw.Connection, name: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {name}").get)  # noqa: S608


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _stamp(path: Path) -> str:
    """The time, for the name of the original; with a number where that is taken already."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    number = 1
    while list(path.parent.glob(f"{path.name}.damaged-{now}*")):
        now, number = f"{now.partition('.')[0]}.{number}", number + 1
    return now
