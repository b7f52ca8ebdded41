"""Where the owner's secret comes from, and what is refused."""

import os
import pty

import pytest
from msgspec.structs import replace

from voiced.children import engines
from voiced.core.config import Config, EnginesConfig, LlmConfig
from voiced.core.config_keeping import StoreConfig
from voiced.core.errors import ConfigInvalid, StoreLocked
from voiced.setup import secret as module
from voiced.setup.secret import secret

KEY = os.urandom(32)


def config(**store) -> Config:
    return Config(store=StoreConfig(**store))


def key_file(path, content=KEY, mode=0o400):
    path.write_bytes(content)
    path.chmod(mode)
    return config(encryption="keyfile", key_file=str(path))


def handed(content: bytes) -> Config:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return config(encryption="passphrase", passphrase_fd=reading)


def test_a_plain_store_needs_none():
    assert secret(config()) is None


def test_a_key_file_is_read_as_it_is(tmp_path):
    found = secret(key_file(tmp_path / "key"))
    assert (found.source, found.value) == ("keyfile", KEY)


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o777, 0o420])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, mode):
    with pytest.raises(ConfigInvalid, match="others can read"):
        secret(key_file(tmp_path / "key", mode=mode))


@pytest.mark.parametrize("content", [b"", b"short", bytes(31), bytes(5000)])
def test_a_key_file_of_another_size_is_refused(tmp_path, content):
    with pytest.raises(ConfigInvalid, match="bytes"):
        secret(key_file(tmp_path / "key", content))


def test_a_key_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreLocked, match="cannot be read") as raised:
        secret(config(encryption="keyfile", key_file=str(tmp_path / "none")))
    assert f"> {tmp_path / 'none'})" in raised.value.hint
    with pytest.raises(ConfigInvalid, match="names none"):
        secret(config(encryption="keyfile"))


def test_systemd_hands_over_a_key_or_a_passphrase(tmp_path):
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    for kind in ("credential", "passphrase"):
        with pytest.raises(StoreLocked) as raised:
            secret(config(encryption=kind), environment)
        assert raised.value.code == "store-locked"
    (tmp_path / "voiced.key").write_bytes(KEY)
    (tmp_path / "voiced.passphrase").write_bytes(b"correct horse\n")
    assert secret(config(encryption="credential"), environment).value == KEY
    assert secret(config(encryption="passphrase"), environment).value == b"correct horse"


def test_a_passphrase_comes_from_an_open_file_as_its_first_line():
    assert secret(handed(b"correct horse\nmore"), {}).value == b"correct horse"
    for nothing in (b"", b"\nlater"):
        with pytest.raises(StoreLocked, match="empty"):
            secret(handed(nothing), {})
    with pytest.raises(ConfigInvalid):
        secret(handed(b"x" * 5000), {})
    with pytest.raises(StoreLocked, match="file descriptor"):
        secret(config(encryption="passphrase", passphrase_fd=1023), {})


def test_a_new_passphrase_is_not_too_short():
    assert secret(handed(b"short"), {}).value == b"short"
    with pytest.raises(ConfigInvalid, match="8 to"):
        secret(handed(b"short"), {}, new=True)


def test_a_passphrase_is_asked_for_at_a_terminal_a_new_one_twice(monkeypatch):
    leader, follower = pty.openpty()
    with os.fdopen(follower) as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        given = iter(["correct horse", "correct horse", "correct horse", "correct house"])
        monkeypatch.setattr(module, "getpass", lambda _: next(given))
        assert secret(config(encryption="passphrase"), {}, new=True).value == b"correct horse"
        with pytest.raises(ConfigInvalid, match="another passphrase"):
            secret(config(encryption="passphrase"), {}, new=True)
    os.close(leader)


@pytest.mark.parametrize(("way", "cached"), [("off", True), ("keyfile", False)])
def test_beside_an_encrypted_file_no_evaluated_prompt_is_on_the_disk(way, cached):
    (child,) = engines(replace(config(encryption=way), engines=EnginesConfig(llm=LlmConfig(engine="llama")))).llm
    assert bool(child.settings["cache"]) == cached
