"""`voiced setup` leaves a configuration that works, whatever could be brought."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.stub_models.llama import write_tiny
from scripts.stub_models.piper import write_voice
from scripts.stub_models.whisper import write_model
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

    def run(*words: object, **more: str) -> tuple[int, list[dict]]:
        command = [sys.executable, "-m", "voiced.cli.main", *map(str, words), "--json"]
        done = subprocess.run(
            command, env={**environment, **more}, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
        )
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def stubs(tmp_path: Path, recordings: Path) -> Path:
    """Models that load, by the names that profiles ask for."""
    for package in ("pywhispercpp", "llama_cpp", "piper"):
        pytest.importorskip(package, reason=f"the extra that brings {package} is not installed")
    folder, listed = tmp_path / "stick", tmp_path / "models.d"
    folder.mkdir()
    listed.mkdir()
    write_model(recordings / "models/whisper/for-tests-ggml-tiny.en.bin", "what time is it", folder / "tiny.bin")
    write_voice(folder / "voice.onnx", "hum")
    names = ("tiny.en", "base.en", "small.en")
    lines = [ENTRY.format(name=name, engine="whisper", files='{path = "tiny.bin"}') for name in names]
    files = '{path = "voice.onnx"}, {path = "voice.onnx.json"}'
    lines.append(ENTRY.format(name="en_US-lessac-medium", engine="piper", files=files))
    names = ("qwen2.5-0.5b-instruct", "qwen2.5-1.5b-instruct")
    lines += [ENTRY.format(name=name, engine="llama", files='{path = "model.gguf"}') for name in names]
    (listed / "stubs.toml").write_text("\n".join(lines))
    return folder


ENTRY = """
[[models]]
name = "{name}"
engine = "{engine}"
source = "nobody/nothing"
files = [{files}]
licence = "CC0-1.0"
licence_url = "https://example.org"
languages = ["en"]
ram_mb = 10
suits = []
"""


def event(told: list[dict], name: str) -> dict:
    if told[-1].get("code") == "input-invalid":
        pytest.skip(f"this machine is too small for the profile: {told}")
    found = [each for each in told if each.get("event") == name]
    assert found, told
    return found[-1]


def test_what_comes_is_set_and_what_does_not_is_left_out(voiced, stubs: Path, tmp_path: Path):
    _, told = voiced("setup", "--yes", "--profile", "x86", "--from", stubs)
    chosen = event(told, "set")["set"]
    assert chosen["engines.stt.engine"] == ["whisper", "pocketsphinx"]
    assert chosen["engines.tts.engine"] == ["piper", "espeak"]
    assert "engines.llm.engine" not in chosen
    assert voiced("config", "check")[0] == 0
    assert (tmp_path / "state/voiced").stat().st_mode & 0o077 == 0
    assert voiced("say", "hello", "--out", tmp_path / "a.wav")[0] == 0

    write_tiny(stubs / "model.gguf")
    _, told = voiced("setup", "--yes", "--profile", "x86", "--from", stubs)
    assert event(told, "set")["set"].get("engines.llm.engine") == ["llama"]

    before = (tmp_path / "profile.toml").read_bytes()
    # Nothing new is to be brought: nobody is asked.
    _, again = voiced("setup", "--profile", "x86", "--from", stubs)
    assert event(again, "set")["file"] is None
    assert (tmp_path / "profile.toml").read_bytes() == before


def test_what_is_put_to_use_afterwards_counts(voiced, stubs: Path):
    _, told = voiced("setup", "--yes", "--profile", "x86", "--from", stubs)
    event(told, "set")
    assert voiced("models", "pull", "small.en", "--yes", "--from", stubs)[0] == 0
    _, used = voiced("models", "use", "small.en")
    assert used[-1]["overridden"] == {}
    shown = voiced("config", "show")[1]
    assert "small.en" in str(shown)


def test_an_engine_that_is_not_installed_is_left_out_and_how_to_install_it_is_told(voiced, tmp_path: Path):
    (tmp_path / "stick").mkdir()
    missing = {"PYTHONPATH": str(ROOT / "tests/fakes/missing_packages"), "MISSING_PACKAGES": "pywhispercpp llama_cpp"}
    _, told = voiced("setup", "--yes", "--profile", "x86", "--from", tmp_path / "stick", **missing)
    event(told, "proposed")
    engines = {each["engine"]: each for each in told if each.get("event") == "left-out" and "engine" in each}
    assert set(engines) == {"whisper", "llama"}
    assert {each["code"] for each in engines.values()} == {"engine-missing"}
    assert "--locked --inexact --extra whisper`" in engines["whisper"]["hint"]
    models = {each["model"]: each for each in told if each.get("event") == "left-out" and "model" in each}
    assert models
    assert all(each["hint"] for each in models.values())


def test_without_a_yes_nothing_is_done(voiced, tmp_path: Path):
    code, told = voiced("setup", "--profile", "x86")
    if told[-1].get("code") != "input-invalid":
        assert code == 2
    assert not (tmp_path / "config.d").exists()


def test_a_profile_that_is_not_there_is_told(voiced):
    code, told = voiced("setup", "--profile", "toaster")
    assert code == 65
    assert "x86" in told[-1]["hint"]


def test_the_doctor_looks_at_the_machine_whatever_is_wrong_with_the_configuration(voiced, tmp_path: Path):
    (tmp_path / "config.toml").write_text("[audio]\nvolume = 'loud'\n")
    code, told = voiced("doctor")
    findings = {each["check"]: each for each in told}
    assert code == 78
    assert "volume" in findings["configuration"]["found"]
    assert findings["python"]["health"] == "good"
    assert findings["voice"]["health"] != "bad"


def test_the_doctor_tells_of_a_daemon_that_hangs(voiced, tmp_path: Path):
    place = tmp_path / "run/voiced"
    place.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(place / "voiced.sock"))
        silent.listen()
        code, told = voiced("doctor")
    findings = {each["check"]: each for each in told}
    assert code == 1
    assert findings["daemon"]["health"] == "bad"
    assert findings["voice"]["health"] == "good"
