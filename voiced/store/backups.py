"""Copies of the file beside it: how they are made, called, proven good and counted."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import apsw

from voiced.core.disk import leave_room, on_disk, shred, sync
from voiced.core.errors import NotFound, StoreDamaged
from voiced.core.ports.upkeep import Backup
from voiced.store.beside import Tell
from voiced.store.connection import onlooker
from voiced.store.faults import translated
from voiced.store.migrations import scripts, version

UNFINISHED = ".part"
BESIDE = ("", "-journal", "-wal", "-shm")
"""Endings of a file, and of what SQLite may have beside it."""
PIECE = 1024 * 1024
SPARE = 16 * 1024 * 1024
"""Bytes that a backup leaves free: what is said meanwhile is to be kept too."""
_NAME = re.compile(r"voiced-([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z)(?:-([0-9]+))?\.db")
_TIME = "%Y-%m-%dT%H-%M-%SZ"


class Backups:
    """A folder of backups, for this process alone.

    Args:
        folder: made with the first backup.
        keep: how many stay.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder = folder
        self._keep = keep

    def listed(self) -> list[Backup]:
        """The backups there are, the newest first.

        Raises:
            StoreFailed: the disk fails.
        """
        found: list[tuple[float, int, Path]] = []
        with translated():
            for path in self.folder.glob("voiced-*.db"):
                if parts := _NAME.fullmatch(path.name):
                    try:
                        at = datetime.strptime(parts[1], _TIME).replace(tzinfo=UTC).timestamp()
                    except ValueError:
                        continue
                    found.append((at, int(parts[2] or 1), path))
            return [_backup(path, at) for at, _, path in sorted(found, reverse=True)]

    def make(
        self,
        connection: apsw.Connection,
        now: float,
        tell: Tell,
        spared: Path | None = None,
        key: bytes | None = None,
    ) -> Backup:
        """Copies the file as it is now, and removes the oldest copies once the new one is proven good.

        Args:
            connection: one of its own.
            now: the time that the copy bears.
            tell: told bytes.
            spared: a copy that stays, however old it is.
            key: of the file, and so of its copy.

        Raises:
            StoreFull: there is no room; the copies that there are stay.
            StoreFailed: the same.
        """
        part = self.part("backup")
        with translated():
            try:
                _copy_compact(connection, part, tell)
                prove(part, tell, key)
                path = self._publish(part, now)
            finally:
                discard(part)
            made = _backup(path, now)
            self._rotate({path, spared})
        return made

    def fetch(self, name: str, target: Path, tell: Tell) -> None:
        """Copies one of them to another place.

        Args:
            name: of its file.
            target: a file that is not there yet.
            tell: told bytes.

        Raises:
            NotFound: it is no longer there.
            StoreFailed: the disk is full, or fails.
        """
        if all(Path(each.path).name != name for each in self.listed()):
            raise NotFound(f"there is no backup {name}")
        done = 0
        with translated(), (self.folder / name).open("rb") as source, target.open("xb") as copy:
            total = os.fstat(source.fileno()).st_size
            while piece := source.read(PIECE):
                copy.write(piece)
                done += len(piece)
                tell(done, total)

    def part(self, name: str) -> Path:
        """A place for something that is not finished, in a folder that is there then.

        Raises:
            StoreFailed: it cannot be made.
        """
        part = self.folder / f"{name}{UNFINISHED}"
        with translated():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            discard(part)
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return part

    def clean(self) -> None:
        """Overwrites and removes what a process that was killed left unfinished."""
        with on_disk():
            for part in self.folder.glob(f"*{UNFINISHED}*"):
                shred(part)

    def drop(self, paths: Iterable[Path]) -> None:
        """Overwrites and removes copies."""
        with on_disk():
            for path in paths:
                for ending in BESIDE:
                    shred(path.with_name(path.name + ending))

    def _publish(self, part: Path, now: float) -> Path:
        stem = f"voiced-{datetime.fromtimestamp(now, UTC):{_TIME}}"
        path, count = self.folder / f"{stem}.db", 1
        while path.exists():
            count += 1
            path = self.folder / f"{stem}-{count}.db"
        sync(part)
        part.rename(path)
        sync(self.folder)
        return path

    def _rotate(self, spared: set[Path | None]) -> None:
        for old in self.listed()[self._keep :]:
            if Path(old.path) not in spared:
                Path(old.path).unlink(missing_ok=True)


def discard(part: Path) -> None:
    """Removes an unfinished file, and what SQLite may have beside it."""
    with translated():
        for ending in BESIDE:
            part.with_name(part.name + ending).unlink(missing_ok=True)


def prove(path: Path, tell: Tell, key: bytes | None = None) -> None:
    """Looks whether a copy is whole and ours.

    Raises:
        StoreDamaged: it is not.
    """
    with translated():
        connection = onlooker(path, key=key)
        try:
            tell.watch(connection)
            if version(connection) != len(scripts()):
                raise StoreDamaged(f"{path.name} has the version {version(connection)}")
            problem = connection.execute("PRAGMA integrity_check(1)").get
        finally:
            connection.close()
    if problem != "ok":
        raise StoreDamaged(f"{path.name} is damaged: {problem}")


def _copy_compact(connection: apsw.Connection, part: Path, tell: Tell) -> None:
    size = int(connection.pragma("page_count")) * int(connection.pragma("page_size"))
    leave_room(part.parent, size, SPARE)
    tell.watch(connection, lambda: tell(min(part.stat().st_size, size), size))
    try:
        connection.execute("VACUUM INTO ?", (str(part),))
    finally:
        connection.set_progress_handler(None)


def _backup(path: Path, at: float) -> Backup:
    return Backup(str(path), at, path.stat().st_size)
