"""Encrypting what is there already, giving it another key, and decrypting it: one whole file after the other.

Each file is written anew beside its place and compared; then the new one takes the old one's name in one step. The
database comes last: when it has changed, all has. Every key that any file still needs is in the key file before it is
used and until it is not, so that a kill at any moment leaves files that open; to do the same again finishes it.
"""

import ctypes
import logging
import math
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import apsw

from voiced.core.disk import leave_room, shred
from voiced.core.errors import StoreBusy, StoreDamaged, StoreFailed, StoreForeign, StoreKeyWrong, StoreNewer
from voiced.core.ports.encryption import Encryption, KeyInfo
from voiced.core.secret import Secret
from voiced.store import connection as connect
from voiced.store import crypto
from voiced.store.backups import SPARE, UNFINISHED
from voiced.store.beside import Tell
from voiced.store.faults import translated
from voiced.store.locked import state
from voiced.store.migrations import version
from voiced.store.replacing import PART, replace, tidy
from voiced.store.salvage import drafts
from voiced.store.start import NAME, hold, opened

log = logging.getLogger(__name__)

BACKUPS = "backups"


def status(folder: Path) -> Encryption:
    """How things stand; needs no key, and the file may be in use.

    Raises:
        StoreLocked: the key file is damaged.
    """
    path = folder / NAME
    with translated():
        there = crypto.key_file(path).exists()
        wrapped = crypto.wrapped_keys(crypto.key_file(path)) if there else []
        backups = {each: state(each) for each in _backups(folder)}
        others = {each for each in folder.glob(f"{NAME}.*") if state(each) == "plain"}
        left, found = [each for each in _left(folder) if state(each) in {"plain", "unknown"}], state(path)
    plain = {each for each, kind in backups.items() if kind == "plain"} | others | set(left)
    return Encryption(
        file=found,
        keys=[KeyInfo(each.id, each.made_at, each.by) for each in wrapped],
        locked=sum(kind == "locked" for kind in backups.values()),
        plain=[str(each) for each in sorted(plain)] if there else [],
    )


def encrypt(folder: Path, secret: Secret, tell: Tell) -> None:
    """Encrypts the database and its backups. The plain ones are overwritten, with the log and what was left unfinished.

    Raises:
        StoreHeld: a daemon, or another command, has the file.
        StoreLocked: it is encrypted already, and its key file is gone.
        StoreKeyWrong: there is a key file already, of another secret.
        StoreDamaged: a backup cannot be read, and stays as it is; all else is done.
        StoreFailed: the disk is full, or fails; to do it again goes on where it ended.
    """
    file = crypto.key_file(folder / NAME)
    with translated(), hold(folder):
        if not file.exists() and state(folder / NAME) in {"empty", "plain"}:
            crypto.wrap(file, [crypto.new_key()], secret)
        _lock_all(folder, crypto.unwrapped(file, secret), secret, tell)


def decrypt(folder: Path, secret: Secret, tell: Tell) -> None:
    """Decrypts the database and its backups, and forgets the key.

    Raises:
        StoreHeld, StoreKeyWrong, StoreDamaged, StoreFailed: as `encrypt` does; the key is kept then.
    """
    file = crypto.key_file(folder / NAME)
    with translated(), hold(folder):
        keys = [key.value for key in crypto.unwrapped(file, secret)]
        _rewrite_all(folder, keys, None, tell)
        shred(file)


def rotate(folder: Path, secret: Secret, tell: Tell) -> None:
    """Gives the database and its backups a new key, and forgets the old one; or finishes that.

    Raises:
        StoreHeld, StoreKeyWrong, StoreFailed: as `encrypt` does.
    """
    path = folder / NAME
    file = crypto.key_file(path)
    with translated(), hold(folder):
        crypto.keys_of(path, secret)
        keys = crypto.unwrapped(file, secret)
        if len(keys) == 1:
            keys = [crypto.new_key(), *keys]
            crypto.wrap(file, keys, secret)
        _lock_all(folder, keys, secret, tell)


def rewrap(folder: Path, secret: Secret, new: Secret) -> None:
    """Puts the same key under another secret: the database stays as it is.

    Raises:
        StoreHeld, StoreKeyWrong, StoreFailed: as `encrypt` does.
    """
    file = crypto.key_file(folder / NAME)
    with translated(), hold(folder):
        crypto.wrap(file, crypto.unwrapped(file, secret), new)


def _lock_all(folder: Path, keys: Sequence[crypto.DataKey], secret: Secret, tell: Tell) -> None:
    """Puts everything under the first key, and forgets the others."""
    _rewrite_all(folder, [key.value for key in keys], keys[0].value, tell)
    if len(keys) > 1:
        crypto.wrap(crypto.key_file(folder / NAME), keys[:1], secret)


def _rewrite_all(folder: Path, keys: Sequence[bytes], key: bytes | None, tell: Tell) -> None:
    """Puts all files under a key or none.

    Raises:
        StoreDamaged: a backup cannot be read; all others are done.
    """
    path, done, damaged = folder / NAME, 0, list[str]()
    for where in (folder, folder / BACKUPS):
        tidy(where)
    for each in _left(folder):
        shred(each)
    files = [*_backups(folder), path]
    total = sum(each.stat().st_size for each in files if each.exists())
    for each in files:
        size = each.stat().st_size if each.exists() else 0
        piece = _Piece(tell, done, size, total)
        try:
            with translated():
                _rewrite(each, keys, key, piece, settle=each is path)
        except (StoreDamaged, StoreForeign, StoreNewer, StoreKeyWrong) as error:
            if each is path:
                raise
            log.warning("%s stays as it is: %s", each, error.message)
            damaged += [str(each)] if isinstance(error, StoreDamaged) else []
        done += size
        tell(done, total)
    if damaged:
        hint = "All else is done. Put it elsewhere, and do the same again: until then its key is kept."
        raise StoreDamaged(f"{', '.join(damaged)} cannot be read, and stays as it is", hint=hint)


class _Piece:
    """Tells how far one file of several is."""

    def __init__(self, tell: Tell, before: int, size: int, total: int) -> None:
        self._tell, self._before, self._size, self._total = tell, before, size, total

    def watch(self, connection: apsw.Connection, part: Path) -> None:
        """Tells, while a statement of a connection writes a file."""

        def look() -> None:
            self._tell(self._before + min(part.stat().st_size, self._size), self._total)

        self._tell.watch(connection, look)


def _key_of(path: Path, keys: Sequence[bytes]) -> bytes | None:
    """The key of a file; none of a plain one.

    Raises:
        StoreKeyWrong: it has another one.
    """
    if state(path) in {"empty", "plain"}:
        return None
    key = crypto.fitting(path, keys)
    if key is None:
        message = f"no key in {crypto.NAME} opens {path}"
        raise StoreKeyWrong(message, hint="Put that file elsewhere, or bring the key file that belongs to it.")
    return key


def _settle(path: Path, key: bytes | None) -> None:
    """Makes the database one whole file without a log, which is overwritten: it was as plain as the file."""
    connection, _ = opened(path, math.inf, None, key)
    with closing(connection):
        keep = ctypes.c_int(1)
        connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(keep))
        frames, moved = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
        if moved < frames:
            raise StoreBusy("somebody else reads the file")
    shred(path.with_name(f"{path.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


def _rewrite(path: Path, keys: Sequence[bytes], key: bytes | None, piece: _Piece, *, settle: bool) -> None:
    """Writes a file anew under another key or none, and puts it in the old one's place."""
    before = _key_of(path, keys)
    if settle:
        _settle(path, before)
    if before == key:
        return
    part = path.with_name(path.name + PART)
    leave_room(path.parent, path.stat().st_size, SPARE)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    with closing(connect.still(path, before)) as source:
        piece.watch(source, part)
        connect.copy_into(source, part, key)
        _compare(source, part, key)
    if (state(part) == "plain") != (key is None):
        raise StoreFailed(f"{part} is not encrypted as it should be")
    replace(path, part)


def _compare(source: apsw.Connection, part: Path, key: bytes | None) -> None:
    with closing(connect.still(part, key)) as copy:
        problem = copy.execute("PRAGMA integrity_check(1)").get
        if problem != "ok":
            raise StoreDamaged(f"{part.name} is damaged: {problem}")
        if version(copy) != version(source) or _counts(copy) != _counts(source):
            raise StoreDamaged(f"{part.name} is not what it was copied from")


def _counts(connection: apsw.Connection) -> dict[str, int]:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0").fetchall()
    return {str(name): int(connection.execute(f'SELECT count(*) FROM "{name}"').get) for (name,) in tables}  # noqa: S608


def _left(folder: Path) -> list[Path]:
    """What a process that was killed left unfinished: copies of the database, each of which is made anew."""
    return [*drafts(folder / NAME), *(folder / BACKUPS).glob(f"*{UNFINISHED}*")]


def _backups(folder: Path) -> list[Path]:
    return sorted((folder / BACKUPS).glob("*.db"))
