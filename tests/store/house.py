"""A store that is looked after, with everything that it can hold."""

import asyncio
import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import numpy as np
from hypothesis import strategies as st

from voiced.core.disk import clear
from voiced.core.forgetting import Forget, Forgotten
from voiced.core.history import LONGEST_BATCH, Conversation, Message, NewConversation, Privacy, Source
from voiced.core.lists import Entry
from voiced.core.memories import NewMemory
from voiced.core.promises import Promise, Schedule
from voiced.core.secret import Secret
from voiced.store import connection as connect
from voiced.store.conversations import StoredConversations
from voiced.store.crypto import fitting, key_file, unwrapped
from voiced.store.db import Database
from voiced.store.entries import StoredLists
from voiced.store.forgetting import forget
from voiced.store.locked import state
from voiced.store.memories import StoredMemories
from voiced.store.promises import StoredPromises
from voiced.store.upkeep import FileUpkeep

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAILY = Schedule("07:00", days=(0, 1, 2))
LOCKED = "VOICED_TEST_LOCKED"
"""Set while the stores of a test are encrypted: its child processes see it, too."""
SECRET = Secret("keyfile", b"nobody guesses this. " * 3)
ADD = "INSERT INTO promises (id, kind, state, made_at, changed_at) VALUES (?, 'timer', 'active', 0, 0)"


def removes(conversation: str) -> Callable[[apsw.Connection], Forgotten]:
    """Removes the rows of a conversation, and nothing else."""
    return partial(forget, what=Forget(conversation=conversation))


def privacy_of(text: str) -> Privacy:
    """What names the moon is secret; nothing else is private."""
    return "secret" if "moon" in text else "public"


class StillClock:
    """A clock that stands until it is told to go."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now.timestamp()
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


def lock() -> Secret | None:
    """What unlocks the stores of this test: see the fixture `either_way`."""
    return SECRET if os.environ.get(LOCKED) else None


def raw(path: Path) -> apsw.Connection:
    """A database or a backup of a test, as SQLite sees it."""
    if state(path) in {"empty", "plain"}:
        return connect.draft(path)
    home = path.parent if path.parent.name != "backups" else path.parent.parent
    return connect.draft(path, key=fitting(path, [key.value for key in unwrapped(key_file(home / "x"), SECRET)]))


class House:
    """A store and all who work on it."""

    def __init__(self, database: Database, keep: int) -> None:
        self.database = database
        self.conversations = StoredConversations(database, 300.0)
        self.promises = StoredPromises(database)
        self.memories = StoredMemories(database)
        self.lists = StoredLists(database)
        self.clock = StillClock()
        self.replaced = 0
        clear_caches = partial(clear, database.path.parent / "cache")
        self.upkeep = FileUpkeep(database, keep, BERLIN, self.clock, self._note, clear_caches, privacy_of=privacy_of)

    async def _note(self) -> None:
        self.replaced += 1
        self.conversations.forget()

    async def contents(self) -> list[tuple]:
        """All rows of all tables that hold something of the user's."""

        def job(connection):
            tables = ("conversations", "messages", "promises", "memories", "entries")
            return [row for table in tables for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608

        return await self.database.read(job)


@asynccontextmanager
async def house(folder: Path, keep: int = 7):
    database = await Database.open(folder, secret=lock())
    try:
        yield House(database, keep)
    finally:
        await database.close()


def quiet(done: int, total: int) -> None:
    """Nobody looks how far it is."""
    assert 0 <= done <= total


def messages(count: int, name: str = "m", words: str = "what is the time") -> list[Message]:
    """Messages that are told apart by their names."""
    return [
        Message(id=f"{name}{number}", role="user" if number % 2 else "assistant", content=f"{words} {number}", at=1e9)
        for number in range(count)
    ]


def members(archive: Path) -> dict[str, str]:
    """What an archive holds beside its manifest: name to digest."""
    with zipfile.ZipFile(archive) as file:
        return {
            name: hashlib.sha256(file.read(name)).hexdigest() for name in file.namelist() if name != "manifest.json"
        }


def run(job, folder, keep=7):
    """Runs a job in a house."""

    async def inside():
        async with house(folder, keep) as home:
            return await job(home)

    return asyncio.run(inside())


async def fill(home, count=300, name="m"):
    await home.conversations.open(NewConversation(id="c"))
    said = messages(count, name)
    for first in range(0, count, LONGEST_BATCH):
        await home.conversations.add(said[first : first + LONGEST_BATCH], "c")
    await home.promises.save([Promise(id="p", kind="timer", made_at=1, changed_at=1, due=9e9)])


async def embed(home, model: str = "m") -> None:
    """Gives everything a vector, and has them searched."""
    while waiting := await home.memories.unembedded(model, 1000):
        rows = np.random.default_rng(1).standard_normal((len(waiting), 24)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        await home.memories.embed(model, [each.key for each in waiting], rows)
    await home.memories.use(model)


def edit(path: Path, script: str, *, rules: bool = True) -> None:
    """Does to a file what nobody should do."""
    with contextlib.closing(raw(path)) as connection:
        if not rules:
            connection.execute("PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON")
        connection.execute(script)


def unfinished(folder: Path) -> list[str]:
    """What should not be left in a folder."""
    return [path.name for path in folder.rglob("*") if ".part" in path.name]


def adds(name: str) -> Callable[[apsw.Connection], str]:
    def job(connection: apsw.Connection) -> str:
        connection.execute(ADD, (name,))
        return name

    return job


def ids(connection: apsw.Connection) -> list[str]:
    return [str(row[0]) for row in connection.execute("SELECT id FROM promises ORDER BY number")]


def with_database(folder: Path, use, **options):
    async def run():
        database = await Database.open(folder, secret=lock(), **options)
        try:
            return await use(database)
        finally:
            await database.close()

    return asyncio.run(run())


text = st.text(max_size=40)
names = st.text(min_size=1, max_size=20)
maybe = st.none() | text
moments = st.floats(0, 253_402_000_000)
counts = st.none() | st.integers(0, 10**15)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
metadata = st.dictionaries(text, json_values, max_size=3)
some_messages = st.builds(
    Message,
    id=names,
    role=st.sampled_from(["user", "assistant", "system", "tool"]),
    content=st.text(max_size=300),
    at=moments,
    turn=maybe,
    request=maybe,
    channel=text,
    mode=st.sampled_from(["command", "chat", "reasoning", "announcement"]),
    tier=maybe,
    model=maybe,
    tokens_in=counts,
    tokens_out=counts,
    latency_ms=st.none() | st.floats(0, 1e12),
    spoken=maybe,
    sources=st.lists(st.builds(Source, kind=text, reference=text, title=text), max_size=3),
    privacy=st.sampled_from(["public", "personal", "sensitive", "secret"]),
    metadata=metadata,
)
some_memories = st.builds(
    NewMemory,
    text=st.text(min_size=1, max_size=300),
    kind=st.sampled_from(["note", "document"]),
    id=names,
    at=st.floats(1, 253_402_000_000),
    title=text,
    space=names,
    user=text,
    tags=st.lists(text, max_size=3),
    source=st.none() | st.builds(Source, kind=text, reference=text, title=text),
    privacy=st.sampled_from(["public", "personal", "sensitive", "secret"]),
)
some_entries = st.builds(
    Entry,
    id=names,
    list=st.sampled_from(["shopping", "to-do", "camping"]),
    text=names.map(lambda said: " ".join(said.split())).filter(bool),
    at=moments,
    space=st.sampled_from(["home", "office"]),
)
some_conversations = st.builds(
    Conversation,
    id=names,
    made_at=moments,
    changed_at=moments,
    last_at=moments,
    title=text,
    space=names,
    user=text,
    tags=st.lists(text, max_size=3).map(lambda tags: sorted(set(tags))),
    status=st.sampled_from(["active", "archived", "closed", "deleted"]),
    metadata=metadata,
)
clocks = st.times().map(lambda time: f"{time:%H:%M}") | st.times().map(lambda time: f"{time:%H:%M:%S}")
dates = st.dates(date(1971, 1, 1), date(9998, 12, 31)).map(lambda day: day.isoformat())
weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
schedules = st.builds(Schedule, time=clocks, date=dates) | st.builds(Schedule, time=clocks, days=weeks)
some_promises = st.builds(
    Promise,
    id=names,
    kind=st.sampled_from(["timer", "alarm", "reminder"]),
    made_at=moments,
    changed_at=moments,
    name=text,
    state=st.sampled_from(["active", "done", "cancelled"]),
    due=st.floats(NOON.timestamp() + 1e8, 253_402_000_000),
    seconds=st.none() | st.floats(0, 1e12),
    monotonic=st.none() | st.floats(-1e12, 1e12),
    boot=text,
    schedule=st.none() | schedules,
    unheard=st.none() | moments,
)
