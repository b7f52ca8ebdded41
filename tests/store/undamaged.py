"""Databases before they are damaged: talk, promises, notes and the ledger, a tenth of it in the log alone."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import numpy as np

from voiced.store import pages as reader
from voiced.store import vectors
from voiced.store.connection import writer
from voiced.store.migrations import migrate
from voiced.store.pages import Pages
from voiced.store.rows import INSERT_MESSAGE

TABLES = ("conversations", "messages", "promises", "memories", "entries", "keys", "audit", "usage")
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
    row = (name, chance.choice(("shopping", "to-do")), f"{text(chance, 2)} {name}", at)
    connection.execute("INSERT INTO entries (id, list, text, at) VALUES (?, ?, ?, ?)", row)
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
    tables = {12: "conversations", 18: "messages", 6: "entries", 13: "promises", 7: "audit", 14: "usage"}
    tables[11] = "memories"
    for number in range(1, source.count + 1):
        page = source.page(number)
        start = 100 if number == 1 else 0
        for cell in range(int.from_bytes(page[start + 3 : start + 5]) if page[start] == reader.LEAF else 0):
            source.read = {number}
            at = start + 8 + 2 * cell
            found = reader._cell(source, page, int.from_bytes(page[at : at + 2]))
            assert found
            table = tables.get(len(found[1]))
            if table == "promises" and str(found[1][3]).startswith("$scrypt$"):
                table = "keys"
            if table:
                yield (table, numbers[table, found[0]]), [source.extent(each) for each in source.read]


def commits(wal: bytes) -> Iterator[tuple[int, int]]:
    for at in range(32, len(wal), 4096 + 24):
        if wal[at + 4 : at + 8] != bytes(4):
            yield at - (8 if at == 32 else 4096 + 8), at + 4096 + 24
