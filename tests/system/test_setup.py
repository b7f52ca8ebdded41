"""`voiced setup` leaves a configuration that works, whatever could be brought."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def voiced(tmp_path: Path) -> Callable[..., tuple[int, list[dict]]]:
    (tmp_path / "config.toml").write_text("")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "VOICED_CONFIG": str(tmp_path / "config.toml"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
    }

    def run(*words: object) -> tuple[int, list[dict]]:
        command = [sys.executable, "-m", "voiced.cli.main", *map(str, words), "--json"]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
        )
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_what_is_not_there_is_left_out_and_the_rest_is_set(voiced, recordings: Path, tmp_path: Path):
    _, told = voiced("setup", "--yes", "--profile", "x86", "--from", recordings / "models")
    events = {each["event"]: each for each in told if "event" in each}
    if "proposed" not in events:
        pytest.skip(f"this machine is too small for the profile: {told}")
    assert events["left-out"]["code"] == "model-missing"
    assert events["set"]["set"] == {"engines.embed.engine": "minilm", "engines.minilm.model": "all-minilm-l6-v2"}
    assert (tmp_path / "config.d/profile.toml").is_file()
    assert voiced("config", "check")[0] == 0
    assert (tmp_path / "state/voiced").stat().st_mode & 0o077 == 0
    before = (tmp_path / "config.d/profile.toml").read_bytes()
    _, again = voiced("setup", "--yes", "--profile", "x86", "--from", recordings / "models")
    assert next(each for each in again if each.get("event") == "set")["file"] is None
    assert (tmp_path / "config.d/profile.toml").read_bytes() == before


def test_without_a_yes_nothing_is_done(voiced, tmp_path: Path):
    code, told = voiced("setup", "--profile", "x86")
    if told[-1].get("code") != "input-invalid":
        assert code == 2
    assert not (tmp_path / "config.d").exists()


def test_a_profile_that_is_not_there_is_told(voiced):
    code, told = voiced("setup", "--profile", "toaster")
    assert code == 65
    assert "x86" in told[-1]["hint"]
