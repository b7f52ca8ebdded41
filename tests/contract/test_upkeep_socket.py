"""Upkeep over the socket: files go through it whole, long work tells how far it is, and what fails is told."""

import asyncio
import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.fakes.kept import MAGIC
from tests.rigs.control import answering, replying
from voiced.control import transfers
from voiced.control.remote import remote
from voiced.core.errors import DaemonUnreachable, InputInvalid, NotFound, StoreBroken, StoreFull, VoicedError
from voiced.core.history import Message, NewConversation
from voiced.core.ports.kept import Kept
from voiced.core.ports.upkeep import Imported, Progress

Work = Callable[[Kept], Any]
PATIENCE_S = 30
LARGE = MAGIC + os.urandom(5_000_000)


class Steps(list[tuple[int, int]]):
    """All progress that was told."""

    def __call__(self, done: int, total: int) -> None:
        self.append((done, total))


@pytest.fixture
def path(tmp_path: Path) -> Generator[Path]:
    yield tmp_path / "voiced.sock"
    gc.collect()


@pytest.fixture
def agent(path: Path) -> Generator[ScriptedAgent]:
    agent = ScriptedAgent(folder=path.parent / "state")
    with answering(path, agent):
        yield agent


@pytest.fixture
def run(path: Path, agent: ScriptedAgent) -> Callable[[Work], Any]:
    assert agent
    return lambda work: using(path, work)


def using(path: Path, work: Work) -> Any:
    async def alone() -> Any:
        async with remote(path) as kept:
            return await work(kept)

    return asyncio.run(alone())


def nothing_is_left(agent: ScriptedAgent) -> bool:
    """The answer may come before the last file is removed, in a thread."""
    until = time.monotonic() + 10
    while list((agent.folder / "transfers").glob("*")) and time.monotonic() < until:
        time.sleep(0.01)
    return list((agent.folder / "transfers").glob("*")) == []


def test_what_an_archive_is_sealed_with_goes_through_as_it_is(run, agent: ScriptedAgent, tmp_path: Path):
    word = "grüße, \U0001f642 \n".encode() + b"\xff\0"
    run(lambda kept: kept.upkeep.export(tmp_path / "a", Steps(), None, word))
    assert agent.upkeep.passphrase == word
    run(lambda kept: kept.upkeep.export(tmp_path / "b", Steps()))
    assert agent.upkeep.passphrase is None
    run(lambda kept: kept.upkeep.take_in(tmp_path / "a", Steps(), word))
    assert agent.upkeep.passphrase == word


@pytest.mark.parametrize("content", [MAGIC, LARGE], ids=["small", "large"])
def test_an_archive_comes_out_and_goes_in_whole(run, agent: ScriptedAgent, tmp_path: Path, content: bytes):
    agent.upkeep.content = content
    steps = Steps()
    run(lambda kept: kept.upkeep.export(tmp_path / "a", steps))
    assert (tmp_path / "a").read_bytes() == content
    assert steps[-1] == (len(content), len(content))
    agent.upkeep.content = MAGIC + b"other"
    steps.clear()
    assert run(lambda kept: kept.upkeep.take_in(tmp_path / "a", steps)) == Imported(1, 2, 0, 0)
    assert agent.upkeep.content == content
    assert (len(content), len(content)) in steps
    assert run(lambda kept: kept.upkeep.take_in(tmp_path / "a", steps)) == Imported(0, 0, 0, 3)
    assert nothing_is_left(agent)


def test_only_what_is_chosen_is_exported(run, tmp_path: Path):
    run(lambda kept: kept.upkeep.export(tmp_path / "a", Steps(), ["one", "ä&?"]))
    assert (tmp_path / "a").read_text() == "voiced empty one ä&?"


def test_a_backup_is_made_listed_fetched_and_restored(run, agent: ScriptedAgent, tmp_path: Path):
    agent.upkeep.content = LARGE
    made = run(lambda kept: kept.upkeep.backup(Steps()))
    assert run(lambda kept: kept.upkeep.backups()) == [made]
    run(lambda kept: kept.upkeep.fetch(made, tmp_path / "copy", Steps()))
    assert (tmp_path / "copy").read_bytes() == LARGE
    for source in (Path(made.path), tmp_path / "copy"):
        agent.upkeep.content = MAGIC + b"other"
        before = run(lambda kept, source=source: kept.upkeep.restore(source, Steps()))
        assert agent.upkeep.content == LARGE
        assert Path(before.path).read_bytes() == MAGIC + b"other"
    assert nothing_is_left(agent)


def test_a_backup_that_is_gone_is_told(run, tmp_path: Path):
    made = run(lambda kept: kept.upkeep.backup(Steps()))
    Path(made.path).unlink()
    with pytest.raises(NotFound):
        run(lambda kept: kept.upkeep.fetch(made, tmp_path / "copy", Steps()))


def test_a_check_tells_what_is_wrong(run, agent: ScriptedAgent):
    agent.upkeep.problems = ["a page is torn"]
    assert run(lambda kept: kept.upkeep.check(Steps())).problems == ["a page is torn"]


def test_long_work_tells_how_far_it_is_before_it_is_over(run, agent: ScriptedAgent):
    seen = threading.Event()
    agent.upkeep.hold = lambda _: assert_true(seen.wait(PATIENCE_S))

    def progress(done: int, total: int) -> None:
        if (done, total) == (1, 2):
            seen.set()

    run(lambda kept: kept.upkeep.check(progress))


def assert_true(value: bool) -> None:  # noqa: FBT001 (it is the value looked at)
    assert value


@pytest.mark.parametrize("work", ["restore", "take_in"])
def test_a_wrong_file_is_told_in_the_daemons_words(run, agent: ScriptedAgent, tmp_path: Path, work: str):
    (tmp_path / "a").write_bytes(b"nonsense")
    with pytest.raises(InputInvalid, match="no file of ours") as raised:
        run(lambda kept: getattr(kept.upkeep, work)(tmp_path / "a", Steps()))
    assert (raised.value.code, raised.value.hint) == ("file-foreign", "Choose another one.")
    assert nothing_is_left(agent)


def test_what_fails_in_the_middle_keeps_its_class_and_its_hint(run, agent: ScriptedAgent):
    def fail(_: str) -> None:
        raise StoreFull("no room")

    agent.upkeep.hold = fail
    with pytest.raises(StoreFull, match="no room") as raised:
        run(lambda kept: kept.upkeep.backup(Steps()))
    assert raised.value.retriable
    assert raised.value.hint


def test_a_fault_in_the_middle_is_told_as_one(run, agent: ScriptedAgent):
    def fail(_: str) -> None:
        raise ZeroDivisionError

    agent.upkeep.hold = fail
    with pytest.raises(VoicedError, match="ZeroDivisionError") as raised:
        run(lambda kept: kept.upkeep.check(Steps()))
    assert "report" in raised.value.hint


def test_whoever_hangs_up_ends_the_work(path: Path, agent: ScriptedAgent):
    over = threading.Event()

    async def check(progress: Progress) -> None:
        progress(1, 2)
        try:
            await asyncio.Event().wait()
        finally:
            over.set()

    agent.upkeep.check = check  # type: ignore[method-assign, assignment]
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://voiced/api/v1") as http:
        with http.stream("POST", "/db/check") as response:
            lines = response.iter_lines()
            assert next(lines)
            assert not over.is_set()
        assert over.wait(PATIENCE_S)
        assert http.get("/status").status_code == 200


def test_a_file_that_is_cut_short_on_its_way_is_not_taken_in(path: Path, agent: ScriptedAgent):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        head = b"POST /api/v1/db/import HTTP/1.1\r\nhost: voiced\r\ncontent-length: 1000000\r\n\r\n"
        client.sendall(head + MAGIC)
        client.shutdown(socket.SHUT_WR)
        assert b" 200 " not in client.recv(1 << 16)
    assert agent.upkeep.content == MAGIC + b"empty"
    assert nothing_is_left(agent)


def test_a_disk_that_is_full_is_told(run, agent: ScriptedAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run(lambda kept: kept.upkeep.export(tmp_path / "a", Steps()))
    place = transfers.Transfers._place

    def full(self: transfers.Transfers) -> Path:
        path = place(self)
        path.symlink_to("/dev/full")
        return path

    monkeypatch.setattr(transfers.Transfers, "_place", full)
    (tmp_path / "a").write_bytes(LARGE)
    with pytest.raises(StoreFull) as raised:
        run(lambda kept: kept.upkeep.take_in(tmp_path / "a", Steps()))
    assert raised.value.hint
    assert nothing_is_left(agent)


def test_a_disk_that_fails_is_told(run, agent: ScriptedAgent, tmp_path: Path):
    (tmp_path / "a").write_bytes(LARGE)
    agent.folder.mkdir()
    (agent.folder / "transfers").symlink_to("/dev/null")
    with pytest.raises(StoreBroken):
        run(lambda kept: kept.upkeep.take_in(tmp_path / "a", Steps()))


def test_what_a_crash_left_is_removed_and_what_comes_in_is_not(tmp_path: Path):
    (tmp_path / "transfers").mkdir()
    (tmp_path / "transfers" / "left").touch()
    desk = transfers.Transfers(tmp_path)
    mine = desk._place()
    mine.touch()
    desk.clean()
    assert list((tmp_path / "transfers").iterdir()) == [mine]


def test_the_daemon_removes_what_a_crash_left_by_itself(path: Path):
    left = path.parent / "transfers" / "left"
    left.parent.mkdir()
    left.touch()
    with answering(path, ScriptedAgent(folder=path.parent)):
        for thread in threading.enumerate():
            if thread.name == "transfers":
                thread.join(PATIENCE_S)
        assert not left.exists()


@pytest.mark.parametrize("headers", [{}, {"content-length": str(len(LARGE))}], ids=["bit by bit", "announced"])
def test_a_file_that_would_leave_no_room_is_refused(
    path: Path, agent: ScriptedAgent, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
):
    def body() -> Generator[bytes]:
        for at in range(0, len(LARGE), 100_000):
            yield LARGE[at : at + 100_000]

    left = [2_000_000]

    def little(_: Path, size: int) -> None:
        left[0] -= 0 if headers else size
        if size > left[0]:
            raise StoreFull("no room")

    monkeypatch.setattr(transfers, "leave_room", little)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://voiced/api/v1") as http:
        told = http.post("/db/import", content=body(), headers=headers)
    assert (told.status_code, told.json()["code"]) == (503, "store-full")
    assert agent.upkeep.content == MAGIC + b"empty"
    assert nothing_is_left(agent)


def test_a_file_that_is_too_large_is_refused(run, agent: ScriptedAgent, tmp_path: Path):
    (tmp_path / "a").touch()
    os.truncate(tmp_path / "a", transfers.LARGEST_FILE + 1)
    with pytest.raises(InputInvalid, match="too large"):
        run(lambda kept: kept.upkeep.take_in(tmp_path / "a", Steps()))
    assert nothing_is_left(agent)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n13\r\n" + b'{"done":1,"total":2}\n'[:19] + b"\r\n",
        b'HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{"done":1,"total":2}\n',
        b"",
    ],
    ids=["in a line", "between lines", "before the answer"],
)
def test_a_daemon_that_dies_in_the_middle_is_told(path: Path, reply: bytes):
    with replying(path, reply, hang_up=True), pytest.raises(DaemonUnreachable, match="went away"):
        using(path, lambda kept: kept.upkeep.check(Steps()))


def test_a_download_that_ends_too_soon_is_told(path: Path, tmp_path: Path):
    with (
        replying(path, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"),
        pytest.raises(DaemonUnreachable, match="went away"),
    ):
        using(path, lambda kept: kept.upkeep.export(tmp_path / "a", Steps()))


def test_a_conversation_is_written_as_it_is_asked_for(run):
    async def written(kept: Kept, form: Any) -> bytes:
        return b"".join([piece async for piece in kept.upkeep.conversation("c", form)])

    with pytest.raises(NotFound):
        run(lambda kept: written(kept, "jsonl"))
    run(lambda kept: kept.conversations.open(NewConversation(id="c", title="Tea")))
    run(lambda kept: kept.conversations.add([Message(id="m", role="user", content="x" * 300_000, at=1.0)], "c"))
    assert run(lambda kept: written(kept, "jsonl")) == b"jsonl: Tea\n" + b"x" * 300_000 + b"\n"
    assert run(lambda kept: written(kept, "markdown")).startswith(b"markdown: Tea\n")
    with pytest.raises(InputInvalid):
        run(lambda kept: written(kept, "pdf"))
