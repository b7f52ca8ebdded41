"""Where the models of this machine lie, and what the daemon finds out about them when it starts."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.rigs.model_files import gguf
from voiced.core.config import Config
from voiced.core.errors import ModelBroken, ModelMissing
from voiced.setup import modelstore
from voiced.setup.models import Installed, in_use, path_of, read_lock
from voiced.setup.modelstore import ModelsFailed, held, noted, put, remove, staging


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return msgspec.convert({"models": {"folder": str(tmp_path)}}, Config)


def bring(folder: Path, data: bytes, name: str = "noise") -> Path:
    """Puts a model into its place, as a pull does at its end."""
    staged = staging(folder, name, "commit")
    (staged / "noise.gguf").write_bytes(data)
    file = noted(staged / "noise.gguf", "0" * 64)
    model = Installed("llama", "", [file], "someone/noise", "main", "commit", "CC0-1.0", datetime.now(UTC))
    return folder / put(folder, name, staged, model).folder / "noise.gguf"


def test_a_model_is_found_by_its_name(config: Config, tmp_path: Path):
    path = bring(tmp_path, gguf(1))
    assert path_of(config, "llama", "noise") == path
    assert path.read_bytes() == gguf(1)


@pytest.mark.parametrize("typed", ["{}/mine.gguf", "~/mine.gguf"])
def test_a_file_is_found_by_its_path(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.gguf").write_bytes(gguf(1))
    assert path_of(config, "llama", typed.format(tmp_path)) == tmp_path / "mine.gguf"
    assert path_of(config, "whisper", os.path.relpath(tmp_path / "mine.gguf")).samefile(tmp_path / "mine.gguf")


@pytest.mark.parametrize("model", ["noise", "noise.gguf", "/nowhere/noise.gguf"])
def test_what_is_not_here_is_told(config: Config, model: str):
    with pytest.raises(ModelMissing) as raised:
        path_of(config, "llama", model)
    assert raised.value.hint


def test_a_model_of_another_engine_is_not_taken(config: Config, tmp_path: Path):
    bring(tmp_path, gguf(1))
    with pytest.raises(ModelMissing, match="for llama, not for whisper"):
        path_of(config, "whisper", "noise")


@pytest.mark.parametrize("damage", ["cut", "written", "gone"])
def test_what_was_changed_since_is_not_taken(config: Config, tmp_path: Path, damage: str):
    path = bring(tmp_path, gguf(1))
    if damage == "cut":
        os.truncate(path, 100)
    elif damage == "written":
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(0, 0))
    else:
        path.unlink()
    with pytest.raises(ModelBroken) as raised:
        path_of(config, "llama", "noise")
    assert "voiced models" in raised.value.hint


@pytest.mark.parametrize("text", ["", "{", '{"models": {"noise": {}}}', "[]"])
def test_a_damaged_lock_file_is_told(config: Config, tmp_path: Path, text: str):
    (tmp_path / "models.lock.json").write_text(text)
    with pytest.raises(ModelBroken, match="damaged"):
        path_of(config, "llama", "noise")


def test_a_new_one_takes_the_place_of_the_old_one(config: Config, tmp_path: Path):
    old = bring(tmp_path, gguf(1))
    with old.open("rb") as held_by_a_daemon:
        new = bring(tmp_path, gguf(2))
        assert path_of(config, "llama", "noise") == new
        assert new.read_bytes() == gguf(2)
        assert not old.exists()
        assert held_by_a_daemon.read() == gguf(1)


class PowerCut(BaseException):
    """Ends the work where it stands."""


@pytest.mark.parametrize("step", range(8))
def test_whatever_ends_a_change_one_whole_model_counts(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    bring(tmp_path, gguf(1))
    steps = iter(range(100))

    def cut_at(real):
        def call(*arguments, **more):
            if next(steps) == step:
                raise PowerCut
            return real(*arguments, **more)

        return call

    with monkeypatch.context() as broken:
        broken.setattr(modelstore, "sync", cut_at(modelstore.sync))
        broken.setattr(modelstore, "discard", cut_at(modelstore.discard))
        broken.setattr(Path, "rename", cut_at(Path.rename))
        broken.setattr(Path, "replace", cut_at(Path.replace))
        with pytest.raises(PowerCut):
            bring(tmp_path, gguf(2))
    assert path_of(config, "llama", "noise").read_bytes() in (gguf(1), gguf(2))
    assert bring(tmp_path, gguf(3)) == path_of(config, "llama", "noise")
    assert len(list((tmp_path / "noise").iterdir())) == 1, "what the power cut left is gone"


def test_a_model_is_removed_with_all_there_is_of_it(tmp_path: Path):
    bring(tmp_path, gguf(1))
    other = bring(tmp_path, gguf(2), "other")
    (staging(tmp_path, "noise", "newer") / "noise.gguf").write_bytes(b"half")
    remove(tmp_path, "noise")
    assert list(read_lock(tmp_path).models) == ["other"]
    assert sorted(tmp_path.glob("**/*.gguf")) == [other]


def test_one_at_a_time_changes_them(tmp_path: Path):
    with held(tmp_path), pytest.raises(ModelsFailed) as raised, held(tmp_path):
        pass
    assert raised.value.code == "models-held"
    with held(tmp_path):
        pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ModelsFailed), held(tmp_path / "file" / "models"):
        pass


def test_a_model_is_in_use_if_its_stage_uses_its_engine():
    assert in_use(Config()) == {}
    settings = {"engines": {"stt": {"engine": ["whisper", "pocketsphinx"]}, "embed": {"engine": "minilm"}}}
    used = in_use(msgspec.convert(settings, Config))
    assert used == {"base.en": "engines.whisper.model", "all-minilm-l6-v2": "engines.minilm.model"}


def test_the_daemon_does_not_pay_for_what_it_does_not_use():
    code = "import sys, voiced.setup.models as _; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"huggingface_hub", "httpx", "requests", "numpy", "hashlib", "subprocess"} & set(loaded)
