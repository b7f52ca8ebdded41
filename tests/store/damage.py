"""Databases, damage, and what of them must come back: `python tests/store/damage.py SEED TIMES`."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import numpy as np

from tests.faults.outcome import Outcome, trial
from voiced.store import pages as reader
from voiced.store import vectors
from voiced.store.beside import Tell
from voiced.store.check import check
from voiced.store.connection import writer
from voiced.store.migrations import migrate
from voiced.store.pages import Pages
from voiced.store.rows import INSERT_MESSAGE
from voiced.store.salvage import Salvaged, salvage

TABLES = ("conversations", "messages", "promises", "memories", "keys", "audit", "usage")
WORDS = "lamp kitchen Küche müde 天気 🌧️ tomorrow timer O’Neill naïve weather music quiet garden seven".split()  # noqa: SIM905
COUNTED = 9
"""Where conversations keep what is counted anew: the time of the last message, and how many there are."""

Row = tuple[Any, ...]
Extent = tuple[str, int, int]


class Good(NamedTuple):
    """A database before the damage.

    Attributes:
        file, wal: its bytes.
        rows: table to id to row, as the last commit left them.
        ever: table to all rows that were ever committed.
        places: (table, id) to where the row's pages lie: file or wal, start, end.
        commits: where the frames of commits lie in the log, with the sum before each.
    """

    file: bytes
    wal: bytes
    rows: dict[str, dict[str, Row]]
    ever: dict[str, set[Row]]
    places: dict[tuple[str, str], list[Extent]]
    commits: list[tuple[int, int]]


def text(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))


def message(chance: random.Random, place: int, at: float) -> Row:
    words = chance.choice((2, 5, 8, 12, 30, 80)) if chance.random() < 0.97 else chance.randrange(500, 5000)
    answer = chance.random() < 0.5
    return (
        place,
        f"{int(at * 1000):011x}{chance.getrandbits(32):08x}",
        "assistant" if answer else "user",
        text(chance, words),
        at,
        f"turn-{place}",
        f"{place}-request" if chance.random() < 0.5 else None,
        chance.choice(("voice", "text")),
        chance.choice(("command", "chat")),
        "rules" if answer else None,
        "qwen" if answer and chance.random() < 0.3 else None,
        chance.randrange(3000) if answer else None,
        chance.randrange(300) if answer else None,
        chance.random() * 900 if answer else None,
        text(chance, 3) if chance.random() < 0.05 else None,
        json.dumps([{"kind": "web", "reference": text(chance, 2)}]) if chance.random() < 0.1 else None,
        "personal",
        json.dumps({"room": text(chance, 1)}, ensure_ascii=False) if chance.random() < 0.2 else None,
    )


def snapshot(connection: apsw.Connection) -> dict[str, list[Row]]:
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608


def known(table: str, row: Row) -> Row:
    """What of a row must not change: of a conversation all but what is counted anew."""
    return row[:COUNTED] + row[COUNTED + 2 :] if table == "conversations" else row


def write(connection: apsw.Connection, chance: random.Random, counts: dict[int, int], messages: int, at: float) -> None:
    """Talks, in conversations that are there and new ones, changes and purges some, and keeps promises."""
    done = 0
    while done < messages:
        with connection:
            for _ in range(chance.randrange(1, 40)):
                number = chance.choice(list(counts)) if counts and chance.random() < 0.9 else max(counts, default=0) + 1
                at += chance.random() * 60
                if number not in counts:
                    name = f"{int(at * 1000):011x}{chance.getrandbits(32):08x}"
                    row = (number, name, text(chance, 2), chance.choice(("home", "kitchen")), at, at, at)
                    sql = "INSERT INTO conversations (number, id, title, space, made_at, changed_at, last_at) VALUES"
                    connection.execute(sql + " (?, ?, ?, ?, ?, ?, ?)", row)
                    counts[number] = 0
                for _ in range(2):
                    counts[number] += 1
                    at += 1.5
                    connection.execute(INSERT_MESSAGE, message(chance, (number << 24) + counts[number], at))
                    done += 1
            change(connection, chance, counts, at)


def change(connection: apsw.Connection, chance: random.Random, counts: dict[int, int], at: float) -> None:
    if chance.random() < 0.3:
        row = (text(chance, 3), json.dumps(["a", "b"]), at, chance.choice(list(counts)))
        connection.execute("UPDATE conversations SET title = ?, tags = ?, changed_at = ? WHERE number = ?", row)
    if chance.random() < 0.05 and len(counts) > 10:
        number = chance.choice(list(counts))
        del counts[number]
        connection.execute("DELETE FROM conversations WHERE number = ?", (number,))
    name = f"{int(at * 1000):011x}{chance.getrandbits(32):08x}"
    row = (name, chance.choice(("timer", "alarm", "reminder")), text(chance, 2), "active", at, at, at + 300, 300.5)
    sql = "INSERT INTO promises (id, kind, name, state, made_at, changed_at, due, seconds) VALUES"
    connection.execute(sql + " (?, ?, ?, ?, ?, ?, ?, ?)", row)
    name = f"{int(at * 1000):011x}{chance.getrandbits(32):08x}"
    source = json.dumps({"kind": "file", "reference": text(chance, 1)}) if chance.random() < 0.3 else None
    row = (name, chance.choice(("note", "document")), text(chance, chance.choice((3, 20, 300))), at, '["a"]', source)
    connection.execute("INSERT INTO memories (id, kind, text, at, tags, source) VALUES (?, ?, ?, ?, ?, ?)", row)
    older = connection.execute("SELECT max(number) - 2 FROM promises").get
    sql = "UPDATE promises SET state = 'done', changed_at = ?, schedule = ? WHERE number = ?"
    connection.execute(sql, (at, json.dumps({"time": "07:00", "days": [1]}), older))
    ledger(connection, chance, name, at)


def ledger(connection: apsw.Connection, chance: random.Random, name: str, at: float) -> None:
    """Makes a key and revokes an older one, takes note of it, and counts a turn."""
    row = (name, text(chance, 2), f"$scrypt$ln=14,r=8,p=1${chance.getrandbits(256):064x}", '["read","talk"]', at, at)
    sql = "INSERT INTO keys (id, label, hash, scopes, made_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)"
    connection.execute(sql, row)
    older = connection.execute("SELECT max(number) - 2 FROM keys").get
    connection.execute("UPDATE keys SET revoked_at = ?1, changed_at = ?1 WHERE number = ?2", (at, older))
    sql = "INSERT INTO audit (id, at, who, action, subject, result) VALUES (?, ?, 'uid:1000', 'POST /keys', ?, '201')"
    connection.execute(sql, (name, at, name))
    figures = (chance.randrange(3000), 0, chance.randrange(300), 1.5, chance.random(), 0.25, 0.0)
    connection.execute(
        "INSERT INTO usage (id, at, turn, model, tokens_in, tokens_cached, tokens_out, heard_s, spoken_s, inference_s,"
        " cost) VALUES (?, ?, 'turn', 'qwen', ?, ?, ?, ?, ?, ?, ?)",
        (name, at, *figures),
    )


def embed(connection: apsw.Connection) -> None:
    """Gives some of it vectors: their rows lie among the others."""
    keys = [each.key for each in vectors.missing(connection, "m", 300)]
    rows = np.random.default_rng(1).standard_normal((len(keys), 384)).astype(np.float32)
    with connection:
        vectors.put(connection, "m", keys, rows / np.linalg.norm(rows, axis=1, keepdims=True))
        vectors.use(connection, "m")


def build(folder: Path, seed: int, messages: int = 4000) -> Good:
    """Makes a database, the newest tenth of it in the log alone."""
    chance = random.Random(seed)
    path = folder / f"good-{seed}.db"
    ever: dict[str, set[Row]] = {table: set() for table in TABLES}
    connection = writer(path)
    migrate(connection)

    def remember() -> bool:
        for table, rows in snapshot(connection).items():
            ever[table].update(known(table, row) for row in rows)
        return False

    counts: dict[int, int] = {}
    write(connection, chance, counts, messages * 9 // 10, 1_760_000_000.0)
    embed(connection)
    remember()
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    connection.set_wal_hook(lambda *_: int(remember()))
    write(connection, chance, counts, messages // 10, 1_770_000_000.0)
    rows = {table: {row[1]: row for row in found} for table, found in snapshot(connection).items()}
    file, wal = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
    connection.close()
    return Good(file, wal, rows, ever, dict(places(file, wal, rows)), list(commits(wal)))


class Recorder(Pages):
    """Notes which pages are read."""

    read: set[int] = set()  # noqa: RUF012 – replaced for each row

    def page(self, number: int) -> bytes:
        self.read.add(number)
        return super().page(number)

    def extent(self, number: int) -> Extent:
        place = self._log.pages.get(number)
        if place is None:
            return "file", (number - 1) * self.size, number * self.size
        return "wal", place - 24, place + self.size


def places(file: bytes, wal: bytes, rows: dict[str, dict[str, Row]]) -> Iterator[tuple[tuple[str, str], list[Extent]]]:
    source = Recorder(file, wal)
    numbers = {(table, row[0]): name for table, found in rows.items() for name, row in found.items()}
    tables = {12: "conversations", 18: "messages", 13: "promises", 11: "keys", 7: "audit", 14: "usage"}
    for number in range(1, source.count + 1):
        page = source.page(number)
        start = 100 if number == 1 else 0
        for cell in range(int.from_bytes(page[start + 3 : start + 5]) if page[start] == reader.LEAF else 0):
            source.read = {number}
            at = start + 8 + 2 * cell
            found = reader._cell(source, page, int.from_bytes(page[at : at + 2]))
            assert found
            table = tables.get(len(found[1]))
            if table == "keys" and found[1][2] in ("note", "document"):
                table = "memories"
            if table:
                yield (table, numbers[table, found[0]]), [source.extent(each) for each in source.read]


def commits(wal: bytes) -> Iterator[tuple[int, int]]:
    for at in range(32, len(wal), 4096 + 24):
        if wal[at + 4 : at + 8] != bytes(4):
            yield at - (8 if at == 32 else 4096 + 8), at + 4096 + 24


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
