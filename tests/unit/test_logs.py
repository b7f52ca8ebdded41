"""The forms of the log: lines of text and of JSON, and journald's own fields."""

import io
import json
import logging
import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.control.logs import Journal, JsonLines, TextLines, _is_journal, set_up
from voiced.core.config_watching import LogConfig
from voiced.core.context import current_turn, in_turn
from voiced.core.notes import Note, noted

log = logging.getLogger("tests.logs")


@pytest.fixture(autouse=True)
def root() -> Generator[logging.Logger]:
    """The root logger, which is then as it was."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield root
    root.handlers, root.level = before, level


def parsed(datagram: bytes) -> dict[str, str]:
    """A datagram of journald's native protocol, taken apart."""
    fields: dict[str, str] = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(datagram[:8], "little")
            value, datagram = datagram[8 : 8 + size], datagram[8 + size + 1 :]
        fields[name.decode()] = value.decode()
    return fields


def test_text_says_which_turn_it_is():
    stream = io.StringIO()
    set_up(LogConfig(), {}, stream)
    with in_turn("4f8e985f"):
        log.warning("one")
    log.info("two")
    log.debug("three")
    assert stream.getvalue() == "WARNING tests.logs [4f8e985f]: one\nINFO tests.logs: two\n"


def test_json_is_an_object_a_line_with_its_fields():
    stream = io.StringIO()
    set_up(LogConfig(format="json"), {}, stream)
    with in_turn("4f8e985f"):
        log.info("a\nb %s", "“c”", extra=noted(Note.TURN_ENDED, route="rules", latency_ms=240, model=""))
    told = json.loads(stream.getvalue())
    assert stream.getvalue().count("\n") == 1
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": "tests.logs",
        "message": "a\nb “c”",
        "turn": "4f8e985f",
        "route": "rules",
        "latency_ms": 240,
    }


def test_journald_gets_fields_of_its_own(tmp_path: Path, root: logging.Logger):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "journal"))
        root.handlers, root.level = [journal := Journal(logging.NullHandler(), tmp_path / "journal")], logging.INFO
        with in_turn("4f8e985f"):
            log.warning("a=b\nPRIORITY=0", extra=noted(Note.TURN_FAILED, route="model", latency_ms=7, stage="llm"))
        told = parsed(journald.recv(1 << 16))
        log.error("broken", exc_info=ValueError("why"))
        failed = parsed(journald.recv(1 << 16))
        journal.close()
    assert told["MESSAGE"] == "a=b\nPRIORITY=0"
    assert (told["PRIORITY"], told["MESSAGE_ID"], told["VOICED_TURN_ID"]) == ("4", Note.TURN_FAILED.value, "4f8e985f")
    assert (told["VOICED_ROUTE"], told["VOICED_LATENCY_MS"], told["VOICED_STAGE"]) == ("model", "7", "llm")
    assert "ValueError: why" in failed["MESSAGE"]
    assert "VOICED_TURN_ID" not in failed


def test_what_journald_does_not_take_goes_elsewhere_and_nobody_waits(tmp_path: Path, root: logging.Logger):
    stream = io.StringIO()
    lines = logging.StreamHandler(stream)
    lines.setFormatter(TextLines())
    root.handlers, root.level = [journal := Journal(lines, tmp_path / "nobody")], logging.INFO
    log.info("one")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as busy:
        busy.bind(str(tmp_path / "nobody"))
        for _ in range(1_000):  # More than the socket holds, which nobody reads.
            log.info("two")
    journal.close()
    assert stream.getvalue().startswith("INFO tests.logs: one\nINFO tests.logs: two\n")


@given(st.text())
def test_whatever_a_line_says_its_fields_can_be_told_apart(text):
    record = logging.LogRecord("x", logging.INFO, "p", 1, text, None, None)
    record.fields = {"route": text}
    journal = Journal(logging.NullHandler())
    taken: list[bytes] = []
    journal._socket.close()
    journal._socket = type("Socket", (), {"sendto": lambda _, data, __: taken.append(data), "close": lambda _: None})()
    journal.emit(record)
    told = parsed(taken[0])
    safe = text.encode(errors="replace").decode()
    assert (told["MESSAGE"], told["VOICED_ROUTE"]) == (safe, safe)
    assert json.loads(JsonLines().format(record))["message"] == text


def test_a_stream_is_the_journals_only_if_systemd_means_it(tmp_path: Path, root: logging.Logger):
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        named = f"{found.st_dev}:{found.st_ino}"
        assert _is_journal(stream, named)
        assert not _is_journal(stream, "8:1")
        set_up(LogConfig(), {"JOURNAL_STREAM": named}, stream)
        assert isinstance(root.handlers[0], Journal)
        root.handlers[0].close()
        set_up(LogConfig(format="text"), {"JOURNAL_STREAM": named}, stream)
        assert not isinstance(root.handlers[0], Journal)
    assert not _is_journal(io.StringIO(), named)


def test_what_outlives_a_turn_belongs_to_none():
    import asyncio  # noqa: PLC0415 (only here)

    async def later(over: asyncio.Event) -> list[str]:
        before = current_turn()
        await over.wait()
        return [before, current_turn()]

    async def run() -> list[str]:
        over = asyncio.Event()
        with in_turn("t"):
            task = asyncio.create_task(later(over))
            await asyncio.sleep(0)
        over.set()
        return await task

    assert asyncio.run(run()) == ["t", ""]


def test_ids_of_notes_are_ids_and_differ():
    assert len({note.value for note in Note}) == len(Note)
    assert all(len(bytes.fromhex(note.value)) == 16 for note in Note)
