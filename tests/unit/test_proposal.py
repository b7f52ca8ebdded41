"""What is set where some models of a profile did not come."""

import tomllib

import pytest

from voiced.core.errors import ModelMissing
from voiced.setup.catalogue import catalogue
from voiced.setup.places import profiles_folder
from voiced.setup.profiles import dotted, profiles
from voiced.setup.proposal import FILE, needed, without, write
from voiced.setup.settings import load

WHOLE = {
    "engines.stt.engine": ["whisper", "pocketsphinx"],
    "engines.whisper.model": "base.en",
    "engines.whisper.threads": 3,
    "engines.tts.engine": ["piper", "espeak"],
    "engines.piper.model": "en_US-lessac-medium",
    "engines.llm.engine": ["llama"],
    "engines.llama.model": "qwen2.5-0.5b-instruct",
    "engines.embed.engine": "minilm",
    "engines.minilm.model": "all-minilm-l6-v2",
}


def test_each_profile_needs_models_that_can_be_brought():
    listed = catalogue()
    for profile in profiles(profiles_folder()).values():
        for step in profile.steps:
            assert needed(dict(dotted(step.settings)), listed)


def test_a_model_that_nobody_lists_is_named():
    with pytest.raises(ModelMissing, match=r"bass\.en"):
        needed({"engines.whisper.model": "bass.en"}, catalogue())


def test_everything_that_came_is_set():
    assert without(WHOLE, set()) == {**WHOLE, "engines.llm.engine": ["llama"]}


def test_what_did_not_come_leaves_what_works_without_it():
    left = without(WHOLE, {"whisper", "llama"})
    assert left == {
        "engines.tts.engine": ["piper", "espeak"],
        "engines.piper.model": "en_US-lessac-medium",
        "engines.embed.engine": "minilm",
        "engines.minilm.model": "all-minilm-l6-v2",
    }
    assert without(WHOLE, {"whisper", "llama", "piper", "minilm"}) == {}


def test_what_is_written_is_read_as_it_was_meant_and_written_once(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("")
    path = write(file, WHOLE)
    assert path == tmp_path / "config.d" / FILE
    assert tomllib.loads(path.read_text())["engines"]["whisper"] == {"model": "base.en", "threads": 3}
    assert load(file, environment={}).config.engines.stt.engine == ["whisper", "pocketsphinx"]
    assert write(file, WHOLE) is None
    assert write(tmp_path / "none" / "config.toml", {}) is None


def test_what_is_no_longer_proposed_is_taken_back(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("")
    write(file, WHOLE)
    write(file, without(WHOLE, {"whisper", "llama"}))
    engines = load(file, environment={}).config.engines
    assert (engines.stt.engine, engines.llm.engine) == ("pocketsphinx", "")
    assert engines.tts.engine == ["piper", "espeak"]
