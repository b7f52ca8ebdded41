"""What happened to a disk, and what could be left of it after a power cut.

A power cut is a place on the tape: `Platter` plays the tape up to there and then says what could be on the disk. What
is promised and what is not is SQLite's own view of a disk (https://sqlite.org/atomiccommit.html):

- What was written or cut off is certain once the file was synced. Before, any part of it may be there and any not:
  a write is there, or not, or in some of its sectors of 512 bytes. Where the file became longer by what is not there,
  are zeros, or garbage.
- A file's being there, or no more, is certain once its folder was synced. SQLite does that when it syncs a new journal
  or log for the first time, and when it asks for it in `xDelete`. Before, either may be.
- A write leaves the bytes beside it alone (SQLite's default on Linux: "powersafe overwrite").
"""

import random
from collections.abc import Iterable, Mapping
from typing import NamedTuple

SECTOR = 512


class Write(NamedTuple):
    file: int
    offset: int
    data: bytes


class Truncate(NamedTuple):
    file: int
    size: int


class Sync(NamedTuple):
    file: int


class Entry(NamedTuple):
    """A name stands for that file now; None: for none."""

    name: str
    file: int | None


class SyncFolder(NamedTuple):
    pass


class Mark(NamedTuple):
    """Whatever the user of the disk wants to remember the place by."""

    what: object


Record = Write | Truncate | Sync | Entry | SyncFolder | Mark


class Platter:
    """What is certainly on the disk, and what may be.

    Args:
        files: what is certainly there at the beginning of the tape.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.names: dict[str, int | None] = {name: number for number, name in enumerate(files)}
        self.renamed: dict[str, list[int | None]] = {}
        self.contents = {number: bytearray(content) for number, content in enumerate(files.values())}
        self.unsynced: dict[int, list[Write | Truncate]] = {}

    def play(self, tape: Iterable[Record]) -> None:
        """Lets that happen."""
        for record in tape:
            match record:
                case Write(file) | Truncate(file):
                    self.unsynced.setdefault(file, []).append(record)
                case Sync(file):
                    content = self.contents.setdefault(file, bytearray())
                    for change in self.unsynced.pop(file, []):
                        apply(content, change)
                case Entry(name, file):
                    self.renamed.setdefault(name, []).append(file)
                case SyncFolder():
                    self.names |= {name: files[-1] for name, files in self.renamed.items()}
                    self.renamed.clear()
                case Mark():
                    pass

    def survivors(self, chance: random.Random) -> dict[str, bytes]:
        """What could be there if the power were cut now: name to content."""
        kept = chance.choice((0.0, 0.1, 0.5, 0.5, 0.9, 1.0))  # how much of what is not certain
        torn = chance.choice((0.0, 0.1, 0.5))
        garbage = chance.random() < 0.3
        found: dict[str, bytes] = {}
        for name in self.names.keys() | self.renamed.keys():
            file = chance.choice([self.names.get(name), *self.renamed.get(name, [])])
            if file is None:
                continue
            content = bytearray(self.contents.get(file, b""))
            for change in self.unsynced.get(file, []):
                if isinstance(change, Write) and chance.random() < torn:
                    for sector in sectors(change):
                        if chance.random() < 0.5:
                            apply(content, sector, chance if garbage else None)
                elif chance.random() < kept:
                    apply(content, change, chance if garbage else None)
            found[name] = bytes(content)
        return found


def sectors(write: Write) -> Iterable[Write]:
    """A write, cut where sectors of the disk end."""
    start, end = write.offset, write.offset + len(write.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Write(write.file, start, write.data[start - write.offset : stop - write.offset])
        start = stop


def apply(content: bytearray, change: Write | Truncate, garbage: random.Random | None = None) -> None:
    """Changes a file's content; a gap that arises is filled with zeros, or with garbage."""
    start = change.size if isinstance(change, Truncate) else change.offset
    if (gap := start - len(content)) > 0:
        content.extend(garbage.randbytes(gap) if garbage else bytes(gap))
    if isinstance(change, Truncate):
        del content[start:]
    else:
        content[start : start + len(change.data)] = change.data
