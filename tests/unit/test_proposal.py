"""What is set where some models of a profile did not come."""

import tomllib

import pytest

from voiced.core.errors import ModelMissing
from voiced.setup.catalogue import catalogue
from voiced.setup.places import profiles_folder
from voiced.setup.profiles import profiles
from voiced.setup.proposal import needed, without, write
from voiced.setup.settings import dotted, load

WHOLE = {
    "engines.stt.engine": ["whisper", "pocketsphinx"],
    "engines.whisper.model": "base.en",
    "engines.whisper.threads": 3,
    "engines.tts.engine": ["piper", "espeak"],
    "engines.piper.model": "en_US-lessac-medium",
    "engines.llm.engine": ["llama"],
    "engines.llama.model": "qwen2.5-0.5b-instruct",
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
    assert without(WHOLE, set()) == WHOLE


def test_what_did_not_come_leaves_what_works_without_it():
    left = without(WHOLE, {"whisper", "llama"})
    assert left == {"engines.tts.engine": ["piper", "espeak"], "engines.piper.model": "en_US-lessac-medium"}
    assert without(WHOLE, {"whisper", "llama", "piper"}) == {}


def written(tmp_path, text=""):
    file = tmp_path / "config.toml"
    file.write_text(text)
    return file


def test_what_is_written_is_read_as_it_was_meant_and_written_once(tmp_path):
    file = written(tmp_path)
    path, own = write(file, WHOLE)
    assert path
    assert own is None
    assert tomllib.loads(path.read_text())["engines"]["whisper"] == {"model": "base.en", "threads": 3}
    settings = load(file, environment={})
    assert settings.config.engines.stt.engine == ["whisper", "pocketsphinx"]
    assert settings.origins["engines.stt.engine"] == str(path)
    assert write(file, WHOLE) == (None, None)
    assert write(tmp_path / "none" / "config.toml", {}) == (None, None)


def test_what_the_user_sets_wins(tmp_path):
    file = written(tmp_path, "[engines.stt]\nengine = 'pocketsphinx'\n")
    write(file, WHOLE)
    engines = load(file, environment={}).config.engines
    assert (engines.stt.engine, engines.tts.engine) == ("pocketsphinx", ["piper", "espeak"])


def test_what_is_no_longer_proposed_is_taken_back(tmp_path):
    file = written(tmp_path)
    write(file, WHOLE)
    write(file, without(WHOLE, {"whisper", "llama"}))
    engines = load(file, environment={}).config.engines
    assert (engines.stt.engine, engines.llm.engine) == ("pocketsphinx", "")
    assert engines.tts.engine == ["piper", "espeak"]


def test_what_somebody_has_changed_in_the_profile_is_kept(tmp_path):
    file = written(tmp_path)
    path, _ = write(file, WHOLE)
    changed = path.read_text().replace("threads = 3", "threads = 2")
    path.write_text(changed)
    again, own = write(file, WHOLE)
    assert again == path
    assert own.read_text() == changed
    assert "threads = 3" in path.read_text()
    assert write(file, without(WHOLE, {"whisper"}))[1] is None  # That was nobody's but ours.
