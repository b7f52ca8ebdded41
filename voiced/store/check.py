"""Everything that can be wrong with the file, looked for."""

from pathlib import Path

import apsw

from voiced.core.ports.upkeep import Checked
from voiced.store import vectors
from voiced.store.beside import Tell
from voiced.store.migrations import version

MOST = 50
"""Problems that are told: where there are more, these say enough."""
ROUNDS = 2.0
"""A check reads every page about so often: measured with 1,000 to 100,000 messages."""
_TABLES = ("conversations", "messages", "promises", "memories", "entries", "keys", "audit", "usage", "answers")
_RULES = (
    (
        "a conversation's count is not that of its messages",
        """SELECT id FROM conversations WHERE messages !=
           (SELECT count(*) FROM messages WHERE place BETWEEN number << 24 AND (number << 24) + 0xFFFFFF)""",
    ),
    (
        "a conversation's last time is not that of its messages",
        """SELECT id FROM conversations WHERE last_at != max(made_at, coalesce(
           (SELECT max(at) FROM messages WHERE place BETWEEN number << 24 AND (number << 24) + 0xFFFFFF), made_at))""",
    ),
    (
        "a conversation's tags or metadata are of the wrong form",
        "SELECT id FROM conversations WHERE json_type(tags) != 'array' OR json_type(metadata) != 'object'",
    ),
    (
        "a message has no conversation",
        "SELECT id FROM messages WHERE place >> 24 NOT IN (SELECT number FROM conversations)",
    ),
    (
        "a message's sources or metadata are of the wrong form",
        "SELECT id FROM messages WHERE json_type(sources) != 'array' OR json_type(metadata) != 'object'",
    ),
    (
        "a memory's tags or source are of the wrong form",
        "SELECT id FROM memories WHERE json_type(tags) != 'array' OR json_type(source) != 'object'",
    ),
    (
        "a text is not in the full-text index",
        "SELECT key FROM texts WHERE key NOT IN (SELECT id FROM words_docsize)",
    ),
    (
        "the full-text index has a text that is not there",
        "SELECT id FROM words_docsize WHERE id NOT IN (SELECT key FROM texts)",
    ),
)
"""What holds besides the rules that SQLite knows of, and how to find what breaks it."""


def check(connection: apsw.Connection, path: Path, tell: Tell) -> Checked:
    """Looks at every page, index, rule and count.

    Args:
        connection: one of its own.
        path: the file.
        tell: told pages.

    Raises:
        StoreFailed: it cannot be read at all.
    """
    from voiced.store.salvage import originals  # noqa: PLC0415 (hardly ever needed)

    pages = max(1, int(connection.pragma("page_count") * ROUNDS))
    tell.watch(connection, lambda: tell(min(pages - 1, connection.status(apsw.SQLITE_DBSTATUS_CACHE_MISS)[0]), pages))
    problems: list[str] = []
    rows: dict[str, int] = {}
    try:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST})")]
        problems += found if found != ["ok"] else []
        for words, query in (*_RULES, *vectors.rules(connection)):
            problems += [f"{words}: {row[0]}" for row in connection.execute(f"{query} LIMIT {MOST}")]
        rows = {table: connection.execute(f"SELECT count(*) FROM {table}").get for table in _TABLES}  # noqa: S608
    except (apsw.CorruptError, apsw.SQLError) as error:
        problems.append(str(error))
    tell(pages, pages)
    log = path.with_name(f"{path.name}-wal")
    return Checked(
        version=version(connection),
        bytes=sum(each.stat().st_size for each in (path, log) if each.exists()),
        rows=rows,
        problems=problems[:MOST],
        salvaged=[str(each) for each in originals(path)],
    )
