"""Settings that a command writes into a file of its user's."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid
from voiced.setup.dropin import change, edited
from voiced.setup.settings import load
from voiced.setup.use import settings

MINE = """\
# mine
[engines.whisper]   # the recogniser
language = "de"
model = "tiny"  # for now
threads = 2

[audio]
volume = 3
"""


def test_one_setting_changes_and_the_rest_stays():
    text = edited(MINE, {"engines.whisper.model": "base", "engines.stt.engine": ["whisper", "pocketsphinx"]})
    assert 'model = "base"' in text
    assert all(line in text.splitlines() for line in MINE.splitlines() if "model" not in line)
    assert tomllib.loads(text) == {
        "engines": {
            "whisper": {"language": "de", "model": "base", "threads": 2},
            "stt": {"engine": ["whisper", "pocketsphinx"]},
        },
        "audio": {"volume": 3},
    }


@pytest.mark.parametrize("text", ["", "\n", "# only words", "[engines.whisper]", "[audio]\nvolume = 3"])
def test_what_is_not_there_is_added(text: str):
    assert tomllib.loads(edited(text, {"engines.whisper.model": "base"}))["engines"]["whisper"] == {"model": "base"}


@pytest.mark.parametrize(
    "text",
    [
        'engines.whisper.model = "tiny"',
        'engines = { whisper = { model = "tiny" } }',
        '[engines]\nwhisper.model = "tiny"',
        "[engines.stt]\nengine = [\n  'pocketsphinx',\n]",
        "engines = 1",
        "[engines.whisper",
    ],
)
def test_what_is_laid_out_oddly_is_left_alone(tmp_path: Path, text: str):
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(ConfigInvalid) as raised:
        change(path, {"engines.whisper.model": "base", "engines.stt.engine": ["whisper"]})
    assert 'engines.whisper.model = "base"' in raised.value.hint
    assert path.read_text() == text
    assert [each.name for each in tmp_path.iterdir()] == ["models.toml"]


TEXT = st.text(st.characters(codec="utf-8"))


@given(TEXT, st.lists(TEXT))
def test_any_value_comes_back(one: str, several: list[str]):
    values = {"engines.whisper.model": one, "engines.stt.engine": several}
    read = tomllib.loads(edited(edited(MINE, values), values))
    assert read["engines"]["whisper"]["model"] == one
    assert read["engines"]["stt"]["engine"] == several


def test_the_file_is_made_with_its_folder_and_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "config.d" / "models.toml"
    change(path, {"engines.whisper.model": "base"})
    path.chmod(0o640)
    change(path, {"engines.whisper.model": "small"})
    assert path.stat().st_mode & 0o777 == 0o640
    (tmp_path / "config.toml").touch()
    assert load(tmp_path / "config.toml", environment={}).config.engines.whisper.model == "small"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "config.d").touch()
    with pytest.raises(ConfigInvalid, match="cannot be written"):
        change(tmp_path / "config.d" / "models.toml", {"engines.whisper.model": "base"})


@pytest.mark.parametrize(
    ("engines", "engine", "wanted"),
    [
        ({}, "whisper", {"engines.stt.engine": ["whisper", "pocketsphinx"]}),
        ({"stt": {"engine": ["whisper", "pocketsphinx"]}}, "whisper", {}),
        ({"stt": {"engine": "tcp://box:10300"}}, "whisper", {"engines.stt.engine": ["whisper", "tcp://box:10300"]}),
        ({}, "llama", {"engines.llm.engine": ["llama"]}),
        ({}, "piper", {"engines.tts.engine": ["piper", "espeak"]}),
        ({}, "minilm", {"engines.embed.engine": "minilm"}),
    ],
)
def test_a_model_brings_its_engine_to_its_stage(engines: dict, engine: str, wanted: dict):
    config = msgspec.convert({"engines": engines}, Config)
    assert settings(config, engine, "mine") == {f"engines.{engine}.model": "mine", **wanted}
