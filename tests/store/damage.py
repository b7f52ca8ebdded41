"""Damage to databases, and what of them must come back."""

import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import apsw

from tests.faults.outcome import Outcome, trial
from tests.store.undamaged import Extent, Good, build, known, snapshot
from voiced.store.beside import Tell
from voiced.store.check import check
from voiced.store.salvage import Salvaged, salvage


def readable(good: Good, file: bytes, wal: bytes) -> set[tuple[str, str]]:
    """The rows whose pages are what they were, in the file or in the log before a commit that is what it was."""
    data = {"file": (good.file, file), "wal": (good.wal, wal)}

    def same(extent: Extent) -> bool:
        before, after = data[extent[0]]
        return before[extent[1] : extent[2]] == after[extent[1] : extent[2]]

    last = max(
        (end for start, end in good.commits if same(("wal", start, start + 8)) and same(("wal", end - 4120, end))),
        default=0,
    )
    return {
        key
        for key, extents in good.places.items()
        if all(same(extent) and (extent[0] == "file" or extent[2] <= last) for extent in extents)
    }


Damage = Callable[[random.Random, bytearray, bytearray], None]


def spot(chance: random.Random, data: bytearray, size: int) -> slice:
    start = chance.randrange(max(1, len(data) - size))
    return slice(start, min(start + size, len(data)))


def page(chance: random.Random, data: bytearray) -> slice:
    start = chance.randrange(len(data) // 4096) * 4096
    return slice(start, start + 4096)


def flip(chance: random.Random, data: bytearray, times: int) -> None:
    for _ in range(times):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def wipe(data: bytearray, part: slice) -> None:
    data[part] = bytes(len(data[part]))


def garbage(chance: random.Random, data: bytearray, part: slice) -> None:
    data[part] = chance.randbytes(len(data[part]))


def swap(chance: random.Random, data: bytearray) -> None:
    one, other = page(chance, data), page(chance, data)
    data[one], data[other] = data[other], data[one]


def interior(chance: random.Random, data: bytearray, damage: Callable[[slice], None]) -> None:
    for start in range(4096, len(data), 4096):
        if data[start] in (0x02, 0x05) and chance.random() < 0.7:
            damage(slice(start, start + 4096))


def everything(chance: random.Random, file: bytearray, wal: bytearray) -> None:
    flip(chance, file, 20)
    flip(chance, wal, 5)
    wipe(file, slice(0, 4096))
    garbage(chance, file, spot(chance, file, 20_000))


DAMAGES: dict[str, Damage] = {
    "a bit": lambda c, f, _: flip(c, f, 1),
    "bits": lambda c, f, _: flip(c, f, c.randrange(2, 400)),
    "bits of the header": lambda c, f, _: garbage(c, f, slice((at := c.randrange(100)), at + 1)),
    "bits of the log": lambda c, _, w: flip(c, w, c.randrange(1, 50)),
    "a page wiped": lambda c, f, _: wipe(f, page(c, f)),
    "pages wiped": lambda c, f, _: [wipe(f, page(c, f)) for _ in range(c.randrange(2, 60))] and None,
    "a sector wiped": lambda c, f, _: wipe(f, slice((at := c.randrange(len(f) // 512) * 512), at + 512)),
    "the header wiped": lambda _, f, __: wipe(f, slice(0, 100)),
    "the first page wiped": lambda _, f, __: wipe(f, slice(0, 4096)),
    "the first pages wiped": lambda c, f, _: wipe(f, slice(0, 4096 * c.randrange(1, 40))),
    "the file cut": lambda c, f, _: f.__delitem__(slice(c.randrange(len(f)), None)),
    "the file cut a little": lambda c, f, _: f.__delitem__(slice(len(f) - c.randrange(1, 50_000), None)),
    "the log cut": lambda c, _, w: w.__delitem__(slice(c.randrange(len(w)), None)),
    "the log gone": lambda _, __, w: w.clear(),
    "the file gone": lambda _, f, __: f.clear(),
    "pages swapped": lambda c, f, _: [swap(c, f) for _ in range(c.randrange(1, 8))] and None,
    "garbage": lambda c, f, _: garbage(c, f, spot(c, f, c.randrange(16, 100_000))),
    "garbage in the log": lambda c, _, w: garbage(c, w, spot(c, w, c.randrange(16, 50_000))),
    "the log's header wiped": lambda _, __, w: wipe(w, slice(0, 32)),
    "the log's header spoiled": lambda c, _, w: garbage(c, w, slice((at := c.randrange(32)), at + 1)),
    "a frame's header wiped": lambda c, _, w: wipe(w, slice((at := 32 + 4120 * c.randrange(len(w) // 4120)), at + 24)),
    "interior pages garbage": lambda c, f, _: interior(c, f, lambda part: garbage(c, f, part)),
    "interior pages wiped": lambda c, f, _: interior(c, f, lambda part: wipe(f, part)),
    "everything a little": everything,
}  # fmt: skip
"""What is done to the file, and to the log."""
CLEAN = ("wiped", "cut", "gone")
"""Damage that only takes away: no row may come back changed."""


class Judgement(NamedTuple):
    """How a salvage went: rows that could be read, that were saved of them, that came back changed because they were
    hit and nothing could tell, and that came back as they were before."""

    readable: int
    saved: int
    changed: int
    old: int
    problems: list[str]


def judge(good: Good, kind: str, folder: Path, file: bytes, wal: bytes) -> Judgement:
    """Salvages damaged bytes, and looks at everything that came back."""
    path = folder / "voiced.db"
    path.write_bytes(file)
    path.with_name("voiced.db-wal").write_bytes(wal)
    told = salvage(path)
    problems = list(whole(path, told))
    if Path(told.original).read_bytes() != file or Path(told.original + "-wal").read_bytes() != wal:
        problems.append("the original is not kept")
    connection = apsw.Connection(str(path))
    found = {table: {row[1]: row for row in rows} for table, rows in snapshot(connection).items()}
    connection.close()
    wanted = readable(good, file, wal)
    saved = changed = old = 0
    for table, name in wanted:
        row = found[table].get(name)
        saved += row is not None
        if row and known(table, row) != known(table, good.rows[table][name]):
            problems.append(f"changed though readable: {table} {name}")
    for table, rows in found.items():
        for name, row in rows.items():
            if known(table, row) in good.ever[table]:
                old += known(table, row) != known(table, good.rows[table].get(name, ()))
            elif not (table == "conversations" and row[2] == "Recovered"):
                changed += 1
    if changed and any(word in kind for word in CLEAN):
        problems.append(f"{changed} rows changed")
    if saved < 0.99 * len(wanted):
        problems.append(f"only {saved} of {len(wanted)} rows")
    return Judgement(len(wanted), saved, changed, old, problems)


class Silent(Tell):
    """Tells nobody."""

    def __init__(self) -> None:
        pass

    def __call__(self, done: int, total: int) -> None:
        pass

    def watch(self, connection: apsw.Connection, look: Callable[[], None] | None = None) -> None:
        pass


def whole(path: Path, told: Salvaged) -> Iterator[str]:
    """What is wrong with a salvaged file."""
    connection = apsw.Connection(str(path))
    yield from check(connection, path, Silent()).problems
    connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    counts = dict(connection.execute("SELECT place >> 24, count(*) FROM messages GROUP BY 1").fetchall())
    conversations = dict(connection.execute("SELECT number, messages FROM conversations").fetchall())
    if counts != {number: count for number, count in conversations.items() if count}:
        yield "counts are wrong"
    found = set(connection.execute("SELECT rowid FROM words WHERE words MATCH 'kuche'"))
    if not found >= set(connection.execute("SELECT place FROM messages WHERE content LIKE '% Küche %'")):
        yield "words are not found"
    if told.rows != {table: len(rows) for table, rows in snapshot(connection).items()}:
        yield "told wrong counts"
    connection.close()


def damaged(good: Good, kind: str, seed: int) -> tuple[bytes, bytes]:
    file, wal = bytearray(good.file), bytearray(good.wal)
    DAMAGES[kind](random.Random(seed), file, wal)
    return bytes(file), bytes(wal)


def run(seed: int, times: int) -> Outcome:
    """Damages a file so many times, each in the next way, and salvages it."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as folder:
        good = build(Path(folder), seed)
        for number in range(times):
            kind = list(DAMAGES)[number % len(DAMAGES)]
            with tempfile.TemporaryDirectory() as inner:
                judged = judge(good, kind, Path(inner), *damaged(good, kind, seed + number))
            outcome += trial(f"{kind}, seed {seed}, damage {seed + number}", wrong=judged.problems)
            outcome.counted = {
                f"rows {name}": outcome.counted.get(f"rows {name}", 0) + getattr(judged, name)
                for name in ("readable", "saved", "changed", "old")
            }
    return outcome
