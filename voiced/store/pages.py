"""Rows straight from the pages of a SQLite file, damaged or not: bytes in, rows out.

The formats are those of https://sqlite.org/fileformat2.html. What cannot be read is passed over, never an error.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from voiced.store.locked import MAGIC, RESERVED, unlocked
from voiced.store.records import Value, record, varint
from voiced.store.wal import Bytes, Log, read_log

PAGE = 4096
"""Bytes in a page, where nothing tells; and always in a file under a key."""
SIZES = tuple(1 << power for power in range(9, 17))
SAMPLE = 1 << 24
"""Bytes of a file by which the size of its pages is told."""
LARGEST = 1 << 25
"""Bytes in a row: more is damage, whose chain of pages is not followed."""
HEAD = 100
"""Bytes of the head of the file, in the first page."""
LAST_FORM, LAST_ENCODING = 4, 3
LEAF = 0x0D
"""The first byte of a page with rows of a table."""

Cell = tuple[int, tuple[Value, ...]]
"""A row's own number, and its values."""
Row = tuple[int, int, tuple[Value, ...] | None]
"""The number of its page, the row's own number, its values; None: there was a row that cannot be read."""


class Header(Struct, frozen=True):
    """What the first 100 bytes of a file say.

    Attributes:
        page: bytes in a page.
        version: of the schema (`user_version`).
        application: whose file it is (`application_id`).
        free: the first page of the list of free ones; 0: there is none.
        frees: how many pages are free.
    """

    page: int
    version: int
    application: int
    free: int
    frees: int


def read_header(data: bytes) -> Header | None:
    """Reads the head of a file; None where it is none, or damaged."""
    if len(data) < HEAD or not data.startswith(MAGIC) or data[21:24] != b"\x40\x20\x20":
        return None
    (page,) = struct.unpack_from(">H", data, 16)
    page = 65536 if page == 1 else page
    free, frees, _, form, _, _, encoding, version, _, application = struct.unpack_from(">10I", data, 32)
    if page not in SIZES or form > LAST_FORM or encoding > LAST_ENCODING:
        return None
    return Header(page=page, version=version, application=application, free=free, frees=frees)


class Source(Protocol):
    """Where pages come from."""

    size: int
    """Bytes in a page."""
    count: int
    """How many pages there are, numbered from 1."""

    def page(self, number: int) -> bytes:
        """A page as the last commit left it, `size` bytes."""
        ...

    def doubtful(self) -> Iterator[tuple[int, bytes]]:
        """Newer states of pages, of which some bytes are damaged."""
        ...


class Pages:
    """The pages of a file and its log, as the last commit left them.

    Args:
        file: the database file.
        wal: its write-ahead log, whose sums are those of pages as they lie there.
        key: under which they were written; one that was not is as if it were empty.
    """

    def __init__(self, file: Bytes, wal: Bytes = b"", key: bytes | None = None) -> None:
        self._file, self._wal, self._key = file, wal, key
        self._whole = page_size(file, wal, locked=key is not None)
        self.size = self._whole - (RESERVED if key else 0)
        self._log: Log = read_log(wal, self._whole)
        self.count = self._log.count or -(-len(file) // self._whole)

    def page(self, number: int) -> bytes:
        """A page as the last commit left it; what is cut off is zero."""
        return self._opened(number, self._lying(number))

    def authentic(self, number: int) -> bool:
        """Whether a page was written under the key."""
        return self._key is not None and unlocked(self._key, number, self._lying(number)) is not None

    def doubtful(self) -> Iterator[tuple[int, bytes]]:
        """Newer states of pages, of which some bytes are damaged."""
        for number, place in self._log.doubtful.items():
            yield number, self._opened(number, self._wal[place : place + self._whole].ljust(self._whole, b"\0"))

    def _lying(self, number: int) -> bytes:
        """A page as it lies on the disk."""
        place = self._log.pages.get(number)
        if place is None:
            data = self._file[(number - 1) * self._whole : number * self._whole]
        else:
            data = self._wal[place : place + self._whole]
        return data if len(data) == self._whole else data.ljust(self._whole, b"\0")

    def _opened(self, number: int, data: bytes) -> bytes:
        return data if self._key is None else unlocked(self._key, number, data) or bytes(self.size)


def page_size(file: Bytes, wal: Bytes, *, locked: bool = False) -> int:
    """Bytes in a page: the size with which most leaves make sense, and of equals that which the headers name.

    Args:
        file: the database file.
        wal: its write-ahead log.
        locked: nothing makes sense without its key, and all of them have pages of one size.
    """
    if locked:
        return PAGE
    header = read_header(file[0:HEAD])
    (named,) = struct.unpack(">I", wal[8:12].ljust(4, b"\0"))
    hints = [header.page] * bool(header) if header else []
    hints += [named] * (named in SIZES) + [PAGE, *SIZES]
    sample = file[0:SAMPLE]
    return max(dict.fromkeys(hints), key=lambda size: _leaves(sample, size))


def _leaves(sample: bytes, size: int) -> int:
    """Counts leaves that make sense with pages of this size."""
    firsts, count, at = sample[::size], 0, -1
    while (at := firsts.find(LEAF, at + 1)) >= 0:
        page = sample[at * size : at * size + size]
        if len(page) == size:
            cells, content = struct.unpack_from(">HH", page, 3)
            if cells > 0 and 8 + 2 * cells <= content < size:
                count += max(struct.unpack_from(f">{cells}H", page, 8)) < size
    return count


def rows(pages: Source) -> Iterator[Row]:
    """Reads all rows of all tables, by page: also those to which no page leads any more.

    Of what is there in a newer, damaged and in an older, good state both come, the good one first.
    """
    unused = free(pages)
    for number in range(1, pages.count + 1):
        if number not in unused:
            yield from _leaf(pages, number, pages.page(number))
    for number, page in pages.doubtful():
        yield from _leaf(pages, number, page)


def free(pages: Source) -> set[int]:
    """The free pages; none where their list is not good from end to end."""
    header = read_header(pages.page(1)) if pages.count else None
    found: set[int] = set()
    trunk = header.free if header else 0
    while header and trunk:
        if not 1 < trunk <= pages.count or trunk in found:
            return set()
        page = pages.page(trunk)
        found.add(trunk)
        trunk, count = struct.unpack_from(">II", page)
        if count > pages.size // 4 - 2:
            return set()
        leaves = struct.unpack_from(f">{count}I", page, 8)
        if not found.isdisjoint(leaves):
            return set()
        found.update(leaves)
    return found if header and len(found) == header.frees and max(found, default=0) <= pages.count else set()


def _leaf(pages: Source, number: int, page: bytes) -> Iterator[Row]:
    """Reads the cells of a page, if it is a leaf of a table."""
    start = HEAD if number == 1 else 0
    if page[start] != LEAF:
        return
    (count,) = struct.unpack_from(">H", page, start + 3)
    first = start + 8 + 2 * count
    if first > pages.size:
        return
    good: list[Cell] = []
    for place in struct.unpack_from(f">{count}H", page, start + 8):
        found = _cell(pages, page, place) if first <= place else None
        if found:
            good.append(found)
    good = ascending(good)
    for rowid, values in good:
        yield number, rowid, values
    for _ in range(count - len(good)):
        yield number, 0, None


def ascending(cells: list[Cell]) -> list[Cell]:
    """Drops the fewest cells so that their numbers ascend, as they do in a page whose numbers are not damaged."""
    if all(one[0] < other[0] for one, other in pairwise(cells)):
        return cells
    ends: list[int] = []  # of the best ascending run of each length, its last number
    tops: list[int] = []  # … and whose that is
    before: list[int] = []
    for index, (rowid, _) in enumerate(cells):
        length = bisect_left(ends, rowid)
        before.append(tops[length - 1] if length else -1)
        ends[length : length + 1] = [rowid]
        tops[length : length + 1] = [index]
    index, kept = tops[-1], list[Cell]()
    while index >= 0:
        kept.append(cells[index])
        index = before[index]
    return kept[::-1]


def _cell(pages: Source, page: bytes, place: int) -> Cell | None:
    """Reads a cell: the row's number and its values; None where it is damaged."""
    try:
        length, place = varint(page, place)
        rowid, place = varint(page, place)
    except IndexError:
        return None
    payload = page[place : place + length] if length <= pages.size - 35 else _spilled(pages, page, place, length)
    values = record(payload) if payload and len(payload) == length else None
    return (rowid - (1 << 64) if rowid >> 63 else rowid, values) if values else None


def _spilled(pages: Source, page: bytes, place: int, length: int) -> bytes | None:
    """Puts together what did not fit into a page; None where the chain of pages does not end as it must.

    A chain that runs in a circle has no end, so that it needs no watching for.
    """
    least, room = (pages.size - 12) * 32 // 255 - 23, pages.size - 4
    local = least + (length - least) % room
    local = local if local <= pages.size - 35 else least
    if length > min(LARGEST, pages.count * pages.size) or place + local + 4 > pages.size:
        return None
    parts, left = [page[place : place + local]], length - local
    (following,) = struct.unpack_from(">I", page, place + local)
    while left > 0:
        if not 1 < following <= pages.count:
            return None
        page = pages.page(following)
        (following,) = struct.unpack_from(">I", page)
        parts.append(page[4 : 4 + min(left, room)])
        left -= room
    return b"".join(parts) if following == 0 else None
