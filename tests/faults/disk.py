"""A disk in memory, for SQLite: it keeps a tape of all that is asked of it, and fails as it is told.

What a power cut leaves of it: see `tape`. The locks and the shared memory of the log are the real ones of an empty file
in a folder of its own: they are no part of the disk, and gone after a power cut.
"""
# ruff: noqa: N802, ARG002, FBT001 (SQLite names the methods, and what they are given)

import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Literal, Self

import apsw

from tests.faults.tape import Entry, Mark, Record, Sync, SyncFolder, Truncate, Write, apply

NAME = "voiced.db"
"""The file on it."""
Action = Literal["open", "read", "write", "truncate", "sync", "size", "exists", "delete"]
Fault = Callable[[Action, str], "apsw.Error | Literal['short'] | None"]
"""Told what is about to happen to which file; gives the error instead, or that only half of it happens."""
_serial = count()


class Disk(apsw.VFS):
    """A disk with a database on it, under a name of its own (`vfs`). Use `with`, and close the database before.

    Args:
        files: what is on it at the beginning.

    Attributes:
        path: of the database.
        tape: all that happened.
        fault: may be set at any time.
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.vfs = f"disk-{next(_serial)}"
        super().__init__(self.vfs, "unix")
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="voiced-disk-", dir=memory if memory.is_dir() else None))
        self.path = self.folder / NAME
        self.start = dict(files or {})
        self.tape: list[Record] = []
        self.fault: Fault | None = None
        self.lock = threading.RLock()
        self.names = {name: number for number, name in enumerate(self.start)}
        self.contents = {number: bytearray(content) for number, content in enumerate(self.start.values())}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.unregister()
        shutil.rmtree(self.folder)

    @property
    def files(self) -> dict[str, bytes]:
        """What is on it, for those who read it now."""
        return {name: bytes(self.contents[number]) for name, number in self.names.items()}

    def mark(self, what: object) -> None:
        """Remembers something on the tape, at this place."""
        with self.lock:
            self.tape.append(Mark(what))

    def change(self, change: Write | Truncate) -> None:
        """Changes a file, and keeps that on the tape unless the file has no name."""
        apply(self.contents[change.file], change)
        if change.file >= 0:
            self.tape.append(change)

    def meet(self, action: Action, name: str) -> bool:
        """Lets the fault have its way; tells whether only half of it shall happen."""
        met = self.fault(action, name) if self.fault else None
        if isinstance(met, Exception):
            raise met
        return met == "short"

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "MainFile | PlainFile":
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        with self.lock:
            if path is None:  # what SQLite puts by for a while
                flags[1], number = flags[0], -1 - len(self.contents)
                self.contents[number] = bytearray()
                return PlainFile(self, "", number, new=False)
            short = Path(path).name
            self.meet("open", short)
            if new := short not in self.names:
                if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                    raise apsw.exception_for(apsw.SQLITE_CANTOPEN)
                self.names[short] = len(self.contents)
                self.contents[self.names[short]] = bytearray()
                self.tape.append(Entry(short, self.names[short]))
            if flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
                return MainFile(self, name, flags)
            flags[1] = flags[0]
            return PlainFile(self, short, self.names[short], new=new)

    def xAccess(self, path: str, flags: int) -> bool:
        with self.lock:
            self.meet("exists", Path(path).name)
            return Path(path).name in self.names

    def xDelete(self, path: str, sync_folder: bool) -> None:
        name = Path(path).name
        with self.lock:
            self.meet("delete", name)
            if name not in self.names:
                raise apsw.exception_for(apsw.SQLITE_IOERR_DELETE_NOENT)
            del self.names[name]
            self.tape.append(Entry(name, None))
            if sync_folder:
                self.tape.append(SyncFolder())


class _Content:
    """What is the same for all files: their content is the disk's, not the system's."""

    disk: Disk
    name: str
    number: int
    new: bool

    def xRead(self, amount: int, offset: int) -> bytes:
        with self.disk.lock:
            if self.disk.meet("read", self.name):
                amount //= 2
            return bytes(self.disk.contents[self.number][offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        with self.disk.lock:
            short = self.disk.meet("write", self.name)
            self.disk.change(Write(self.number, offset, bytes(data)[: len(data) // 2 if short else None]))
            if short:
                raise apsw.exception_for(apsw.SQLITE_FULL)

    def xTruncate(self, size: int) -> None:
        with self.disk.lock:
            self.disk.meet("truncate", self.name)
            self.disk.change(Truncate(self.number, size))

    def xSync(self, flags: int) -> None:
        with self.disk.lock:
            self.disk.meet("sync", self.name)
            if self.number >= 0:
                self.disk.tape.append(Sync(self.number))
            if self.new:
                self.disk.tape.append(SyncFolder())
                self.new = False

    def xFileSize(self) -> int:
        with self.disk.lock:
            self.disk.meet("size", self.name)
            return len(self.disk.contents[self.number])

    def xSectorSize(self) -> int:
        return 4096

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE


class MainFile(_Content, apsw.VFSFile):
    """The database: with the system's locks and shared memory, over an empty file."""

    def __init__(self, disk: Disk, name: str | apsw.URIFilename, flags: list[int]) -> None:
        apsw.VFSFile.__init__(self, "unix", name, [flags[0] | apsw.SQLITE_OPEN_CREATE, flags[1]])
        flags[1] = flags[0]
        self.disk, self.name, self.new = disk, NAME, False
        self.number = disk.names[NAME]


class PlainFile(_Content):
    """A journal, a log, or a file without a name."""

    def __init__(self, disk: Disk, name: str, number: int, *, new: bool) -> None:
        self.disk, self.name, self.number, self.new = disk, name, number, new

    def xClose(self) -> None:
        pass

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False
