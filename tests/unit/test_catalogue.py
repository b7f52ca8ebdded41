"""The catalogue of models: what it may hold, and what is said about a wrong one."""

from pathlib import Path

import pytest

from tests.rigs.model_files import catalogue as write
from tests.rigs.model_files import entry
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, ModelMissing
from voiced.setup.catalogue import catalogue, find
from voiced.setup.models import ENGINES


def test_the_models_that_are_set_by_default_are_in_it(tmp_path: Path):
    listed = catalogue(tmp_path / "config.toml")
    for engine in ENGINES:
        assert listed[getattr(Config().engines, engine).model].engine == engine


def test_all_that_comes_with_voiced_can_be_compared_and_is_of_one_commit(tmp_path: Path):
    for model in catalogue(tmp_path / "config.toml").values():
        assert len(model.revision) == 40, model.name
        assert model.size, model.name
        if model.name != "all-minilm-l6-v2":
            assert all(file.sha256 for file in model.files), model.name


def test_a_voice_comes_with_its_description_beside_it(tmp_path: Path):
    for model in catalogue(tmp_path / "config.toml").values():
        if model.engine == "piper":
            assert [file.name for file in model.files] == [f"{model.name}.onnx", f"{model.name}.onnx.json"]


def test_its_user_adds_models_and_replaces_them(tmp_path: Path):
    write(tmp_path / "config.toml", entry("noise"), entry("base.en", "whisper", file="mine.bin"))
    listed = catalogue(tmp_path / "config.toml")
    assert listed["noise"].revision == "main"
    assert listed["noise"].size is None
    assert listed["base.en"].files[0].name == "mine.bin"
    assert "tiny.en" in listed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[models]]\n", "missing required field"),
        (entry("noise", "gpt"), "engine"),
        (entry("a name"), "name"),
        (entry(".."), "name"),
        (entry("noise", file="../noise.gguf"), "path"),
        (entry("noise", file="/noise.gguf"), "path"),
        (entry("noise", file="a/../../noise.gguf"), "path"),
        (entry("noise", sha256="00"), "sha256"),
        (entry("noise", source="https://example.org/noise"), "source"),
        (entry("noise", suits=["abacus"]), "suits"),
        (entry("noise", colour="red"), "colour"),
        (entry("noise") + entry("noise"), "twice"),
        (entry("noise") + '[[models.files]]\npath = "more/noise.gguf"\n', "same name"),
        ("models = ", "noise.toml"),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, text: str, said: str):
    write(tmp_path / "config.toml", text)
    with pytest.raises(ConfigInvalid) as raised:
        catalogue(tmp_path / "config.toml")
    assert said in raised.value.message
    assert "noise.toml" in raised.value.message


def test_a_slip_is_helped_with(tmp_path: Path):
    with pytest.raises(ModelMissing) as raised:
        find(catalogue(tmp_path / "config.toml"), "base_en")
    assert "base.en" in raised.value.message
