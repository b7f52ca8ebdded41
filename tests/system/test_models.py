"""The models' verbs, as a user meets them: real processes, real HTTP, a Hub on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.rigs.hub import HubMirror
from tests.rigs.model_files import catalogue, entry, gguf

DATA = gguf(1, 6 * 1024 * 1024)
MEGABYTE = 1024 * 1024


@pytest.fixture
def hub() -> Generator[HubMirror]:
    with HubMirror() as mirror:
        mirror.commit("someone/noise", {"noise.gguf": DATA})
        yield mirror


@pytest.fixture
def environment(hub: HubMirror, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(f'[models]\nmirror = "{hub.url}"\n')
    catalogue(tmp_path / "config.toml", entry("noise", note="Only noise."), entry("vast", ram_mb=100_000_000))
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "VOICED_CONFIG": str(tmp_path / "config.toml"),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }


@pytest.fixture
def voiced(environment: dict[str, str]) -> Callable[..., str]:
    """Runs a verb; returns what it said."""

    def run(*words: object, code: int = 0) -> str:
        done = subprocess.run(
            command(*words), env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        return done.stdout + done.stderr

    return run


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "voiced.cli.main", "models", *map(str, words)]


def lines(said: str) -> list[dict]:
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.usefixtures("hub")
def test_a_model_is_listed_brought_used_verified_and_removed(voiced: Callable[..., str], tmp_path: Path):
    assert "noise" in voiced("list")
    said = voiced("pull", "noise", "--yes")
    assert "CC0-1.0 (https://example.org/licence)" in said
    assert "Only noise." in said
    assert voiced("pull", "noise").startswith("noise is here already"), "it is not asked again"

    said = voiced("use", "noise")
    assert "Restart the daemon" in said
    assert (tmp_path / "config.d" / "models.toml").is_file()
    (listed,) = [each for each in lines(voiced("list", "--json")) if each["name"] == "noise"]
    assert listed["state"] == "in use"
    assert Path(listed["path"]).read_bytes() == DATA

    assert "✓ noise" in voiced("verify")
    data = bytearray(DATA)
    data[-1] ^= 1
    Path(listed["path"]).write_bytes(data)
    said = voiced("verify", code=1)
    assert "another digest" in said
    assert "voiced models pull noise" in said
    voiced("pull", "noise")
    assert lines(voiced("verify", "--json"))[-1] == {
        "event": "verified",
        "model": "noise",
        "good": True,
        "problem": "",
        "hint": "",
    }

    said = voiced("remove", "noise", code=2)
    assert "in use (engines.llama.model)" in said
    assert "--yes" in said
    assert "in use" in voiced("remove", "noise", "--yes")
    assert not list(tmp_path.glob("state/**/*.gguf"))
    assert "missing" in voiced("list")
    assert "model-missing" in voiced("remove", "noise", code=1)


def test_a_pull_that_is_killed_goes_on_where_it_ended(
    voiced: Callable[..., str], environment: dict[str, str], hub: HubMirror, tmp_path: Path
):
    hub.stall_after = 4 * MEGABYTE
    process = subprocess.Popen(
        command("pull", "noise", "--yes", "--json"), env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:  # It has written down what it tells.
        if json.loads(line)["done"] >= 3 * MEGABYTE:
            break
    process.kill()
    process.stdout.close()
    assert process.wait() < 0
    hub.stall_after = None
    hub.go_on.set()
    assert not list(tmp_path.glob("state/**/models.lock.json"))
    (part,) = (each for each in lines(voiced("list", "--json")) if each["fetched"])
    assert part["name"] == "noise"
    assert 3 * MEGABYTE <= part["fetched"] < len(DATA)
    told = voiced("list")
    assert "voiced models pull noise" in told
    assert "voiced models remove noise" in told

    hub.served.clear()
    *steps, pulled = lines(voiced("pull", "noise", "--yes", "--json"))
    assert pulled["event"] == "pulled"
    assert Path(pulled["path"]).read_bytes() == DATA
    assert next(step["done"] for step in steps if step["doing"] == "downloading") > 3 * MEGABYTE
    again = [each for each in hub.served if each.first]
    assert [each.sent for each in again] == [len(DATA) - again[0].first]
    assert again[0].first >= 3 * MEGABYTE
    assert "in part" not in voiced("list")


def test_what_is_left_of_a_model_that_nobody_lists_any_more_can_be_removed(voiced: Callable[..., str], tmp_path: Path):
    left = tmp_path / "state/voiced/models/.part/gone/main"
    left.mkdir(parents=True)
    (left / "gone.gguf").write_bytes(bytes(2_000_000))
    told = voiced("list")
    assert "gone came in part (2.0 MB): `voiced models remove gone`" in told
    voiced("remove", "gone")
    assert "gone" not in voiced("list")


def test_where_no_model_is_there_is_nothing_to_verify(voiced: Callable[..., str], tmp_path: Path):
    assert "nothing to verify" in voiced("verify")
    assert voiced("verify", "--json") == ""
    assert not (tmp_path / "state").exists()


def test_nobody_is_waited_for_who_cannot_answer(voiced: Callable[..., str], hub: HubMirror):
    said = voiced("pull", "noise", code=2)
    assert "--yes" in said
    assert "CC0-1.0" in said
    assert lines(voiced("pull", "noise", "--json", code=2))[0]["code"] == "wrong-call"
    assert hub.served == []


def test_what_goes_wrong_is_told_in_the_usual_shape(voiced: Callable[..., str], hub: HubMirror):
    hub.branches.clear()
    (error,) = lines(voiced("pull", "noise", "--yes", "--json", code=1))
    assert error["event"] == "error"
    assert error["code"] == "hub-missing"
    assert error["hint"]
    assert "did you mean 'noise'" in voiced("pull", "nois", code=1)
    assert "model-missing" in voiced("use", "noise", code=1)
    assert "model-missing" in voiced("verify", "noise", code=1)
    assert "file-missing" in voiced("pull", "noise", "--yes", "--from", "/nowhere", code=66)


def test_a_model_that_needs_more_memory_than_there_is_is_listed_if_asked_for(voiced: Callable[..., str]):
    assert "vast" not in voiced("list").replace("1 more", "")
    assert "1 more need more memory" in voiced("list")
    assert "vast" in voiced("list", "--all")


def test_a_setting_that_comes_later_is_told(voiced: Callable[..., str], tmp_path: Path):
    voiced("pull", "noise", "--yes")
    (tmp_path / "config.d").mkdir()
    (tmp_path / "config.d" / "zz.toml").write_text('[engines.llama]\nmodel = "other"\n')
    assert "zz.toml sets engines.llama.model too" in voiced("use", "noise")
    told = lines(voiced("use", "noise", "--json"))[0]
    assert list(told["overridden"]) == ["engines.llama.model"]


@pytest.mark.recordings
def test_a_box_without_the_internet_takes_a_folder(voiced: Callable[..., str], hub: HubMirror, recordings: Path):
    voiced("pull", "all-minilm-l6-v2", "--from", recordings / "models", "--yes")
    voiced("use", "all-minilm-l6-v2")
    assert "✓ all-minilm-l6-v2" in voiced("verify", "all-minilm-l6-v2")
    assert hub.served == []


@pytest.mark.parametrize("name", ["..", ".", "/", "../.."])
def test_only_models_are_removed(voiced: Callable[..., str], tmp_path: Path, name: str):
    (tmp_path / "precious").write_text("here")
    told = voiced("remove", name, "--yes", code=1)
    assert "not on this machine" in told
    assert (tmp_path / "precious").read_text() == "here"
    assert "not on this machine" in voiced("remove", str(tmp_path), "--yes", code=1)
    assert (tmp_path / "precious").read_text() == "here"
