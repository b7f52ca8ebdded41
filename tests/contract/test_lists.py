"""Whatever keeps lists keeps these promises: in memory, over the socket, in the file."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.agent import ScriptedAgent
from tests.fakes.lists import FakeLists
from tests.rigs.control import answering
from voiced.control.remote import remote
from voiced.core.errors import InputInvalid
from voiced.core.lists import LONGEST_LIST, ListSummary
from voiced.core.ports.lists import Lists
from voiced.store.db import Database
from voiced.store.entries import StoredLists

Run = Callable[..., Any]


@asynccontextmanager
async def in_memory(_: Path) -> AsyncGenerator[Lists]:
    yield FakeLists()


@asynccontextmanager
async def over_the_socket(folder: Path) -> AsyncGenerator[Lists]:
    with answering(folder / "voiced.sock", ScriptedAgent(folder=folder)):
        async with remote(folder / "voiced.sock") as kept:
            yield kept.lists


@asynccontextmanager
async def in_the_file(folder: Path) -> AsyncGenerator[Lists]:
    database = await Database.open(folder)
    try:
        yield StoredLists(database)
    finally:
        await database.close()


@pytest.fixture(params=[in_memory, over_the_socket, in_the_file])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Run]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        lists = runner.run(stack.enter_async_context(request.param(tmp_path)))
        yield lambda name, *values: runner.run(getattr(lists, name)(*values))
        runner.run(stack.aclose())
    gc.collect()


def texts(entries: Any) -> list[str]:
    return [entry.text for entry in entries]


def test_what_is_added_is_on_its_list_in_its_order(run: Run):
    assert texts(run("add", "shopping", ["milk", "eggs", "dark  bread"])) == ["milk", "eggs", "dark bread"]
    run("add", "to-do", ["call mum"])
    run("add", "shopping", ["salt"])
    assert texts(run("entries", "shopping")) == ["milk", "eggs", "dark bread", "salt"]
    assert run("all") == [ListSummary("shopping", 4), ListSummary("to-do", 1)]
    assert run("entries", "camping") == []


def test_what_is_on_a_list_is_not_put_there_twice(run: Run):
    first = run("add", "shopping", ["milk"])
    assert texts(run("add", "shopping", ["Milk", "eggs", "EGGS"])) == ["eggs"]
    assert run("entries", "shopping")[:1] == first
    assert texts(run("add", "camping", ["milk"])) == ["milk"]


@pytest.mark.parametrize("said", ["Shopping", " SHOPPING  ", "shopping"])
def test_a_list_is_the_same_however_its_name_is_written(run: Run, said: str):
    run("add", said, ["milk"])
    assert texts(run("entries", "shopping")) == ["milk"]
    assert texts(run("entries", said)) == ["milk"]


def test_a_name_may_have_any_signs(run: Run):
    for name in ("for anna's birthday", "a/b?c#d", "küche 50%"):
        run("add", name, ["x"])
        assert texts(run("entries", name)) == ["x"]


def test_what_is_removed_is_gone_and_a_list_with_it(run: Run):
    milk, eggs = run("add", "shopping", ["milk", "eggs"])
    assert run("remove", [milk.id, "none"]) == 1
    assert run("entries", "shopping") == [eggs]
    assert run("remove", [eggs.id, eggs.id]) == 1
    assert run("remove", []) == 0
    assert run("all") == []
    assert texts(run("add", "shopping", ["milk"])) == ["milk"]


@pytest.mark.parametrize(
    ("name", "new"), [("", ["x"]), (" ", ["x"]), ("a", []), ("a", [""]), ("a", ["good", " "]), ("a", ["x" * 501])]
)
def test_what_cannot_be_kept_is_refused_whole(run: Run, name: str, new: list[str]):
    with pytest.raises(InputInvalid) as raised:
        run("add", name, new)
    assert raised.value.hint
    assert run("all") == []


def test_a_list_has_an_end(run: Run):
    run("add", "a", [f"thing {number}" for number in range(LONGEST_LIST)])
    with pytest.raises(InputInvalid):
        run("add", "a", ["one more"])
    assert len(run("entries", "a")) == LONGEST_LIST
    assert run("add", "a", ["Thing 7"]) == []


def test_lists_belong_to_where_they_were_made_and_outlive_the_daemon(tmp_path: Path):
    async def use():
        async with AsyncExitStack() as stack:
            database = await Database.open(tmp_path)
            stack.push_async_callback(database.close)
            home, office = StoredLists(database), StoredLists(database, "office")
            (milk,) = await home.add("shopping", ["milk"])
            await office.add("shopping", ["paper"])
            assert await office.remove([milk.id]) == 0
        async with AsyncExitStack() as stack:
            database = await Database.open(tmp_path)
            stack.push_async_callback(database.close)
            return texts(await StoredLists(database).entries("shopping"))

    assert asyncio.run(use()) == ["milk"]
