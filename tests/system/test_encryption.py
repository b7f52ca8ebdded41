"""Encryption as its owner meets it: the verbs, the daemon with its key and without, and every byte that it writes."""

import os
import subprocess
import termios
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rigs.box import COMMAND, Box

CANARY = "xylophone quicksilver"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def in_clear(box: Box) -> list[str]:
    """The files that tell."""
    assert box.kept / "voiced.db" in box.files()
    return box.telling(CANARY)


def test_what_a_daemon_is_told_is_in_clear_in_no_byte_that_it_writes(box: Box):
    with box.daemon():
        box.run("ask", CANARY)
        box("backup")
        assert in_clear(box) == []
        assert box("encryption", "status")[0]["found"]["file"] == "locked"
        (held,) = box("encryption", "rotate", code=1)
        assert held["code"] == "store-held"
    assert in_clear(box) == []
    assert CANARY in {each["content"] for each in box("history")}
    box("encryption", "rotate")
    assert in_clear(box) == []
    with box.daemon():
        assert CANARY in {each["content"] for each in box("history")}


def test_a_daemon_without_its_key_says_so_and_touches_nothing(box: Box):
    box("conversations", "new")
    before = box.files()
    assert before
    for way, code in (
        ("off", "store-locked"),
        ("keyfile", "store-key-wrong"),
        ("passphrase", "store-locked"),
        ("credential", "store-locked"),
    ):
        box.configure(way)
        box.secret(os.urandom(32))
        done = box.run("run")
        assert done.returncode == 1
        assert code in done.stderr
        (error,) = box("conversations", "list", code=1)
        assert error["code"] == code
    assert box.files() == before


def test_who_does_not_type_the_passphrase_gets_the_terminal_back_as_it_was(box: Box):
    box("conversations", "new")
    box.configure("passphrase")
    here, there = os.openpty()
    asking = subprocess.Popen(
        ["setsid", "--ctty", *COMMAND, "run"],
        env=box.environment,
        cwd=ROOT,
        stdin=there,
        stdout=there,
        stderr=there,
    )
    told = b""
    while b"assphrase" not in told:
        told += os.read(here, 1000)
    os.write(here, b"\x03")
    assert asking.wait(30) == 0
    assert termios.tcgetattr(there)[3] & termios.ECHO
    os.close(here)
    os.close(there)


def test_what_is_there_is_encrypted_its_secret_is_changed_and_it_is_decrypted(box: Box):
    box.configure("off")
    box("conversations", "new", "--title", CANARY)
    left = ("cache/phrases/a.phrase", "transfers/b", "backups/restored.part", "voiced.db.salvaging")
    for name in left:
        (box.kept / name).parent.mkdir(parents=True, exist_ok=True)
        (box.kept / name).write_text(CANARY)
    assert in_clear(box)
    (error,) = box("encryption", "on", code=1)
    assert error["code"] == "encryption-off"
    box.configure("keyfile")
    (error,) = box("conversations", "list", code=1)
    assert error["code"] == "store-plain"
    box("encryption", "on")
    assert in_clear(box) == []
    for name in left:
        (box.kept / name).parent.mkdir(parents=True, exist_ok=True)
        (box.kept / name).write_text(CANARY)
    assert box("encryption", "status")[0]["found"]["plain"] == sorted(str(box.kept / name) for name in left)
    box("encryption", "on")
    assert in_clear(box) == []
    assert box("encryption", "status")[0]["found"]["plain"] == []
    (box.home / "other").write_bytes(os.urandom(40))
    (box.home / "other").chmod(0o400)
    box("encryption", "passphrase", "--key-file", str(box.home / "other"))
    (error,) = box("conversations", "list", code=1)
    assert error["code"] == "store-key-wrong"
    other = f"store.key_file={box.home / 'other'}"
    assert [each["title"] for each in box("conversations", "list", "--set", other)] == [CANARY]
    (error,) = box("encryption", "off", "--set", other, code=2)
    box("encryption", "off", "--yes", "--set", other)
    box.configure("off")
    assert [each["title"] for each in box("conversations", "list")] == [CANARY]
