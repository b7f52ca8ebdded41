"""The write-ahead log of a SQLite file, damaged or not: which states of which pages were committed.

The format is that of https://sqlite.org/walformat.html.
"""

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from operator import mul
from typing import Protocol

from msgspec import Struct

HEAD = 32
"""Bytes before the first frame."""
FRAME = 24
"""Bytes of a frame before its page."""
MAGIC = 0x377F0682
"""Its last bit says in which order the bytes of the words are summed up: 1 for the most significant first."""

Sum = tuple[int, int]


class Bytes(Protocol):
    """What can be sliced as bytes can: bytes, or a file that is read piece by piece."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class Log(Struct, frozen=True):
    """What a log holds.

    Attributes:
        count: how many pages the database has after the last commit; 0: nothing was committed.
        pages: the number of a page to where its newest committed state begins in the log.
        doubtful: the same of states that are newer, but damaged.
        cut: there are commits that SQLite does not see any more, because something before them is damaged. (One
            alone may be what a power cut left of a commit that nobody was told of: that is no damage.)
    """

    count: int
    pages: dict[int, int]
    doubtful: dict[int, int]
    cut: bool


class _Frame(Struct, frozen=True):
    page: int
    count: int  # pages of the database, in the last frame of a commit; 0 in others
    place: int
    sound: bool


class Checksum:
    """The log's checksum over so many bytes: the words weighed with the numbers of Fibonacci, the last one least.

    SQLite adds up word by word, with the sum so far; as weights it is two passes in C, and the part of the sum so far
    can be put to it afterwards.
    """

    def __init__(self, size: int, *, big: bool) -> None:
        self._swap = big != (sys.byteorder == "big")
        weights = [0, 1]
        while len(weights) < size // 4 + 2:
            weights.append((weights[-1] + weights[-2]) & 0xFFFFFFFF)
        self._before = weights[-3:]
        self._first = weights[-3::-1]
        self._second = weights[-2:0:-1]

    def of(self, data: bytes) -> Sum:
        """Sums up data, with nothing before them."""
        words = array("I", data)
        if self._swap:
            words.byteswap()
        return sum(map(mul, words, self._first)) & 0xFFFFFFFF, sum(map(mul, words, self._second)) & 0xFFFFFFFF

    def after(self, before: Sum, own: Sum) -> Sum:
        """The sum of data that follow what has the sum `before`."""
        one, two, three = self._before
        return (
            (before[0] * one + before[1] * two + own[0]) & 0xFFFFFFFF,
            (before[0] * two + before[1] * three + own[1]) & 0xFFFFFFFF,
        )


def read_log(wal: Bytes, size: int) -> Log:
    """Finds what was committed.

    What comes after the last good commit is none of it. Of a frame before it that is damaged only its own page is
    in doubt: its neighbours carry the sums they were made with, and are checked by those.

    A single commit after a break may also be what a power cut left of one that nobody was told of, and which shorter
    ones have overwritten since: it takes the place of nothing, and is in doubt as a whole.

    Args:
        wal: the log.
        size: bytes in a page.
    """
    frames = list(_frames(wal, size))
    run = _run(frames, size) if _whole(wal[0:HEAD], size) else 0
    commits = [index + 1 for index, frame in enumerate(frames) if frame.sound and frame.count]
    seen = max((end for end in commits if end <= run), default=0)
    end = max(commits, default=0)
    cut = sum(each > seen for each in commits) > 1
    count = max((frames[each - 1].count for each in (seen, end) if each), default=0)
    pages: dict[int, int] = {}
    doubtful: dict[int, int] = {}
    for index, frame in enumerate(frames[:end]):
        if frame.sound and (index < seen or cut):
            pages[frame.page] = frame.place
            doubtful.pop(frame.page, None)
        elif frame.page <= count:
            doubtful[frame.page] = frame.place
    return Log(count, pages, doubtful, cut)


def _run(frames: Sequence[_Frame], size: int) -> int:
    """How many frames are good from the first on; SQLite reads the commits that end among them."""
    for index, frame in enumerate(frames):
        if not frame.sound or frame.place != HEAD + FRAME + index * (FRAME + size):
            return index
    return len(frames)


def _frames(wal: Bytes, size: int) -> Iterator[_Frame]:
    """Reads the frames of the log's present life; those of a life before have another salt."""
    head = wal[0:HEAD].ljust(HEAD, b"\0")
    good = _whole(head, size)
    salt = head[16:24] if good else _salt(wal, size)
    checksum = Checksum(8 + size, big=good and bool(head[3] & 1))
    before: Sum = struct.unpack_from(">II", head, 24)
    chain = before
    for place in range(HEAD, len(wal) - FRAME - size + 1, FRAME + size):
        data = wal[place : place + FRAME + size]
        page, count = struct.unpack_from(">II", data)
        said: Sum = struct.unpack_from(">II", data, 16)
        own = checksum.of(data[:8] + data[FRAME:])
        sums = {checksum.after(before, own), checksum.after(chain, own)}
        # What follows is checked by the sum that stands here, and, should that be damaged, by the one that should.
        before, chain = said, checksum.after(before, own)
        if data[8:16] == salt and page:
            yield _Frame(page=page, count=count, place=place + FRAME, sound=said in sums)


def _whole(head: bytes, size: int) -> bool:
    """Whether the head of the log is good."""
    if len(head) < HEAD:
        return False
    magic, _, named = struct.unpack_from(">III", head)
    own = Checksum(24, big=bool(magic & 1)).of(head[:24])
    return magic | 1 == MAGIC | 1 and named == size and own == struct.unpack_from(">II", head, 24)


def _salt(wal: Bytes, size: int) -> bytes:
    """The salt on which the first two frames that agree do, where the head of the log is damaged."""
    before = b""
    for place in range(HEAD + 8, len(wal), FRAME + size):
        salt = wal[place : place + 8]
        if salt == before:
            return salt
        before = salt
    return before
