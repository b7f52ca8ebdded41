"""The verbs about what is kept: the same through a daemon as from the file itself."""

import asyncio
import io
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.fakes.agent import ScriptedAgent
from voiced.cli.history import spoken
from voiced.core.history import Message
from voiced.core.ids import new_id

Verb = Callable[..., str]
# httpcore leaves a socket that did not connect to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


def lines(told: str) -> list[dict]:
    return [json.loads(each) for each in told.splitlines()]


def one(told: str) -> dict:
    (each,) = lines(told)
    return each


def test_a_conversation_goes_through_all_that_can_happen_to_it(voiced: Verb):
    id_ = one(voiced("conversations", "new", "Tea", "--space", "kitchen", "--tag", "b", "--tag", "a", "--json"))["id"]
    assert one(voiced("conversations", "rename", id_, "Tea at [five]", "--json"))["title"] == "Tea at [five]"
    assert one(voiced("conversations", "tag", id_, "c", "a", "--json"))["tags"] == ["a", "b", "c"]
    assert one(voiced("conversations", "untag", id_, "b", "x", "--json"))["tags"] == ["a", "c"]
    listed = voiced("conversations")
    assert id_ in listed
    assert "Tea at [five]" in listed
    assert "#a #c" in listed
    for verb, status in (("archive", "archived"), ("unarchive", "active"), ("close", "closed"), ("delete", "deleted")):
        assert one(voiced("conversations", verb, id_, "--json"))["status"] == status
    assert voiced("conversations", "list", "--json") == ""
    assert one(voiced("conversations", "--status", "deleted", "--json"))["id"] == id_
    assert one(voiced("conversations", "undelete", id_, "--json"))["status"] == "active"
    assert one(voiced("conversations", "stats", "--json"))["conversations"] == {"active": 1}
    assert voiced("conversations", "stats").split().count("active") == 1
    assert one(voiced("conversations", "purge", id_, "--yes", "--json")) == {"id": id_, "purged": True}
    assert "not-found" in voiced("conversations", "show", id_, code=1)


def test_lists_go_on_where_they_ended(voiced: Verb):
    made = {one(voiced("conversations", "new", str(number), "--json"))["id"] for number in range(3)}
    page = voiced("conversations", "--limit", 2)
    assert "--all" in page
    cursor = page.split("--cursor ")[1].split(",")[0]
    (last,) = lines(voiced("conversations", "--cursor", cursor, "--json"))
    first = lines(voiced("conversations", "--limit", 2, "--json"))
    assert {each["id"] for each in (*first, last)} == made
    assert {each["id"] for each in lines(voiced("conversations", "--all", "--limit", 1, "--json"))} == made


@pytest.fixture
def talk(voiced: Verb, tmp_path: Path) -> str:
    """A conversation of three messages, taken in from a file."""
    id_ = new_id()
    at = time.time()
    said = [
        {"id": new_id(), "role": "user", "content": "what is \x1b[31mred", "at": at},
        {"id": new_id(), "role": "assistant", "content": "It is a colour.", "at": at, "spoken": "It is"},
        {"id": new_id(), "role": "assistant", "content": "Hello", "at": at, "spoken": ""},
    ]
    whole = {"id": id_, "made_at": at, "changed_at": at, "last_at": at, "title": "Red", "messages": 3}
    rows = [whole, *({**each, "conversation": id_, "number": number} for number, each in enumerate(said, 1))]
    (tmp_path / "talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    voiced("import", tmp_path / "talk.jsonl")
    return id_


@pytest.mark.parametrize("voiced", ["from the file"], indirect=True)
def test_what_was_said_is_read_as_a_talk(voiced: Verb, talk: str):
    told = voiced("history").splitlines()
    assert time.strftime("%Y-%m-%d") in told[0]
    assert told[1].endswith("   you  what is �[31mred")
    assert told[2].endswith("voiced  It is a colour.  interrupted after “It is”")
    assert told[3].endswith("voiced  Hello  interrupted before the first word")
    assert voiced("history", "colour", "a", "--limit", 1).splitlines()[1:] == told[2:3]
    assert "Nothing like that" in voiced("history", "--space", "kitchen")
    assert voiced("history", "--space", "kitchen", "--json") == ""
    assert [each["content"] for each in lines(voiced("history", "--limit", 2, "--json"))] == [
        "It is a colour.",
        "Hello",
    ]
    shown = voiced("conversations", "show", talk, "--limit", 2).splitlines()
    assert "Red  home  3 messages" in shown[0]
    assert shown[2:] == told[2:]
    assert len(lines(voiced("conversations", "show", talk, "--json"))) == 4


@pytest.mark.parametrize("voiced", ["from the file"], indirect=True)
def test_a_conversation_is_written_to_the_screen_or_a_file(voiced: Verb, talk: str, tmp_path: Path):
    assert voiced("conversations", "export", talk).startswith("# Red\n")
    told = one(voiced("conversations", "export", talk, "--json"))
    assert (told["id"], told["format"], told["text"][:5]) == (talk, "markdown", "# Red")
    voiced("conversations", "export", talk, "--out", tmp_path / "a.md")
    assert (tmp_path / "a.md").read_text().startswith("# Red\n")
    assert "is there already" in voiced("conversations", "export", talk, "--out", tmp_path / "a.md", code=1)
    format_ = ("--format", "jsonl", "--force", "--json")
    assert one(voiced("conversations", "export", talk, "--out", tmp_path / "a.md", *format_))["id"] == talk
    assert len(lines((tmp_path / "a.md").read_text())) == 4


def test_an_answer_that_there_was_not_is_seen_in_the_history():
    assert spoken(Message(id="a", role="assistant", content="", at=0.0), "12:00").plain.endswith("voiced  –")


def test_history_through_the_daemon_is_the_newest_at_the_bottom(call: Verb, agent: ScriptedAgent):
    said = [Message(id=str(number), role="user", content=str(number), at=1e9 + number) for number in range(1200)]
    for half in (said[:600], said[600:]):
        asyncio.run(agent.conversations.add(half))
    assert [each["content"] for each in lines(call("history", "--limit", 3, "--json"))] == ["1197", "1198", "1199"]
    assert len(lines(call("history", "--limit", 1100, "--json"))) == 1100
    assert len(lines(call("history", "--limit", 5000, "--json"))) == 1200


def test_everything_goes_out_and_comes_in_as_a_file(voiced: Verb, tmp_path: Path):
    voiced("conversations", "new", "Tea")
    archive = tmp_path / "all.zip"
    told = one(voiced("export", archive, "--json"))
    assert told == {"out": str(archive), "bytes": archive.stat().st_size}
    assert "--force" in voiced("export", archive, code=1)
    assert str(archive) in voiced("export", archive, "--force")
    assert one(voiced("import", archive, "--json"))["conversations"] == 0
    assert "Known already" in voiced("import", archive)
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_everything_is_backed_up_and_restored(voiced: Verb, tmp_path: Path):
    assert "voiced backup" in voiced("restore")
    assert voiced("restore", "--json") == ""
    id_ = one(voiced("conversations", "new", "Tea", "--json"))["id"]
    made = one(voiced("backup", "--out", tmp_path / "copy.db", "--json"))
    assert (tmp_path / "copy.db").read_bytes() == Path(made["path"]).read_bytes()
    assert one(voiced("restore", "--json"))["path"] == made["path"]
    name = Path(made["path"]).name
    assert name in voiced("restore")
    for source in (name, tmp_path / "copy.db"):
        assert one(voiced("restore", source, "--yes", "--json"))["restored"] == str(source)
    assert "Restored" in voiced("restore", name, "--yes")
    assert id_ in voiced("conversations", "show", id_)
    assert "good" in voiced("db", "check")
    assert one(voiced("db", "check", "--json"))["problems"] == []


def test_a_file_that_is_found_bad_is_an_exit_code(call: Verb, agent: ScriptedAgent):
    agent.upkeep.problems = ["a page is torn"]
    assert "a page is torn" in call("db", "check", code=1)


def test_a_file_that_cannot_be_used_is_told(voiced: Verb, tmp_path: Path):
    (tmp_path / "text").write_text("hello")
    assert "no file" in voiced("import", tmp_path / "none", code=66)
    voiced("import", tmp_path / "text", code=65)
    voiced("restore", tmp_path / "text", "--yes", code=65)
    assert "voiced restore" in voiced("restore", "nothing", "--yes", code=66)
    assert "cannot be written" in voiced("export", tmp_path / "none" / "a.zip", code=65)
    assert "cannot be written" in voiced("backup", "--out", tmp_path / "none" / "a.db", code=65)
    assert "cannot be written" in voiced("export", tmp_path, "--force", code=65)


def test_what_cannot_be_undone_is_asked_first_and_never_without_a_terminal(voiced: Verb, monkeypatch):
    id_ = one(voiced("conversations", "new", "Tea", "--json"))["id"]
    for words in (("conversations", "purge", id_), ("restore", "x"), ("conversations", "purge", id_, "--json")):
        assert "--yes" in voiced(*words, code=2)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for answer, code in (("n\n", 2), ("", 2), ("\n", 2), ("yes\n", 0)):
        assert id_ in voiced("conversations", "show", id_)
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        assert "for ever? [y/N]" in voiced("conversations", "purge", id_, code=code)
    assert "not-found" in voiced("conversations", "show", id_, code=1)


def test_promises_are_made_listed_and_called_off(call: Verb, agent: ScriptedAgent):
    egg = one(call("timer", "add", "5m", "--name", "egg", "--json"))
    assert (egg["seconds"], egg["name"]) == (300, "egg")
    assert "in 1 h" in call("timer", "add", "1h")
    assert "every weekday at 07:00" in call("alarm", "add", "7:00", "--every", "weekday", "--name", "work")
    one(call("reminder", "add", "the [bins]", "--at", "7pm", "--days", "mon,tue", "--json"))
    one(call("reminder", "add", "oven", "--in", "90s", "--json"))
    listed = call("reminder")
    assert "the [bins]" in listed
    assert "every mon, tue at 19:00" in listed
    assert [each["name"] for each in lines(call("timer", "list", "--json"))] == ["egg", ""]
    assert one(call("timer", "cancel", "EGG", "--json"))["id"] == egg["id"]
    assert "no timer" in call("timer", "cancel", "--all") + call("timer")
    assert "not-found" in call("alarm", "cancel", "nothing", code=1)
    assert len(agent.promises.active()) == 3
    assert "Called off: alarm work" in call("alarm", "cancel", "7:00")
    assert "no alarm" in call("alarm", "cancel", "--all")


def test_ids_are_whole_in_a_table_and_their_beginning_is_enough(voiced: Verb, monkeypatch: pytest.MonkeyPatch):
    title = "a long title " * 10
    ids = [one(voiced("conversations", "new", title, "--json"))["id"] for _ in range(2)]
    monkeypatch.setenv("COLUMNS", "80")
    rows = voiced("conversations").splitlines()[1:]
    assert {row.split()[0] for row in rows} == set(ids)
    assert all(title.strip() in row for row in rows)
    start = ids[0][: next(place for place, (a, b) in enumerate(zip(*ids, strict=True)) if a != b) + 1]
    assert one(voiced("conversations", "delete", start, "--json"))["id"] == ids[0]
    assert one(voiced("conversations", "show", start, "--json"))["id"] == ids[0]
    several = voiced("conversations", "purge", start[:-1], "--yes", code=2)
    assert all(id_ in several for id_ in ids)
    assert "Removed" in voiced("conversations", "purge", start, "--yes")


def test_no_backup_is_made_where_its_copy_has_no_place(voiced: Verb, tmp_path: Path):
    (tmp_path / "copy.db").touch()
    assert "file-exists" in voiced("backup", "--out", tmp_path / "copy.db", code=1)
    assert "file-unwritable" in voiced("backup", "--out", tmp_path / "none" / "copy.db", code=65)
    assert voiced("restore", "--json") == ""


@pytest.mark.usefixtures("agent")
def test_times_are_told_in_the_configured_zone(call: Verb):
    made = one(call("timer", "add", "5m", "--json"))
    for zone in ("Asia/Tokyo", "America/Lima"):
        at = datetime.fromtimestamp(made["due"], ZoneInfo(zone))
        assert f"{at:%Y-%m-%d %H:%M:%S}" in call("timer", f"--set=promises.timezone={zone}")


def test_without_a_daemon_promises_are_only_looked_at(call: Verb):
    assert "no alarm" in call("alarm", "list")
    assert "voiced run" in call("timer", "add", "5m", code=1)
    problem = one(call("reminder", "add", "bins", "--at", "7:00", "--json", code=1))
    assert problem["code"] == "no-daemon"


@pytest.mark.parametrize(
    "words",
    [
        ("timer", "cancel"),
        ("timer", "cancel", "egg", "--all"),
        ("timer", "cancel", ""),
        ("conversations", "show", ""),
        ("alarm", "add", "7:00", "--days", "mon", "--every", "day"),
        ("reminder", "add", "bins"),
        ("reminder", "add", "bins", "--in", "5m", "--at", "7:00"),
        ("reminder", "add", "bins", "--in", "5m", "--days", "mon"),
        ("reminder", "add", " ", "--in", "5m"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(call: Verb, words: tuple[str, ...]):
    assert "wrong-call" in call(*words, code=2)


def test_a_file_of_another_user_is_left_alone(call: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "state").mkdir()
    monkeypatch.setattr("os.geteuid", lambda: 12_345)
    assert "sudo -u" in call("history", code=1)


def test_a_folder_that_is_not_the_daemons_is_looked_at_itself(call: Verb, agent: ScriptedAgent, tmp_path: Path):
    assert one(call("conversations", "new", "Theirs", "--json"))["title"] == "Theirs"
    agent.folder = tmp_path / "another"
    assert call("conversations", "list", "--json") == ""
