"""Vectors in the background."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from tests.fakes.clock import JumpingClock
from tests.fakes.embedder import SIZE, ScriptedEmbedder
from tests.fakes.memories import FakeMemories
from voiced.core.activity import Activity
from voiced.core.bus import Bus
from voiced.core.errors import StoreBusy
from voiced.core.events import StateChanged, TurnEnded
from voiced.core.memories import NewMemory, Scope
from voiced.core.types import Timeline
from voiced.recall.indexer import BATCH, PAUSES_S, SLICE, Indexer
from voiced.recall.lull import Lull


class Room:
    """A store, an embedder and what makes vectors."""

    def __init__(self) -> None:
        self.memories = FakeMemories()
        self.embedder = ScriptedEmbedder()
        self.clock = JumpingClock()
        self.bus = Bus()
        self.activity = Activity()
        self.indexer = self.with_embedder(self.embedder)

    def with_embedder(self, embedder: ScriptedEmbedder) -> Indexer:
        lull = Lull(self.bus, self.activity)
        indexer = Indexer(self.memories, embedder, self.clock, lull.wait, lambda privacy: privacy != "secret")
        self.bus.watch(indexer.watch)
        return indexer

    async def add(self, *texts: str, privacy: str = "personal") -> None:
        await self.memories.add(
            [NewMemory(id=text, text=text, at=float(at), privacy=privacy) for at, text in enumerate(texts, 1)]
        )

    async def waiting(self) -> int:
        return (await self.memories.state(self.embedder.model)).waiting


def in_room(play: Callable[[Room], Awaitable[None]]) -> None:
    """Plays in a room in which vectors are being made."""

    async def run() -> None:
        room = Room()
        task = asyncio.create_task(room.indexer.run())
        try:
            await play(room)
        finally:
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(run())


def test_what_is_there_is_embedded_the_newest_first():
    async def play(room: Room) -> None:
        await room.add("first", "second", "third")
        await room.clock.advance(0)
        assert room.embedder.texts == ["third", "second", "first"]
        assert room.indexer.in_use == "scripted"
        assert await room.waiting() == room.indexer.status.waiting == 0

    in_room(play)


def test_a_few_at_a_time_so_that_no_question_waits_long():
    async def play(room: Room) -> None:
        await room.add(*(f"text {number}" for number in range(BATCH + 3)))
        await room.clock.advance(60)
        assert max(map(len, room.embedder.asked)) == SLICE
        assert await room.waiting() == 0

    in_room(play)


def test_it_wakes_when_something_was_added_and_gathers():
    async def play(room: Room) -> None:
        await room.clock.advance(0)
        await room.add("one")
        room.indexer.wake()
        await room.clock.advance(1)
        assert room.embedder.texts == []
        await room.add("one", "two")
        await room.clock.advance(2)
        assert sorted(room.embedder.texts) == ["one", "two"]

    in_room(play)


def test_it_looks_after_each_turn_and_by_itself():
    async def play(room: Room) -> None:
        await room.clock.advance(0)
        await room.add("said")
        room.bus.emit(TurnEnded(Timeline(), at=0.0, turn="a"))
        await room.clock.advance(3)
        assert room.embedder.texts == ["said"]
        await room.add("imported")
        await room.clock.advance(63)
        assert room.embedder.texts == ["said", "imported"]

    in_room(play)


def test_it_does_nothing_while_a_turn_is_in_progress():
    async def play(room: Room) -> None:
        room.bus.emit(StateChanged("listening", at=0.0, turn="a"))
        await room.add("x")
        await room.clock.advance(200)
        assert room.embedder.texts == []
        room.activity.computing("a silent turn")
        room.bus.emit(StateChanged("idle", at=0.0, turn="a"))
        await room.clock.advance(1)
        assert room.embedder.texts == []
        room.activity.waiting("a silent turn")
        await room.clock.advance(1)
        assert room.embedder.texts == ["x"]

    in_room(play)


def test_an_embedder_that_is_gone_is_tried_again_and_told():
    async def play(room: Room) -> None:
        room.embedder.gone = True
        await room.add("x")
        await room.clock.advance(0)
        assert room.indexer.status.problem == "the script says so"
        assert await room.waiting() == 1
        calls = len(room.embedder.asked)
        await room.clock.advance(sum(PAUSES_S[:3]) - 0.5)
        assert len(room.embedder.asked) == calls * 3
        room.embedder.gone = False
        await room.clock.advance(60)
        assert room.indexer.status.problem == ""
        assert await room.waiting() == 0

    in_room(play)


@pytest.mark.parametrize("failure", [StoreBusy("busy"), ZeroDivisionError("a fault")])
def test_a_store_that_fails_is_tried_again(failure: Exception):
    async def play(room: Room) -> None:
        room.memories.failing = failure
        await room.clock.advance(0)
        assert str(failure) in room.indexer.status.problem
        room.memories.failing = None
        await room.add("x")
        await room.clock.advance(2)
        assert room.embedder.texts == ["x"]

    in_room(play)


def test_a_text_that_cannot_be_embedded_keeps_no_other_waiting():
    async def play(room: Room) -> None:
        room.embedder.poison = "poison"
        await room.add("one", "poison", "two")
        await room.clock.advance(0)
        assert await room.waiting() == 0
        assert room.indexer.status.problem == ""
        (hit,) = await room.memories.search("x", (await room.embedder.embed(["two"]))[0], Scope())
        assert hit.memory.text == "two"

    in_room(play)


def test_a_secret_has_no_vector():
    async def play(room: Room) -> None:
        await room.add("my password is tulip", privacy="secret")
        await room.clock.advance(0)
        assert room.embedder.texts == [""]
        assert await room.waiting() == 0

    in_room(play)


def test_another_model_is_searched_when_all_its_vectors_are_there():
    async def play(room: Room) -> None:
        await room.add(*(f"text {number}" for number in range(10)))
        await room.clock.advance(0)
        other = ScriptedEmbedder("other")
        other.hung = asyncio.Event()
        indexer = room.with_embedder(other)
        task = asyncio.create_task(indexer.run())
        await room.clock.advance(0)
        assert (indexer.in_use, indexer.status.wanted, indexer.status.waiting) == ("scripted", "other", 10)
        vector = (await room.embedder.embed(["text 3"]))[0]
        assert (await room.memories.search("", vector, Scope()))[0].memory.text == "text 3"
        other.hung.set()
        await room.clock.advance(0)
        assert (indexer.in_use, indexer.status.waiting) == ("other", 0)
        assert (await room.memories.state()).embedded == 10
        task.cancel()
        await asyncio.wait([task])

    in_room(play)


def test_the_fake_embeds_as_the_port_says():
    vectors = asyncio.run(ScriptedEmbedder().embed(["a b", ""]))
    assert vectors.shape == (2, SIZE)
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([1, 0])
