"""What is held of the last messages, while others write."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

import apsw
import pytest

from tests.store.house import removes
from voiced.core.errors import NotFound
from voiced.core.history import Message, NewConversation
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

T = TypeVar("T")


class Slow(Database):
    """Reads at once, but says so only when it is let."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_read, self.let = asyncio.Event(), asyncio.Event()

    async def read(self, job: Callable[[apsw.Connection], T]) -> T:
        result = await super().read(job)
        self.has_read.set()
        await self.let.wait()
        return result


def says(name: str) -> Message:
    return Message(id=name, role="user", content="lamp", at=0)


async def reading(folder, meanwhile):
    """Reads the last message of a conversation, lets something happen before that is told, and reads again."""
    database = await Slow.open(folder)
    try:
        await StoredConversations(database, 0).open(NewConversation(id="c"))
        await StoredConversations(database, 0).add([says("first")], "c")
        store = StoredConversations(database, 0)
        early = asyncio.create_task(store.last("c", 1))
        await database.has_read.wait()
        await meanwhile(store)
        database.let.set()
        await early
        return [message.id for message in await store.last("c", 1)]
    finally:
        await database.close()


def test_what_was_added_while_the_last_ones_were_read_is_among_the_last_ones(tmp_path):
    assert asyncio.run(reading(tmp_path, lambda store: store.add([says("second")], "c"))) == ["second"]


def test_what_was_purged_while_it_was_read_is_gone(tmp_path):
    with pytest.raises(NotFound):
        asyncio.run(reading(tmp_path, lambda store: store._database.write(removes("c"), lambda _: store.forget())))


async def given_up(folder, change) -> list[str]:
    """The last messages after a change that nobody waited for, and that were read while it was not yet written."""
    database = await Database.open(folder)
    try:
        store = StoredConversations(database, 0)
        await store.open(NewConversation(id="c"))
        await store.add([says("first")], "c")
        go = threading.Event()
        before = asyncio.ensure_future(database.exclusive(lambda _: go.wait()))
        await asyncio.sleep(0)
        changing = asyncio.create_task(change(store))
        await asyncio.sleep(0)
        changing.cancel()
        await asyncio.wait([changing])
        assert changing.cancelled()
        assert [message.id for message in await store.last("c", 5)] == ["first"]
        go.set()
        await before
        await database.write(lambda _: None)
        return [message.id for message in await store.last("c", 5)]
    finally:
        await database.close()


def test_what_is_written_though_nobody_waits_for_it_is_among_the_last_ones(tmp_path):
    assert asyncio.run(given_up(tmp_path, lambda store: store.add([says("second")], "c"))) == ["first", "second"]
