"""Export and import: what goes out comes in again, and nothing else does."""

import asyncio
import json
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.store.house import (
    BERLIN,
    DAILY,
    NOON,
    house,
    members,
    messages,
    quiet,
    some_conversations,
    some_entries,
    some_memories,
    some_messages,
    some_promises,
)
from voiced.core.disk import leave_room
from voiced.core.errors import InputInvalid, NotFound, StoreFull
from voiced.core.history import Conversation, Message, NewConversation, Source
from voiced.core.memories import NewMemory, Scope
from voiced.core.promises import Promise, Schedule
from voiced.store import exports, lines, markdown
from voiced.store.entries import keep as keep_entries
from voiced.store.imports import append
from voiced.store.promises import settled

pytestmark = pytest.mark.usefixtures("either_way")


async def keep(home, conversation, its_messages):
    """Writes rows as they are, with all their fields."""
    await home.database.write(lambda connection: append(connection, conversation, its_messages))


@st.composite
def everything(draw):
    conversations = draw(st.lists(some_conversations, max_size=4, unique_by=lambda each: each.id))
    said = iter(draw(st.lists(some_messages, max_size=12, unique_by=lambda each: each.id)))
    share = [[next(said, None) for _ in range(draw(st.integers(0, 6)))] for _ in conversations]
    promises = draw(st.lists(some_promises, max_size=4, unique_by=lambda each: each.id))
    memories = draw(st.lists(some_memories, max_size=4, unique_by=lambda each: each.id))
    kept = [(each, [one for one in its if one]) for each, its in zip(conversations, share, strict=True)]
    once = st.lists(some_entries, max_size=4, unique_by=(lambda each: each.id, lambda each: each.text.lower()))
    return kept, promises, memories, draw(once)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(everything())
def test_what_is_exported_comes_in_again_with_nothing_lost(kept):
    conversations, promises, memories, entries = kept
    promises = [settled(each, NOON.timestamp(), BERLIN) for each in promises]

    async def run(folder):
        async with house(folder / "one") as home:
            for conversation, its_messages in conversations:
                await keep(home, conversation, its_messages)
            await home.promises.save(promises)
            if memories:
                await home.memories.add(memories)
            await home.database.write(lambda connection: keep_entries(connection, entries))
            await home.upkeep.export(folder / "one.zip", quiet)
            before = await home.contents()
        async with house(folder / "two") as home:
            brought = await home.upkeep.take_in(folder / "one.zip", quiet)
            assert await home.contents() == before
            await home.upkeep.export(folder / "two.zip", quiet)
            again = await home.upkeep.take_in(folder / "one.zip", quiet)
            assert await home.contents() == before
        assert members(folder / "one.zip") == members(folder / "two.zip")
        count = sum(len(its) for _, its in conversations)
        assert (brought.conversations, brought.messages) == (len(conversations), count)
        assert (brought.promises, brought.memories, brought.known) == (len(promises), len(memories), 0)
        assert (brought.entries, again.entries) == (len(entries), 0)
        assert (again.conversations, again.messages, again.promises, again.memories) == (0, 0, 0, 0)
        assert again.known == len(conversations) + count + len(promises) + len(memories) + len(entries)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


@settings(max_examples=200)
@given(some_conversations, st.lists(some_messages, max_size=4))
def test_nothing_that_is_said_breaks_the_structure_of_markdown(conversation, said):
    text = markdown.heading(conversation, BERLIN)
    day, expected = "", 0
    for message in said:
        passage, following = markdown.passage(message, BERLIN, day)
        expected += following != day
        text, day = text + passage, following
    found = text.split("\n")
    assert sum(line.startswith("# ") for line in found) == 1
    assert sum(line.startswith("## ") for line in found) == expected
    starts = ("# ", "## ", "- ", "**", "> ", ">", "Interrupted", "Sources:")
    assert all(not line or line.startswith(starts) for line in found)
    assert "<" not in text
    assert len(text.splitlines()) == text.count("\n"), "no line ends where an editor sees an end and a reader none"


SAID = "# Hello\n    1. <b>bold</b> &amp; *so*\n[link]: http://x"
SHOWN = """\
# Dinner \\*plans\\*

- Begun: 2026-11-25 13:00:00 CET
- Space: kitchen
- Status: active
- Messages: 1

## 2026-11-25

**13:00:00 assistant** (voice, rules)

> \\# Hello  
> \u00a0\u00a0\u00a0\u00a01\\. &lt;b>bold&lt;/b> &amp;amp; \\*so\\*  
> \\[link\\]: http://x  

Interrupted; this was spoken:

> \\# Hello  

Sources:

- Cookbook (file: /tmp/a\\_b)
"""  # noqa: W291 (two spaces end a line in Markdown)


def test_markdown_shows_who_said_what_and_when_in_local_time():
    at = NOON.timestamp()
    conversation = Conversation(
        id="c", made_at=at, changed_at=at, last_at=at, title="Dinner *plans*", space="kitchen", messages=1
    )
    message = Message(
        id="m",
        role="assistant",
        content=SAID,
        at=at,
        channel="voice",
        tier="rules",
        spoken="# Hello",
        sources=[Source("file", "/tmp/a_b", "Cookbook")],
    )
    assert markdown.heading(conversation, BERLIN) + markdown.passage(message, BERLIN, "")[0] == SHOWN


def test_one_conversation_goes_out_as_lines_and_comes_in_elsewhere(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            await home.conversations.open(NewConversation(id="c", title="Dinner"))
            kept = await home.conversations.add(messages(450), "c")
            pieces = [piece async for piece in home.upkeep.conversation("c", "jsonl")]
            shown = b"".join([piece async for piece in home.upkeep.conversation("c", "markdown")])
            with pytest.raises(NotFound):
                [piece async for piece in home.upkeep.conversation("none", "jsonl")]
        (tmp_path / "c.jsonl").write_bytes(b"".join(pieces))
        assert shown.count(b"\n> ") == len(kept)
        async with house(tmp_path / "two") as home:
            brought = await home.upkeep.take_in(tmp_path / "c.jsonl", quiet)
            assert (brought.conversations, brought.messages, brought.known) == (1, 450, 0)
            assert (await home.conversations.messages("c", limit=1000)).items == kept

    asyncio.run(run())


def test_an_archive_of_some_conversations_holds_them_alone(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            for name in ("a", "b", "../c"):
                await home.conversations.open(NewConversation(id=name))
                await home.conversations.add(messages(3, name), name)
            await home.promises.save([Promise(id="p", kind="timer", made_at=1, changed_at=1)])
            await home.upkeep.export(tmp_path / "some.zip", quiet, ["../c", "a"])
            with pytest.raises(NotFound):
                await home.upkeep.export(tmp_path / "none.zip", quiet, ["d"])
        assert not list(tmp_path.glob("*none*")), "what was not finished is not left"
        assert (tmp_path / "some.zip").stat().st_mode & 0o777 == 0o600
        async with house(tmp_path / "two") as home:
            await home.upkeep.take_in(tmp_path / "some.zip", quiet)
            rows = await home.contents()
        assert {row[1] for row in rows if row[1] in ("a", "b", "../c", "p")} == {"a", "../c"}

    asyncio.run(run())
    names = list(members(tmp_path / "some.zip"))
    assert all(name.startswith("conversations/") and ".." not in name for name in names)


def test_an_export_writes_nothing_over(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            (tmp_path / "mine.zip").write_text("mine")
            with pytest.raises(InputInvalid, match="there already"):
                await home.upkeep.export(tmp_path / "mine.zip", quiet)
            with pytest.raises(InputInvalid, match="nothing can be written"):
                await home.upkeep.export(tmp_path / "nowhere" / "mine.zip", quiet)

    asyncio.run(run())
    assert (tmp_path / "mine.zip").read_text() == "mine"


def test_messages_that_are_new_come_after_those_that_are_there(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            await home.conversations.open(NewConversation(id="c", title="theirs"))
            await home.conversations.add(messages(4), "c")
            await home.upkeep.export(tmp_path / "one.zip", quiet)
        async with house(tmp_path / "two") as home:
            await home.conversations.open(NewConversation(id="c", title="ours"))
            await home.conversations.add([messages(3)[2], *messages(1, "own")], "c")
            assert [message.id for message in await home.conversations.last("c", 9)] == ["m2", "own0"]
            brought = await home.upkeep.take_in(tmp_path / "one.zip", quiet)
            assert (brought.conversations, brought.messages, brought.known) == (0, 3, 2)
            assert [message.id for message in await home.conversations.last("c", 9)] == ["m2", "own0", "m0", "m1", "m3"]
            assert (await home.conversations.get("c")).title == "ours"
            assert home.replaced == 1, "whoever keeps rows beside the file was told"

    asyncio.run(run())


def test_notes_and_documents_come_in_as_private_as_their_words_or_as_the_archive_says(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            new = [
                NewMemory(id="note", text="the moon is the password", privacy="public"),
                NewMemory(id="file", text="the moon is the password", kind="document", privacy="personal"),
                NewMemory(id="told", text="tulip", privacy="sensitive"),
                NewMemory(id="open", text="tulip", privacy="public"),
            ]
            await home.memories.add(new)
            await home.upkeep.export(tmp_path / "one.zip", quiet)
        async with house(tmp_path / "two") as home:
            assert (await home.upkeep.take_in(tmp_path / "one.zip", quiet)).memories == 4
            return {each.id: each.privacy for each in (await home.memories.find(Scope())).items}

    assert asyncio.run(run()) == {"note": "secret", "file": "secret", "told": "sensitive", "open": "public"}


def test_a_message_whose_request_is_taken_is_kept_without_it(tmp_path):
    async def run():
        async with house(tmp_path / "one") as home:
            theirs = replace(messages(1, "theirs")[0], request="1")
            await home.conversations.add([theirs])
            await home.upkeep.export(tmp_path / "one.zip", quiet)
        async with house(tmp_path / "two") as home:
            await home.conversations.add([replace(messages(1, "ours")[0], request="1")])
            assert (await home.upkeep.take_in(tmp_path / "one.zip", quiet)).messages == 1
            assert (await home.upkeep.take_in(tmp_path / "one.zip", quiet)).messages == 0
            requests = {message.id: message.request for message in (await home.conversations.recent()).items}
            assert requests == {"ours0": "1", "theirs0": None}

    asyncio.run(run())


NOW = 1000.0


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        (Promise(id="p", kind="timer", made_at=1, changed_at=1, due=999.0, seconds=5.0), "done"),
        (Promise(id="p", kind="timer", made_at=1, changed_at=1, due=1001.0, seconds=5.0), "active"),
        (Promise(id="p", kind="timer", made_at=1, changed_at=1, due=None, unheard=999.0), "done"),
        (
            Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=999.0, schedule=Schedule("07:00", "2026-01-01")),
            "done",
        ),
        (Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=999.0, schedule=DAILY), "active"),
        (Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=999.0, state="cancelled"), "cancelled"),
    ],
)
def test_what_was_due_once_and_is_over_comes_in_as_done(promise, state):
    taken = settled(promise, NOW, BERLIN)
    assert taken.state == state
    assert taken.unheard is None
    assert taken.state != "active" or taken.due > NOW


def test_what_repeats_comes_in_as_it_is_due_next():
    promise = Promise(id="p", kind="alarm", made_at=1, changed_at=1, due=999.0, unheard=999.0, schedule=DAILY)
    taken = settled(promise, NOON.timestamp(), BERLIN)
    assert taken.due == datetime(2026, 11, 30, 7, tzinfo=BERLIN).timestamp()
    assert taken.unheard is None
    assert settled(taken, NOON.timestamp(), BERLIN) == taken


def test_an_export_that_would_leave_no_room_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "leave_room", partial(leave_room, spare=1 << 62))

    async def run():
        async with house(tmp_path / "home") as home:
            await home.conversations.add(messages(3))
            with pytest.raises(StoreFull):
                await home.upkeep.export(tmp_path / "all.zip", quiet)

    asyncio.run(run())
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_times_are_those_of_the_place_and_no_time_is_too_strange():
    assert markdown.local(NOON.timestamp(), BERLIN) == datetime(2026, 11, 25, 12, tzinfo=UTC)
    for at in (-1e300, 1e300, 0.0):
        assert markdown.local(at, BERLIN)


@given(some_messages)
def test_a_line_says_all_that_is_known_of_a_message(message):
    message = replace(message, conversation="c", number=1)
    read = lines.message(lines.line(message))
    assert {name: getattr(read, name) for name in Message.__struct_fields__ if name != "sources"} == {
        name: getattr(message, name) for name in Message.__struct_fields__ if name != "sources"
    }
    assert lines.line(read) == lines.line(message)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"at": -1.0},
        {"turn": "x" * 201},
        {"tokens_in": -1},
        {"metadata": {"a": json.loads("[" * 150 + "]" * 150)}},
    ],
)
def test_what_could_not_come_in_again_is_not_kept_in_the_first_place(tmp_path, fields):
    async def run():
        async with house(tmp_path) as home:
            with pytest.raises(InputInvalid):
                await home.conversations.add([replace(messages(1)[0], **fields)])
            assert await home.contents() == []

    asyncio.run(run())
