"""Memories in a list: words by what they share, meaning by exact cosines."""

import re
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray

from tests.fakes.kept import FakeConversations
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Message, Page, Source
from voiced.core.ids import new_id
from voiced.core.memories import LONGEST_MEMORIES, Memory, MemoryState, NewMemory, Recalled, Scope, Unembedded

RANK = 60
"""Reciprocal ranks count from here, as everywhere."""
T = TypeVar("T")


class FakeMemories:
    """Implements `Memories`.

    Args:
        conversations: all that was said, too.

    Attributes:
        failing: raised by everything, if it is set.
    """

    def __init__(self, conversations: FakeConversations | None = None) -> None:
        self._conversations = conversations
        self._own: dict[str, Memory] = {}
        self._keys: dict[str, int] = {}
        self._vectors: dict[tuple[str, int], NDArray[np.float32]] = {}
        self._model = ""
        self.failing: Exception | None = None

    async def add(self, memories: Sequence[NewMemory]) -> list[Memory]:
        self._look()
        if not 1 <= len(memories) <= LONGEST_MEMORIES:
            raise InputInvalid(f"{len(memories)} memories at a time")
        made = [self._made(_valid(new)) for new in memories]
        return [self._own.setdefault(memory.id, memory) for memory in made]

    async def get(self, memory: str) -> Memory:
        self._look()
        for each in self._all():
            if each.id == memory:
                return each
        raise NotFound(f"there is no memory {memory}")

    async def find(self, scope: Scope, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        self._look()
        if not 1 <= limit <= 1000:
            raise InputInvalid("limit: from 1 to 1000")
        if cursor and not cursor.isdigit():
            raise InputInvalid(f"{cursor!r} is no cursor")
        found = self._within(scope)
        first = int(cursor or 0)
        return Page(found[first : first + limit], str(first + limit) if first + limit < len(found) else None)

    async def search(
        self, words: str, vector: NDArray[np.float32] | None, scope: Scope, limit: int = 10
    ) -> list[Recalled]:
        self._look()
        within = self._within(scope)
        wanted = set(_words(words))
        shared = {each.id: len(wanted & set(_words(f"{each.title} {each.text}"))) for each in within}
        likeness: dict[str, float] = {}
        if vector is not None:
            for each in within:
                own = self._vectors.get((self._model, self._key(each)))
                if own is not None and own.any():
                    likeness[each.id] = float(own @ vector)
        by_words = _ranks(within, lambda each: shared[each.id])
        by_meaning = _ranks(within, lambda each: max(0.0, likeness.get(each.id, 0.0)))
        hits: list[Recalled] = []
        for each in within:
            ranks = [ranks[each.id] for ranks in (by_words, by_meaning) if each.id in ranks]
            by = [name for name, ranks in (("words", by_words), ("meaning", by_meaning)) if each.id in ranks]
            if by:
                hits.append(Recalled(each, sum(1 / (RANK + rank) for rank in ranks), by, likeness.get(each.id)))
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    async def remove(self, memories: Sequence[str]) -> int:
        self._look()
        there = [memory for memory in memories if memory in self._own]
        for memory in there:
            key = self._keys.pop(memory, None)
            del self._own[memory]
            self._vectors = {at: vector for at, vector in self._vectors.items() if at[1] != key}
        return len(there)

    async def unembedded(self, model: str, limit: int) -> list[Unembedded]:
        self._look()
        missing = [each for each in self._within(Scope()) if (model, self._key(each)) not in self._vectors]
        return [Unembedded(self._key(each), each.text, each.privacy) for each in missing[:limit]]

    async def embed(
        self, model: str, keys: Sequence[int], vectors: NDArray[np.float32], texts: Sequence[str] | None = None
    ) -> None:
        self._look()
        assert vectors.shape[0] == len(keys)
        there = {self._key(each): each.text for each in self._all()}
        said = texts or [there.get(key, "") for key in keys]
        for key, row, text in zip(keys, vectors, said, strict=True):
            if there.get(key) == text:
                self._vectors[model, key] = row

    async def use(self, model: str) -> None:
        self._look()
        self._model = model
        self._vectors = {at: vector for at, vector in self._vectors.items() if at[0] == model}

    async def state(self, model: str = "") -> MemoryState:
        self._look()
        every = self._all()
        kinds = {kind: sum(each.kind == kind for each in every) for kind in ("note", "document", "message")}
        embedded = sum((self._model, self._key(each)) in self._vectors for each in every)
        waiting = sum((model or self._model, self._key(each)) not in self._vectors for each in every)
        return MemoryState(kinds, self._model, embedded, waiting)

    def _look(self) -> None:
        if self.failing:
            raise self.failing

    def _made(self, new: NewMemory) -> Memory:
        values = asdict(new) | {"id": new.id or new_id(), "at": new.at or time.time(), "tags": sorted(set(new.tags))}
        return Memory(**values)

    def _key(self, memory: Memory) -> int:
        return self._keys.setdefault(memory.id, len(self._keys) + 1)

    def _all(self) -> list[Memory]:
        return [*self._own.values(), *(self._said() if self._conversations else ())]

    def _said(self) -> list[Memory]:
        assert self._conversations
        return [
            _memory(message, whole.title, whole.space, whole.tags)
            for id_, whole in self._conversations._all.items()
            if whole.status != "deleted"
            for message in self._conversations._said[id_]
            if message.role in ("user", "assistant") and message.content.strip()
        ]

    def _within(self, scope: Scope) -> list[Memory]:
        """The newest first."""

        def fits(each: Memory) -> bool:
            return (
                (not scope.kinds or each.kind in scope.kinds)
                and scope.space in (None, each.space)
                and scope.user in (None, each.user)
                and (scope.tag is None or scope.tag in each.tags)
                and (scope.since is None or each.at >= scope.since)
                and (scope.until is None or each.at < scope.until)
                and (scope.source is None or (each.source is not None and each.source.reference == scope.source))
                and (
                    scope.conversation is None
                    or (each.source is not None and each.source == _talk(scope.conversation, each.title))
                )
            )

        found = [each for each in self._all() if fits(each)]
        found.reverse()
        return sorted(found, key=lambda each: each.at, reverse=True)


def _memory(message: Message, title: str, space: str, tags: list[str]) -> Memory:
    return Memory(
        id=message.id,
        kind="message",
        text=message.content,
        at=message.at,
        title=title,
        space=space,
        tags=tags,
        source=_talk(message.conversation, title),
        privacy=message.privacy,
        role=message.role,
    )


def _talk(conversation: str, title: str) -> Source:
    return Source("conversation", conversation, title)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _ranks(memories: Sequence[Memory], score: Callable[[Memory], float]) -> dict[str, int]:
    ordered = sorted((each for each in memories if score(each) > 0), key=score, reverse=True)
    return {each.id: rank for rank, each in enumerate(ordered, 1)}


def _valid(value: T) -> T:
    try:
        return msgspec.json.decode(msgspec.json.encode(value), type=type(value))
    except msgspec.MsgspecError as error:
        raise InputInvalid(str(error)) from error
