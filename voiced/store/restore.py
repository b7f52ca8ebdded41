"""A copy in the place of everything: looked at from all sides first, then put there in one transaction."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import apsw

from voiced.core.disk import leave_room
from voiced.core.errors import InputInvalid, StoreDamaged, StoreFailed, StoreForeign, translate
from voiced.core.promises import Promise
from voiced.store import connection as connect
from voiced.store import vectors
from voiced.store.backups import SPARE, prove
from voiced.store.beside import Tell
from voiced.store.crypto import fitting
from voiced.store.faults import ours, translated
from voiced.store.keys import Revocations, revoke_again
from voiced.store.lines import promise_row
from voiced.store.locked import state
from voiced.store.migrations import migrate
from voiced.store.promises import FIELDS, row_of, save

PAGES = 500
"""Pages that are copied between two looks whether to go on."""
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
_HINT = "Choose another one: `voiced restore` without a name shows what there is."


def fetch(
    source: Path,
    part: Path,
    page_size: int,
    settle: Callable[[Promise], Promise],
    revoked: Revocations,
    tell: Tell,
    *,
    keys: Sequence[bytes] = (),
) -> None:
    """Copies a source to a place of ours, and makes of it a file of the newest version, proven good.

    Args:
        source: any file.
        part: an empty file.
        page_size: of the file that it is to replace.
        settle: a promise as it was to the promise as it is to be now.
        revoked: keys that open nothing any more, and are not to open anything again.
        tell: told pages.
        keys: of the file that it is to replace: the source may have any of them or none, the copy has the first.

    Raises:
        InputInvalid: the source is no whole file of ours, or has another key.
        StoreNewer: it was written by a newer version.
    """
    if not source.is_file():
        raise InputInvalid(f"there is no file {source}", hint=_HINT)
    with translate(UnicodeDecodeError, to=InputInvalid, message=f"{source} cannot be restored", hint=_HINT):
        _fetch(source, part, page_size, settle, revoked, tell, keys=keys)


def _fetch(
    source: Path,
    part: Path,
    page_size: int,
    settle: Callable[[Promise], Promise],
    revoked: Revocations,
    tell: Tell,
    *,
    keys: Sequence[bytes],
) -> None:
    theirs, key = _key_of(source, keys), keys[0] if keys else None
    leave_room(part.parent, source.stat().st_size, SPARE)
    try:
        with closing(connect.still(source, theirs)) as connection:
            alike = (theirs is None) == (key is None)
            if not alike:
                tell.watch(connection)
                connect.copy_into(connection, part, key)
            with closing(connect.draft(part, key=key)) as copy:
                if alike:
                    _copy(connection, copy, tell)
                _bring_up(copy, page_size, tell)
                _look_at_texts(copy)
                _settle(copy, source, settle)
                revoke_again(copy, revoked)
    except apsw.Error as error:
        raise _invalid(source, ours(error)) from error
    except (StoreForeign, StoreDamaged) as error:
        raise _invalid(source, error) from error
    try:
        prove(part, tell, key)
    except StoreDamaged as error:
        raise _invalid(source, error) from error


def put(connection: apsw.Connection, part: Path, tell: Tell, key: bytes | None = None) -> None:
    """Puts a file in the place of all that a connection holds: all of it or, on any failure, nothing."""
    with closing(connect.still(part, key)) as source:
        _copy(source, connection, tell)


def _copy(source: apsw.Connection, target: apsw.Connection, tell: Tell) -> None:
    with target.backup("main", source, "main") as backup:
        while not backup.done:
            backup.step(PAGES)
            tell(backup.page_count - backup.remaining, backup.page_count)


def _key_of(source: Path, keys: Sequence[bytes]) -> bytes | None:
    with translated():
        key = None if (kind := state(source)) == "plain" else fitting(source, keys)
    if kind != "plain" and key is None:
        words = "is locked with another key" if kind == "locked" else "is no database, or one that is locked with a key"
        raise InputInvalid(f"{source} {words}", hint=_HINT)
    return key


def _bring_up(copy: apsw.Connection, page_size: int, tell: Tell) -> None:
    """Makes a file of the newest version, with pages as large as those that it is to replace."""
    tell.watch(copy)
    copy.pragma("journal_mode", "delete")
    problem = copy.execute("PRAGMA integrity_check(1)").get
    if problem != "ok":
        raise StoreDamaged(problem)
    if migrate(copy) == 0:
        raise StoreForeign("it is empty")
    # They are made anew: how they lie in the file is another library's matter, and changes with its version.
    copy.pragma("secure_delete", 1)
    vectors.remove(copy)
    if copy.execute(_SCHEMA).fetchall() != _newest_schema():
        raise StoreForeign("its tables are not those of voiced")
    if copy.pragma("page_size") != page_size:
        copy.execute(f"PRAGMA page_size = {page_size}; VACUUM")


def _look_at_texts(copy: apsw.Connection) -> None:
    """Refuses a text that is no UTF-8. SQLite takes it, and whoever met it could read nothing that lies beside it."""
    for (table,) in copy.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict").fetchall():
        try:
            for _ in copy.execute(f"SELECT * FROM {table}"):  # noqa: S608 (a name of our own)
                pass
        except UnicodeDecodeError as error:
            raise StoreDamaged(f"a text in {table} is no UTF-8: {error}") from error


def _settle(copy: apsw.Connection, source: Path, settle: Callable[[Promise], Promise]) -> None:
    """Settles all promises, and refuses what the daemon could not keep."""
    names = FIELDS.split(", ")
    after: list[tuple[object, ...]] = []
    for row in copy.execute(f"SELECT {FIELDS} FROM promises"):  # noqa: S608 (names of our own)
        try:
            after.append(row_of(settle(promise_row(names, row))))
        except InputInvalid as error:
            message = f"{source} cannot be restored: the promise {row[0]} cannot be kept: {error.message}"
            raise InputInvalid(message, hint=_HINT) from error
    with copy:
        save(copy, after)


def _newest_schema() -> Sequence[tuple[object, ...]]:
    with closing(apsw.Connection(":memory:")) as connection:
        migrate(connection)
        return connection.execute(_SCHEMA).fetchall()


def _invalid(source: Path, error: StoreFailed) -> StoreFailed | InputInvalid:
    """What concerns the source is said of it; what concerns the disk stays as it is."""
    if isinstance(error, StoreDamaged | StoreForeign):
        return InputInvalid(f"{source} cannot be restored: {error.message}", hint=_HINT)
    return error
