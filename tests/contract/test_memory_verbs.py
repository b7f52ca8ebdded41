"""The verbs about what is remembered: the same through a daemon as from the file itself."""

import asyncio
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.test_kept_verbs import lines, one, pytestmark  # noqa: F401 (the last is pytest's)
from tests.fakes.agent import ScriptedAgent
from tests.rigs.pdf import pdf
from voiced.core.forgetting import Forget
from voiced.core.history import Message
from voiced.store.conversations import StoredConversations
from voiced.store.db import Database

Verb = Callable[..., str]


def test_a_note_is_remembered_found_listed_and_forgotten(voiced: Verb):
    bike = one(voiced("remember", "my bike is in the [shed]", "--tag", "b", "--tag", "a", "--json"))
    assert (bike["kind"], bike["text"], bike["tags"]) == ("note", "my bike is in the [shed]", ["a", "b"])
    assert "Remembered" in voiced("remember", "the", "wifi", "password", "is", "tulip", "--space", "office")
    (hit, *_) = lines(voiced("recall", "where is my bike", "--json"))
    assert hit["memory"] == bike
    assert "words" in hit["by"]
    assert "my bike is in the [shed]" in voiced("recall", "bike")
    assert "nothing like that" in voiced("recall", "boat", code=1)
    assert voiced("recall", "bike", "--space", "office", "--json", code=1) == ""
    assert lines(voiced("recall", "bike", "--tag", "a", "--since", "today", "--until", "today", "--json"))
    assert voiced("recall", "bike", "--until", "yesterday", "--json", code=1) == ""
    assert voiced("recall", "bike", "--kind", "document", "--json", code=1) == ""
    assert [each["space"] for each in lines(voiced("memory", "list", "--json"))] == ["office", "home"]
    assert "#a #b" in voiced("memory", "list", "--space", "home")
    assert "--yes" in voiced("forget", bike["id"], code=2)
    assert one(voiced("forget", bike["id"], "--yes", "--json"))["memories"] == 1
    assert "not-found" in voiced("forget", bike["id"], "--yes", code=1)
    assert len(lines(voiced("memory", "list", "--json"))) == 1
    state = one(voiced("memory", "--json"))
    assert state["memories"]["note"] == 1
    assert "words alone" in voiced("memory")


def test_a_note_comes_in_through_a_pipe(voiced: Verb, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    assert one(voiced("remember", "-", "--json"))["text"] == "two\nlines"


def test_files_are_remembered_replaced_and_forgotten(voiced: Verb, tmp_path: Path):
    manual, house = tmp_path / "manual.pdf", tmp_path / "house.md"
    manual.write_bytes(pdf("The filter is changed in May.", "The pump is blue."))
    house.write_text("# Garden\nThe roses are cut in March.\n# Pool\nIt is cleaned on Mondays.\n")
    told = lines(voiced("remember", manual, house, "--json"))
    assert told == [
        {"file": str(manual), "pieces": 2, "removed": 0},
        {"file": str(house), "pieces": 2, "removed": 0},
    ]
    (hit, *_) = lines(voiced("recall", "which colour has the pump", "--json"))
    assert hit["memory"]["source"] == {"kind": "file", "reference": str(manual), "title": "manual.pdf, page 2"}
    assert "house.md, Garden" in voiced("recall", "roses")
    house.write_text("# Garden\nThe roses are cut in April.\n")
    assert "1 piece remembered, 2 of before forgotten" in voiced("remember", house)
    assert len(lines(voiced("memory", "list", "--kind", "document", "--json"))) == 3
    told = one(voiced("forget", manual, "--yes", "--json"))
    assert told["memories"] == 2
    assert "manual.pdf" not in voiced("memory", "list")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("remember",), 2),
        (("remember", " "), 2),
        (("remember", "the", "--colour", "red"), 2),
        (("remember", "{}"), 2),
        (("remember", "{}/none.pdf"), 66),
        (("remember", "{}/a.txt", "{}/none.md"), 66),
        (("remember", "{}/a.txt", "is", "mine"), 2),
        (("remember", "{}/broken.pdf"), 65),
        (("recall",), 2),
        (("recall", ""), 2),
        (("recall", "x", "--limit", "1000"), 65),
        (("forget",), 2),
        (("forget", "x", "--everything", "--yes"), 2),
        (("forget", "", "--yes"), 2),
    ],
)
def test_a_call_that_makes_no_sense_is_told(call: Verb, agent: ScriptedAgent, tmp_path: Path, words, code: int):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-")
    call(*(word.format(tmp_path) for word in words), code=code)
    assert agent.memories._own == {}


def test_the_beginning_of_an_id_is_enough(voiced: Verb):
    ids = [one(voiced("remember", "bike", "--json"))["id"] for _ in range(2)]
    start = ids[0][: next(place for place, (a, b) in enumerate(zip(*ids, strict=True)) if a != b)]
    assert "2 memories" in voiced("forget", start, "--yes", code=2)
    assert one(voiced("forget", ids[0][: len(start) + 1], "--yes", "--json"))["memories"] == 1
    assert [each["id"] for each in lines(voiced("memory", "list", "--json"))] == ids[1:]


def test_what_is_remembered_about_something_is_shown_and_forgotten(voiced: Verb):
    voiced("remember", "the bike is in the shed")
    voiced("remember", "bins go out on Friday")
    assert "--yes" in voiced("forget", "--about", "bike", code=2)
    assert "the bike is in the shed" in voiced("forget", "--about", "bike", "--yes")
    assert [each["text"] for each in lines(voiced("memory", "list", "--json"))] == ["bins go out on Friday"]
    assert "not-found" in voiced("forget", "--about", "bike", "--yes", code=1)


def test_only_what_fits_is_forgotten(voiced: Verb):
    voiced("remember", "the boat is in the shed", "--space", "office")
    voiced("remember", "the boat is red")
    assert "not-found" in voiced("forget", "--about", "boat", "--until", "2020-01-01", "--yes", code=1)
    assert one(voiced("forget", "--about", "boat", "--space", "office", "--yes", "--json"))["memories"] == 1
    assert [each["text"] for each in lines(voiced("memory", "list", "--json"))] == ["the boat is red"]


def test_the_daemon_is_asked_to_forget_what_was_meant(call: Verb, agent: ScriptedAgent):
    call("forget", "--turn", "t", "--yes")
    call("forget", "--space", "hall", "--kind", "note", "--yes")
    call("forget", "--everything", "--yes")
    assert agent.upkeep.forgot == [
        Forget(turn="t"),
        Forget(space="hall", kinds=["note"]),
        Forget(everything=True),
    ]


async def kept_anew(folder: Path, said: list[Message]) -> None:
    database = await Database.open(folder)
    conversations = StoredConversations(database, 300.0)
    for message, space in zip(said, ("hall", "home"), strict=True):
        await conversations.add([message], space=space)
    await database.close()


def test_what_was_said_is_forgotten_by_all_that_tells_it(call: Verb, tmp_path: Path):
    ways = {"--turn": "t1", "--until": "2020-01-01", "--space": "hall"}
    for number, (option, value) in enumerate(ways.items()):
        said = [
            Message(id=f"a{number}", role="user", content="open the gate", at=1.5e9, turn="t1"),
            Message(id=f"b{number}", role="user", content="is it raining", at=time.time(), turn="t2"),
        ]
        asyncio.run(kept_anew(tmp_path / "state", said))
        assert "--yes" in call("forget", option, value, code=2)
        assert one(call("forget", option, value, "--yes", "--json"))["messages"] == 1
        assert [each["id"] for each in lines(call("history", "--json"))] == [f"b{number}"]
        call("forget", "--everything", "--yes")


def test_lists_go_on_where_they_ended(voiced: Verb):
    for number in range(3):
        voiced("remember", f"note {number}")
    page = voiced("memory", "list", "--limit", 2)
    cursor = page.split("--cursor ")[1].split()[0].rstrip(".")
    assert [each["text"] for each in lines(voiced("memory", "list", "--cursor", cursor, "--json"))] == ["note 0"]
