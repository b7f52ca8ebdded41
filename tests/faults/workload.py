"""Work for the store, the same for the same seed, and what must be there when it broke off anywhere.

Whatever was acknowledged must be there, whatever was not asked for must not, and what was under way wholly or not at
all.
"""

import asyncio
import random
import threading
from collections import ChainMap
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import numpy as np

from voiced.core.forgetting import Forget
from voiced.core.history import Change, Message, NewConversation, Status
from voiced.core.memories import NewMemory
from voiced.core.promises import Promise
from voiced.core.secret import Secret
from voiced.store import crypto, vectors
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database
from voiced.store.forgetting import forget
from voiced.store.memories import StoredMemories
from voiced.store.migrations import scripts
from voiced.store.promises import StoredPromises

Key = tuple[str, str]
"""The kind of a thing (conversation, message, promise, memory) and its id."""
Facts = dict[Key, Any]
"""What the store knows. In a change, None stands for what is no more there."""
WORDS = ("kitchen", "lamp", "coffee", "rain", "seven", "tomorrow", "música", "Zürich", "🙂", "o'clock", '"quoted"')
STATUSES: tuple[Status, ...] = ("active", "archived", "closed", "deleted")
NOON = 1_800_000_000.0
SIZES = {"small": 12, "large": 384}
MODELS = tuple(SIZES)
SECRET = Secret("keyfile", b"nobody guesses this. " * 3)
KEY = bytes(range(32))
"""Of stores that are encrypted."""


class Store(NamedTuple):
    """The project's own, open."""

    database: Database
    conversations: StoredConversations
    promises: StoredPromises
    memories: StoredMemories


class Step(NamedTuple):
    """Something asked of the store, and what is different afterwards."""

    ask: Callable[[Store], Awaitable[Any]]
    changes: Facts


@asynccontextmanager
async def opened(folder: Path, vfs: str | None = None, key: bytes | None = None) -> AsyncGenerator[Store]:
    """The store in a folder, until the end of the block; an encrypted one with its key."""
    if key and not (folder / crypto.NAME).exists():
        crypto.wrap(folder / crypto.NAME, [crypto.DataKey("key", 0.0, key)], SECRET)
    database = await Database.open(folder, patience_s=0, vfs=vfs, secret=SECRET if key else None)
    try:
        yield store_in(database)
    finally:
        await database.close()


def store_in(database: Database) -> Store:
    """What the work needs."""
    return Store(
        database, StoredConversations(database, continue_s=300), StoredPromises(database), StoredMemories(database)
    )


class Workload:
    """Rounds of work; the steps of a round are asked for at the same time.

    Args:
        seed: makes everything, also the ids.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._facts: Facts = {}
        self._made = 0

    def round(self, facts: Facts) -> list[Step]:
        """What to do next.

        Args:
            facts: what is in the file.
        """
        self._facts = facts
        kinds = (
            (self._open, 2),
            (self._add, 6),
            (self._add_again, 1),
            (self._change, 2),
            (self._purge, 1),
            (self._promise, 3),
            (self._remember, 2),
            (self._forget, 1),
            (self._embed, 3),
            (self._use, 1),
            (self._checkpoint, 1),
        )
        if not self._of("conversation"):
            return [self._open()]
        if self._chance.random() < 0.2:
            return [self._add() if self._chance.random() < 0.7 else self._promise(again=False) for _ in range(5)]
        kind = self._chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return [kind()]

    def _of(self, kind: str) -> list[str]:
        return [name for found, name in self._facts if found == kind]

    def _id(self) -> str:
        self._made += 1
        return f"{self._made:011x}{self._chance.randrange(1 << 32):08x}"

    def _text(self) -> str:
        longest = self._chance.choice((5, 5, 40, 40, 400, 3000))
        return " ".join(self._chance.choices(WORDS, k=self._chance.randint(1, longest)))

    def _open(self) -> Step:
        new = NewConversation(id=self._id(), title=self._chance.choice(WORDS), tags=["seeded"])
        return Step(
            lambda store: store.conversations.open(new),
            {("conversation", new.id): (new.title, '["seeded"]', "active")},
        )

    def _add(self) -> Step:
        conversation = self._chance.choice(self._of("conversation"))
        roles = ("user", "assistant") * self._chance.choice((1, 1, 1, 5))
        messages = [
            Message(id=self._id(), role=role, content=self._text(), at=NOON + self._made)
            for role in roles[: self._chance.choice((1, len(roles), len(roles)))]
        ]
        return Step(
            lambda store: store.conversations.add(messages, conversation),
            {("message", each.id): (conversation, each.role, each.content) for each in messages},
        )

    def _add_again(self) -> Step:
        """What is there already, as when the answer to the first time was lost."""
        if not (names := self._of("message")):
            return self._open()
        name = self._chance.choice(names)
        conversation, role, content = self._facts["message", name]
        message = Message(id=name, role=role, content=content, at=NOON)
        return Step(lambda store: store.conversations.add([message], conversation), {})

    def _change(self) -> Step:
        name = self._chance.choice(self._of("conversation"))
        change = Change(title=self._chance.choice(WORDS), status=self._chance.choice(STATUSES))
        changed = (change.title, self._facts["conversation", name][1], change.status)
        return Step(lambda store: store.conversations.change(name, change), {("conversation", name): changed})

    def _purge(self) -> Step:
        name = self._chance.choice(self._of("conversation"))
        messages = [key for key, fact in self._facts.items() if key[0] == "message" and fact[0] == name]
        gone = partial(forget, what=Forget(conversation=name))
        return Step(
            lambda store: store.database.write(gone, lambda _: store.conversations.forget()),
            {("conversation", name): None, **dict.fromkeys(messages)},
        )

    def _promise(self, *, again: bool = True) -> Step:
        """One to three, new ones or, if they may, others than before."""
        names = {self._id() for _ in range(self._chance.randint(1, 2))}
        known = self._of("promise")
        if again and known and self._chance.random() < 0.5:
            names.add(self._chance.choice(known))
        promises = [
            Promise(id=name, kind="timer", made_at=NOON, changed_at=NOON, due=NOON + self._chance.randrange(10**6))
            for name in sorted(names)
        ]
        return Step(
            lambda store: store.promises.save(promises),
            {("promise", each.id): (each.kind, each.state, each.due) for each in promises},
        )

    def _remember(self) -> Step:
        new = [NewMemory(id=self._id(), text=self._text(), at=NOON) for _ in range(self._chance.randint(1, 4))]
        return Step(lambda store: store.memories.add(new), {("memory", each.id): (each.text,) for each in new})

    def _forget(self) -> Step:
        names = self._of("memory")[:2]
        return Step(lambda store: store.memories.remove(names), dict.fromkeys(("memory", name) for name in names))

    def _embed(self) -> Step:
        """Vectors are no facts: they can be made again. What must hold is that each has its text and its bits."""
        model, count = self._chance.choice(MODELS), self._chance.choice((1, 8, 40))
        seed = self._chance.randrange(1 << 32)

        async def ask(store: Store) -> None:
            waiting = await store.memories.unembedded(model, count)
            rows = np.random.default_rng(seed).standard_normal((len(waiting), SIZES[model])).astype(np.float32)
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            await store.memories.embed(model, [each.key for each in waiting], rows)

        return Step(ask, {})

    def _use(self) -> Step:
        model = self._chance.choice(MODELS)
        return Step(lambda store: store.memories.use(model), {})

    def _checkpoint(self) -> Step:
        mode = self._chance.choice((apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_TRUNCATE))
        return Step(lambda store: store.database.exclusive(lambda connection: connection.wal_checkpoint(mode=mode)), {})


async def perform(store: Store, steps: Iterable[Step], told: Callable[[Step], None]) -> dict[int, Exception]:
    """Asks for all steps of a round so that they wait together for one commit.

    Args:
        store: open.
        steps: the round.
        told: called when a step is acknowledged.

    Returns:
        What went wrong, by the place of the step in the round.
    """

    async def ask(step: Step) -> None:
        await step.ask(store)
        told(step)

    gate = threading.Event()
    held = asyncio.ensure_future(store.database.exclusive(lambda _: gate.wait()))
    asked = [asyncio.ensure_future(ask(step)) for step in steps]
    await asyncio.sleep(0)
    gate.set()
    await held
    done = await asyncio.gather(*asked, return_exceptions=True)
    return {place: error for place, error in enumerate(done) if isinstance(error, Exception)}


def after(facts: Facts, *steps: Step) -> Facts:
    """What the store knows after steps."""
    changes = ChainMap(*(step.changes for step in reversed(steps)), facts)
    return {key: fact for key, fact in changes.items() if fact is not None}


def found(connection: apsw.Connection) -> Facts:
    """What is in the file."""
    facts: Facts = {}
    numbers: dict[int, str] = {}
    for number, name, *fact in connection.execute("SELECT number, id, title, tags, status FROM conversations"):
        facts["conversation", str(name)] = tuple(fact)
        numbers[int(number)] = str(name)
    for place, name, *fact in connection.execute("SELECT place >> 24, id, role, content FROM messages"):
        facts["message", str(name)] = (numbers.get(int(place)), *fact)
    if connection.table_exists("main", "promises"):  # not so in the oldest version
        for name, *fact in connection.execute("SELECT id, kind, state, due FROM promises"):
            facts["promise", str(name)] = tuple(fact)
    if connection.table_exists("main", "memories"):
        for name, *fact in connection.execute("SELECT id, text FROM memories"):
            facts["memory", str(name)] = tuple(fact)
    return facts


def faults(connection: apsw.Connection) -> list[str]:
    """What must never be in the file, whatever happened: damage, and things that do not fit each other."""
    # A query first: without one, the check of the full-text index goes by what this connection has read of it before
    # others wrote to it, and reports damage where there is none (seen with SQLite 3.54).
    connection.execute("SELECT 1 FROM words ('x') LIMIT 1").fetchall()
    problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    miscounted = """
        SELECT conversations.id, messages, count(place), max(place) & 0xFFFFFF FROM conversations
        LEFT JOIN messages ON place >> 24 = number GROUP BY number
        HAVING messages != count(place) OR ifnull(max(place) & 0xFFFFFF, 0) != count(place)"""
    problems += [f"miscounted: {row}" for row in connection.execute(miscounted)]
    problems += [
        f"a message of no conversation: {row}"
        for row in connection.execute(
            "SELECT id FROM messages WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE number = place >> 24)"
        )
    ]
    for words, query in vectors.rules(connection):
        problems += [f"{words}: {row}" for row in connection.execute(query)]
    if (version := connection.pragma("user_version")) != len(scripts()):
        problems.append(f"left at version {version}")
    return [problem for problem in problems if problem != "ok"]


def lost(there: Facts, acknowledged: Facts, under_way: Iterable[Step] = ()) -> list[str]:
    """What is missing, half there, or there though nobody asked for it."""
    problems: list[str] = []
    open_to_chance: set[Key] = set()
    for step in under_way:
        done = [key for key, fact in step.changes.items() if there.get(key) == fact]
        undone = [key for key in step.changes if there.get(key) == acknowledged.get(key)]
        if len(step.changes) not in (len(done), len(undone)):
            problems.append(f"half done: {sorted(step.changes)}")
        open_to_chance |= step.changes.keys()
    return problems + [
        f"{key}: {there.get(key)!r:.80} instead of {acknowledged.get(key)!r:.80}"
        for key in (acknowledged.keys() | there.keys()) - open_to_chance
        if there.get(key) != acknowledged.get(key)
    ]
