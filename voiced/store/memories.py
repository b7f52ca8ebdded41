"""What is remembered, in the file. Implements `core.ports.memories.Memories`."""

import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import apsw
import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Page, Source
from voiced.core.ids import new_id
from voiced.core.memories import (
    LONGEST_MEMORIES,
    Memory,
    MemoryState,
    NewMemory,
    Recalled,
    Scope,
    Unembedded,
)
from voiced.store import fulltext, ranking
from voiced.store import vectors as vectors_of
from voiced.store.db import Database
from voiced.store.lists import bounded, moment
from voiced.store.rows import checked, text
from voiced.store.scopes import condition

DEEPEST = 50
"""Hits by words and by meaning that are merged, for up to as many results."""
REPEATS = 4
"""How often the same words are said: so many times more hits are looked at."""
UNIT = 0.01
"""A vector of unit length is so near to it."""
MEMORY = "key, id, kind, text, at, title, space, user, tags, source, reference, privacy, role"
_INSERT = """
INSERT INTO memories (id, kind, text, at, title, space, user, tags, source, privacy)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING 1
"""
_source = msgspec.json.Decoder(Source)
_tags = msgspec.json.Decoder(list[str])


class StoredMemories:
    """Keeps memories and finds them.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        """See `Memories`."""
        _look_at_count(len(memories))
        now = time.time()
        new = [_completed(checked(memory), now) for memory in memories]

        def job(connection: apsw.Connection) -> list[Memory]:
            keep(connection, new)
            return [_found(connection, memory.id) for memory in new]

        return await self._database.write(job)

    async def get(self, memory: str) -> Memory:
        """See `Memories`."""
        return await self._database.read(lambda connection: _found(connection, memory))

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """See `Memories`."""
        rule, values = condition(checked(scope))
        limit = bounded(limit)
        if cursor:
            rule, values = f"{rule} AND (at, key) < (?, ?)", [*values, *moment(cursor)]
        query = f"SELECT {MEMORY} FROM remembered WHERE {rule} ORDER BY at DESC, key DESC LIMIT ?"  # noqa: S608 (names of our own)

        def job(connection: apsw.Connection) -> Page[Memory]:
            rows = connection.execute(query, (*values, limit + 1)).fetchall()
            page = rows[:limit]
            following = f"{page[-1][4]!r}:{page[-1][0]}" if len(rows) > limit else None
            return Page([memory_of(row) for row in page], following)

        return await self._database.read(job)

    async def search(
        self, words: str, vector: NDArray[np.float32] | None, scope: Scope, limit: int = 10
    ) -> list[Recalled]:
        """See `Memories`."""
        scope, depth = checked(scope), max(DEEPEST, bounded(limit))

        def job(connection: apsw.Connection) -> list[Recalled]:
            by_words = _by_words(connection, words, scope, depth)
            by_meaning = [] if vector is None else _by_meaning(connection, vector, scope, depth)
            if words and vector is not None:
                by_meaning = vectors_of.standing_out(connection, vector, by_meaning)
            hits = ranking.merged(_memories(connection, {*by_words, *by_meaning}), by_words, by_meaning)[:limit]
            cosines = {} if vector is None else vectors_of.cosines(connection, vector, [hit.key for hit in hits])
            return [Recalled(hit.memory, hit.score, hit.by, cosines.get(hit.key)) for hit in hits]

        return await self._database.read(job)

    async def remove(self, memories: Sequence[str]) -> int:
        """See `Memories`."""

        def job(connection: apsw.Connection) -> int:
            delete = "DELETE FROM memories WHERE id = ? RETURNING 1"
            return sum(len(connection.execute(delete, (each,)).fetchall()) for each in memories)

        removed = await self._database.write(job)
        if removed:
            await self._database.empty_log()
        return removed

    async def unembedded(self, model: str, limit: int) -> list[Unembedded]:
        """See `Memories`."""
        limit = bounded(limit)
        return await self._database.read(lambda connection: vectors_of.missing(connection, model, limit))

    async def embed(
        self, model: str, keys: Sequence[int], vectors: NDArray[np.float32], texts: Sequence[str] | None = None
    ) -> None:
        """See `Memories`."""
        _look_at_vectors(model, keys, vectors)
        await self._database.write(lambda connection: vectors_of.put(connection, model, keys, vectors, texts))

    async def use(self, model: str) -> None:
        """See `Memories`."""
        await self._database.write(lambda connection: vectors_of.use(connection, model))
        await self._database.empty_log()

    async def state(self, model: str = "") -> MemoryState:
        """See `Memories`."""

        def job(connection: apsw.Connection) -> MemoryState:
            kinds: Any = connection.execute("SELECT kind, count(*) FROM remembered GROUP BY kind").fetchall()
            used = vectors_of.used(connection)
            name = used.name if used else ""
            embedded, waiting = vectors_of.counts(connection, name)
            if model and model != name:
                waiting = vectors_of.counts(connection, model)[1]
            return MemoryState(memories=dict(kinds), model=name, embedded=embedded, waiting=waiting)

        return await self._database.read(job)


def keep(connection: apsw.Connection, memories: Sequence[NewMemory]) -> int:
    """Writes memories that have an id and a time; returns how many were not there yet."""
    return sum(len(connection.execute(_INSERT, _row_of(memory)).fetchall()) for memory in memories)


def memory_of(row: Sequence[Any]) -> Memory:
    """Reads a row of `MEMORY`."""
    _, id_, kind, words, at, title, space, user, tags, source, reference, privacy, role = row
    if kind == "message":
        origin = Source("conversation", reference, title)
    else:
        origin = _source.decode(source) if source else None
    return Memory(
        id=id_,
        kind=kind,
        text=words,
        at=at,
        space=space,
        user=user,
        title=title,
        tags=_tags.decode(tags),
        source=origin,
        privacy=privacy,
        role=role,
    )


def told(memory: Memory) -> NewMemory:
    """A note or a piece of a document as it would be told anew."""
    return NewMemory(**{name: getattr(memory, name) for name in NewMemory.__struct_fields__})


def _completed(memory: NewMemory, now: float) -> NewMemory:
    return replace(memory, id=memory.id or new_id(), at=memory.at or now)


def _row_of(memory: NewMemory) -> tuple[Any, ...]:
    return (
        memory.id,
        memory.kind,
        memory.text,
        memory.at,
        memory.title,
        memory.space,
        memory.user,
        text(sorted(set(memory.tags))),
        text(memory.source) if memory.source else None,
        memory.privacy,
    )


def _found(connection: apsw.Connection, memory: str) -> Memory:
    # Of a note and a message of one id, the note.
    query = f"SELECT {MEMORY} FROM remembered WHERE id = ? ORDER BY key LIMIT 1"  # noqa: S608 (names of our own)
    row = connection.execute(query, (memory,)).fetchone()
    if row is None:
        raise NotFound(f"there is no memory {memory!r}")
    return memory_of(row)


def _by_words(connection: apsw.Connection, words: str, scope: Scope, depth: int) -> list[int]:
    """The keys of the best hits by words (BM25), the best first."""
    if not (query := fulltext.query(words)):
        return []
    rule, values = condition(scope)
    select = f"""
        SELECT rowid, rank FROM words
        WHERE words MATCH ? AND EXISTS (SELECT 1 FROM remembered WHERE key = words.rowid AND {rule})
        ORDER BY rank LIMIT ?
    """  # noqa: S608 (names of our own)
    rows: list[Any] = connection.execute(select, (query, *values, REPEATS * depth)).fetchall()
    return _once(connection, rows, depth)


def _by_meaning(connection: apsw.Connection, vector: NDArray[np.float32], scope: Scope, depth: int) -> list[int]:
    """The keys of the best hits by meaning, the closest first; more are looked at where the same was said often."""
    found: list[int] = []
    for count in (depth, REPEATS * depth):
        near = vectors_of.nearest(connection, vector, scope, count)
        found = _once(connection, near.items(), depth)
        if len(found) == depth or len(near) < count:
            break
    return found


def _once(connection: apsw.Connection, hits: Iterable[tuple[int, float]], depth: int) -> list[int]:
    """The keys of hits, the best first; of those that say the same in the same words, and so score the same, one."""
    found: list[int] = []
    for _, group in groupby(hits, key=itemgetter(1)):
        keys = sorted((key for key, _ in group), reverse=True)
        found += keys if len(keys) == 1 else {_said(connection, key): key for key in reversed(keys)}.values()
        if len(found) >= depth:
            break
    return found[:depth]


def _said(connection: apsw.Connection, key: int) -> str:
    words: Any = connection.execute("SELECT text FROM remembered WHERE key = ?", (key,)).get
    return " ".join(words.casefold().split())


def _memories(connection: apsw.Connection, keys: Iterable[int]) -> dict[int, Memory]:
    names = ", ".join(f"it.{name}" for name in MEMORY.split(", "))
    query = f"SELECT {names} FROM json_each(?) AS each CROSS JOIN remembered AS it ON it.key = each.value"  # noqa: S608
    rows: list[Any] = connection.execute(query, (text(list(keys)),)).fetchall()
    return {row[0]: memory_of(row) for row in rows}


def _look_at_count(count: int) -> None:
    if not count:
        raise InputInvalid("there is no memory", hint="Give at least one.")
    if count > LONGEST_MEMORIES:
        raise InputInvalid(f"{count} memories at a time", hint=f"Send {LONGEST_MEMORIES} at most, again and again.")


def _look_at_vectors(model: str, keys: Sequence[int], vectors: NDArray[np.float32]) -> None:
    hint = "This is a fault of the engine that made them."
    if not model:
        raise InputInvalid("vectors of a model without a name", hint=hint)
    if len(keys) > LONGEST_MEMORIES:
        raise InputInvalid(f"{len(keys)} vectors at a time", hint=f"Send {LONGEST_MEMORIES} at most.")
    if vectors.ndim != 2 or len(vectors) != len(keys) or not 1 <= vectors.shape[1] <= vectors_of.LARGEST:  # noqa: PLR2004
        raise InputInvalid(f"{len(keys)} vectors of the shape {vectors.shape}", hint=hint)
    lengths = np.linalg.norm(vectors, axis=1)
    if not ((lengths == 0) | (abs(lengths - 1) < UNIT)).all():
        raise InputInvalid("a vector that is not of unit length", hint=hint)
