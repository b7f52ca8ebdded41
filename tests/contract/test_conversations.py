"""Whatever keeps conversations keeps these promises: in memory, over the socket, in the file."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.agent import ScriptedAgent
from tests.fakes.kept import FakeConversations
from tests.rigs.control import answering
from voiced.control.remote import remote
from voiced.core.errors import InputInvalid, NotFound
from voiced.core.history import Change, Message, NewConversation, Source, Wanted
from voiced.core.ports.conversations import Conversations
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

NOON = 1_790_000_000.0


@asynccontextmanager
async def in_memory(_: Path) -> AsyncGenerator[Conversations]:
    yield FakeConversations()


@asynccontextmanager
async def over_the_socket(folder: Path) -> AsyncGenerator[Conversations]:
    with answering(folder / "voiced.sock", ScriptedAgent(folder=folder)):
        async with remote(folder / "voiced.sock") as kept:
            yield kept.conversations
    gc.collect()


@asynccontextmanager
async def in_the_file(folder: Path) -> AsyncGenerator[Conversations]:
    database = await Database.open(folder)
    try:
        yield StoredConversations(database, continue_s=300.0)
    finally:
        await database.close()


class Run:
    """A port whose methods are run to their end."""

    def __init__(self, runner: asyncio.Runner, port: Conversations) -> None:
        self._runner = runner
        self._port = port

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)
        return lambda *values, **more: self._runner.run(method(*values, **more))


@pytest.fixture(params=[in_memory, over_the_socket, in_the_file])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Run]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield Run(runner, runner.run(stack.enter_async_context(request.param(tmp_path))))
        runner.run(stack.aclose())


_numbers: Iterator[int] = iter(range(1_000_000))


def said(content: str = "hello", role: str = "user", at: float = NOON, **more: Any) -> Message:
    return Message(id=f"m{next(_numbers)}", role=role, content=content, at=at, **more)


def ids(page: Any) -> list[str]:
    return [each.id for each in page.items]


def all_pages(ask: Callable[[str | None], Any]) -> list[str]:
    page = ask(None)
    found = ids(page)
    while page.next is not None:
        page = ask(page.next)
        assert page.items
        found += ids(page)
    return found


def test_a_conversation_is_as_it_was_begun(kept: Run):
    new = NewConversation(title="A", space="kitchen", user="ann", tags=["b", "a", "b"], metadata={"k": [1, None]})
    made = kept.open(new)
    assert (made.title, made.space, made.user, made.tags) == ("A", "kitchen", "ann", ["a", "b"])
    assert (made.status, made.messages, made.metadata) == ("active", 0, {"k": [1, None]})
    assert made.made_at == made.changed_at == made.last_at
    assert kept.get(made.id) == made


def test_to_begin_twice_is_to_begin_once(kept: Run):
    first = kept.open(NewConversation(id="c", title="A"))
    kept.add([said()], "c")
    again = kept.open(NewConversation(id="c", title="B"))
    assert (again.title, again.messages, again.made_at) == ("A", 1, first.made_at)


def test_a_message_comes_back_as_it_was_said(kept: Run):
    kept.open(NewConversation(id="c"))
    whole = said(
        "weiß\nnicht “so” 🦜\0",
        role="assistant",
        turn="t",
        request="r",
        channel="voice",
        mode="reasoning",
        tier="model",
        model="m.gguf",
        tokens_in=3,
        tokens_out=4,
        latency_ms=0.5,
        spoken="weiß",
        sources=[Source("file", "/x"), Source("web", "y", "Y")],
        privacy="secret",
        metadata={"a": {"b": [1.5, True]}},
    )
    (answer,) = kept.add([whole], "c")
    assert kept.messages("c").items == [answer]
    assert (answer.conversation, answer.number) == ("c", 1)
    for name in set(Message.__struct_fields__) - {"conversation", "number"}:
        assert getattr(answer, name) == getattr(whole, name), name


def test_messages_are_numbered_and_counted(kept: Run):
    kept.open(NewConversation(id="c"))
    later = kept.get("c").last_at + 100
    kept.add([said("one"), said("two", "assistant")], "c")
    kept.add([said("three", at=later)], "c")
    page = kept.messages("c")
    assert [(each.number, each.content) for each in page.items] == [(1, "one"), (2, "two"), (3, "three")]
    conversation = kept.get("c")
    assert (conversation.messages, conversation.last_at) == (3, later)


@pytest.mark.parametrize("same", ["id", "request"])
def test_what_is_sent_twice_is_kept_once(kept: Run, same: str):
    kept.open(NewConversation(id="c"))
    first = said("one", request="r")
    second = Message(id=first.id if same == "id" else "other", role="user", content="two", at=NOON, request="r")
    before = kept.add([first, said("answer", "assistant", request="r")], "c")
    (again, more) = kept.add([second, said("three")], "c")
    assert again == before[0]
    assert (more.number, kept.get("c").messages) == (3, 3)


def test_a_batch_is_all_or_nothing(kept: Run):
    kept.open(NewConversation(id="c"))
    with pytest.raises(InputInvalid):
        kept.add([said("one"), Message(id="x", role="nobody", content="", at=NOON)], "c")  # type: ignore[arg-type]
    with pytest.raises(InputInvalid):
        kept.add([], "c")
    assert kept.messages("c").items == []


def test_what_is_not_there_is_told(kept: Run):
    for ask in (
        lambda: kept.get("none"),
        lambda: kept.change("none", Change(title="A")),
        lambda: kept.add([said()], "none"),
        lambda: kept.messages("none"),
        lambda: kept.last("none", 3),
    ):
        with pytest.raises(NotFound) as raised:
            ask()
        assert raised.value.code == "not-found"
        assert raised.value.hint


def test_pages_hold_everything_once_and_in_order(kept: Run):
    kept.open(NewConversation(id="c"))
    messages = kept.add([said(str(number)) for number in range(7)], "c")
    wanted = [each.id for each in messages]
    for limit in (1, 3, 7, 1000):
        assert all_pages(lambda cursor, limit=limit: kept.messages("c", limit, cursor)) == wanted
        assert all_pages(lambda cursor, limit=limit: kept.recent(limit, cursor)) == wanted[::-1]
    assert [each.id for each in kept.last("c", 3)] == wanted[-3:]
    assert [each.id for each in kept.last("c", 50)] == wanted


def test_conversations_are_listed_by_their_last_word(kept: Run):
    for number in range(5):
        kept.open(NewConversation(id=f"c{number}"))
    begun = kept.get("c4").last_at
    for number, delay in ((3, 10), (0, 40), (4, 20), (1, 30), (2, 20)):
        kept.add([said(at=begun + delay)], f"c{number}")
    found = all_pages(lambda cursor: kept.find(Wanted(limit=2, cursor=cursor)))
    assert (found[:2], found[4:]) == (["c0", "c1"], ["c3"])
    assert set(found[2:4]) == {"c2", "c4"}


def test_conversations_are_found_by_all_that_is_asked(kept: Run):
    kept.open(NewConversation(id="a", title="Tea at 100% [now]", space="kitchen", tags=["x", "y"]))
    kept.open(NewConversation(id="b", space="kitchen", user="ann", tags=["x"]))
    kept.open(NewConversation(id="c", user="ann"))
    kept.add([said('the kettle "boils"'), said("a pot of tea", "assistant")], "b")
    for wanted, found in (
        (Wanted(), {"a", "b", "c"}),
        (Wanted(space="kitchen"), {"a", "b"}),
        (Wanted(user="ann"), {"b", "c"}),
        (Wanted(tag="x"), {"a", "b"}),
        (Wanted(tag="x", user="ann"), {"b"}),
        (Wanted(tag="z"), set()),
        (Wanted(text="tea"), {"a", "b"}),
        (Wanted(text="pot tea"), {"b"}),
        (Wanted(text="100%"), {"a"}),
        (Wanted(text="nothing"), set()),
        (Wanted(status="archived"), set()),
    ):
        assert set(ids(kept.find(wanted))) == found, wanted


def test_a_change_changes_what_it_names_and_nothing_else(kept: Run):
    before = kept.open(NewConversation(id="c", title="A", tags=["a"]))
    changed = kept.change("c", Change(title="B"))
    assert (changed.title, changed.tags, changed.status) == ("B", ["a"], "active")
    assert changed.changed_at >= before.changed_at
    assert changed.last_at == before.last_at
    changed = kept.change("c", Change(tags=["z", "b", "z"], metadata={"a": 1}, status="closed"))
    assert (changed.title, changed.tags, changed.metadata, changed.status) == ("B", ["b", "z"], {"a": 1}, "closed")
    assert kept.get("c") == changed
    with pytest.raises(InputInvalid):
        kept.change("c", Change(title="x" * 201))


def test_what_is_deleted_is_hidden_until_it_comes_back(kept: Run):
    kept.open(NewConversation(id="c"))
    kept.add([said("secret")], "c")
    kept.change("c", Change(status="deleted"))
    assert kept.find(Wanted()).items == kept.recent().items == kept.find(Wanted(text="secret")).items == []
    assert ids(kept.find(Wanted(status="deleted"))) == ["c"]
    assert kept.get("c").status == "deleted"
    kept.change("c", Change(status="active"))
    assert [each.content for each in kept.recent().items] == ["secret"]


def test_talk_goes_on_in_the_same_conversation_for_a_while(kept: Run):
    (first,) = kept.add([said("what time is it")])
    (soon,) = kept.add([said(at=NOON + 299)])
    (late,) = kept.add([said(at=NOON + 700)])
    (elsewhere,) = kept.add([said(at=NOON + 700)], space="kitchen")
    (another,) = kept.add([said(at=NOON + 700)], user="ann")
    assert soon.conversation == first.conversation
    assert len({each.conversation for each in (first, late, elsewhere, another)}) == 4
    assert kept.get(first.conversation).title == "what time is it"
    assert kept.get(elsewhere.conversation).space == "kitchen"
    assert kept.get(another.conversation).user == "ann"


def test_an_archived_conversation_does_not_go_on(kept: Run):
    (first,) = kept.add([said()])
    kept.change(first.conversation, Change(status="archived"))
    (second,) = kept.add([said(at=NOON + 1)])
    assert second.conversation != first.conversation


def test_the_last_words_are_found_by_space_and_text(kept: Run):
    kept.add([said("red apple"), said("Green PEAR", "assistant", NOON + 1)])
    kept.add([said("red pear", at=NOON + 2)], space="kitchen")
    assert [each.content for each in kept.recent(text="pear").items] == ["red pear", "Green PEAR"]
    assert [each.content for each in kept.recent(text="pear red").items] == ["red pear"]
    assert [each.content for each in kept.recent(space="home").items] == ["Green PEAR", "red apple"]
    assert [each.content for each in kept.recent(text="red", space="home").items] == ["red apple"]
    assert kept.recent(text='"').items in ([], kept.recent().items)


def test_the_messages_of_a_turn_are_found(kept: Run):
    kept.add(
        [said("one", turn="a"), said("two", turn="b", at=NOON + 1), said("three", "assistant", NOON + 2, turn="a")]
    )
    assert [each.content for each in kept.recent(turn="a").items] == ["three", "one"]
    assert kept.recent(turn="c").items == []


def test_everything_is_counted(kept: Run):
    kept.open(NewConversation(id="c"))
    kept.open(NewConversation(id="d"))
    kept.change("d", Change(status="closed"))
    kept.add([said(channel="voice"), said("x", "assistant", tokens_in=5, tokens_out=2, model="m", tier="rules")], "c")
    kept.add([said("y", "assistant", NOON + 86_400, tokens_in=1, tier="rules")], "c")
    counted = kept.statistics()
    assert counted.conversations == {"active": 1, "closed": 1}
    assert (counted.messages, counted.tokens_in, counted.tokens_out) == (3, 6, 2)
    assert counted.roles == {"user": 1, "assistant": 2}
    assert counted.channels == {"voice": 1, "text": 2}
    assert (counted.models, counted.tiers) == ({"m": 1}, {"rules": 2})
    assert sorted(counted.days.values()) == [1, 2]


@pytest.mark.parametrize("cursor", ["nonsense", "1:x", "-", "nan:1", "inf:1", f"1:{2**63}", "-1", "1:-1", "9" * 30])
def test_a_cursor_that_is_none_is_told(kept: Run, cursor: str):
    kept.open(NewConversation(id="c"))
    for ask in (
        lambda: kept.find(Wanted(cursor=cursor)),
        lambda: kept.messages("c", 3, cursor),
        lambda: kept.recent(3, cursor),
    ):
        with pytest.raises(InputInvalid):
            ask()


@pytest.mark.parametrize("limit", [0, -1, 100_000])
def test_a_limit_out_of_bounds_is_told(kept: Run, limit: int):
    kept.open(NewConversation(id="c"))
    for ask in (lambda: kept.messages("c", limit), lambda: kept.recent(limit)):
        with pytest.raises(InputInvalid):
            ask()


def test_a_batch_is_bounded(kept: Run):
    kept.open(NewConversation(id="c"))
    with pytest.raises(InputInvalid) as raised:
        kept.add([said() for _ in range(1_001)], "c")
    assert raised.value.hint
    assert len(kept.add([said() for _ in range(1_000)], "c")) == 1_000


def test_to_look_for_no_words_is_to_look_for_anything(kept: Run):
    kept.open(NewConversation(id="c"))
    message = said("the lamp")
    kept.add([message], "c")
    for blank in ("", " ", "\t\n"):
        assert ids(kept.recent(text=blank)) == [message.id]
        assert ids(kept.find(Wanted(text=blank))) == ["c"]


@pytest.mark.parametrize("signs", ["!", '"', "* ?", "-", "lamp*(", "\N{PERSONAL COMPUTER}"])
def test_to_look_for_signs_is_no_fault(kept: Run, signs: str):
    kept.open(NewConversation(id="c"))
    kept.add([said("the tea")], "c")
    assert not ids(kept.recent(text=signs))
    assert not ids(kept.find(Wanted(text=signs)))


def test_names_of_any_signs_are_kept_apart(kept: Run):
    for name in ("a b", "ä?&#%", "a.b", "a+b", "%2F"):
        kept.open(NewConversation(id=name, title=name, tags=[name], space=name))
        assert kept.get(name).title == name
        assert ids(kept.find(Wanted(space=name, tag=name))) == [name]
