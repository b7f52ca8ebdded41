"""Where settings come from, and what is said about wrong ones."""

import re
from pathlib import Path

import msgspec
import pytest

from tests.conftest import ROOT
from voiced.core.config import Config, WakeWordConfig
from voiced.core.config_home import CommandConfig
from voiced.core.errors import ConfigInvalid
from voiced.setup.settings import config_file, ignored, keys, load
from voiced.setup.template import render


def written(tmp_path: Path, text: str, name: str = "config.toml") -> Path:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_the_defaults_are_good():
    assert load(flags=(), environment={"VOICED_CONFIG": "/dev/null"}).config == Config()


def test_each_source_overrides_those_before_it(tmp_path):
    file = written(tmp_path, "[audio]\nvolume = 10\ninput = 'mic'\nearcons = false\n")
    written(tmp_path, "[audio]\nvolume = 20\nearcons = true\n", "config.d/10-mine.toml")
    settings = load(file, ["audio.volume=40"], {"VOICED_AUDIO_VOLUME": "30"})
    assert settings.config.audio.volume == 40
    assert settings.config.audio.input == "mic"
    assert settings.config.audio.earcons
    assert settings.origins["audio.volume"] == "--set audio.volume"
    assert settings.origins["audio.input"] == str(file)
    assert settings.origins["audio.earcons"].endswith("10-mine.toml")


def test_words_replace_the_default_word(tmp_path):
    file = written(tmp_path, "[wake.words.alexa]\nmicro = 'alexa'\n")
    assert list(load(file, environment={}).config.wake.words) == ["alexa"]


def test_adjusting_the_default_word_keeps_its_models(tmp_path):
    wanted = WakeWordConfig(micro="hey_jarvis", openwake="hey_jarvis", threshold=0.6)
    file = written(tmp_path, "[wake.words.hey_jarvis]\nthreshold = 0.6\n")
    for settings in (
        load(file, environment={}),
        load(None, ["wake.words.hey_jarvis.threshold=0.6"], {"VOICED_CONFIG": "/dev/null"}),
    ):
        assert settings.config.wake.words == {"hey_jarvis": wanted}
        assert list(settings.origins) == ["wake.words.hey_jarvis.threshold"]


def test_adjusting_a_word_of_an_earlier_source_keeps_the_rest_of_it(tmp_path):
    file = written(tmp_path, "[wake.words.alexa]\nmicro = 'alexa'\nopenwake = 'alexa'\n")
    written(tmp_path, "[wake.words.alexa]\nthreshold = 0.4\nopenwake = ''\n", "config.d/10-mine.toml")
    settings = load(file, ["wake.words.alexa.micro_threshold=0.3"], {})
    assert settings.config.wake.words == {"alexa": WakeWordConfig(micro="alexa", threshold=0.4, micro_threshold=0.3)}
    assert settings.origins["wake.words.alexa.micro"] == str(file)


def test_a_default_word_that_is_named_stays_beside_a_new_one(tmp_path):
    file = written(tmp_path, "[wake.words.alexa]\nmicro = 'alexa'\n[wake.words.hey_jarvis]\n")
    words = load(file, environment={}).config.wake.words
    assert words == {"alexa": WakeWordConfig(micro="alexa"), **Config().wake.words}


def test_a_default_word_that_a_server_hears_has_no_models_here(tmp_path):
    flag = "wake.words.hey_jarvis.remote='tcp://gpu-box:10400'"
    assert load(written(tmp_path, ""), [flag], {}).config.wake.words == {
        "hey_jarvis": WakeWordConfig(remote="tcp://gpu-box:10400")
    }


def test_there_may_be_no_wake_word_at_all(tmp_path):
    assert load(written(tmp_path, "[wake]\nwords = {}\n"), environment={}).config.wake.words == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[audio]\n\nvolum = 3", "line 3: there is no setting 'audio.volum'; did you mean 'audio.volume'?"),
        ("[audio]\nvolume = 'loud'", "line 2: audio.volume: expected `int`, got `str`"),
        ("[audio]\nvolume = 101", "line 2: audio.volume: expected `int` <= 100"),
        ("audio = 3", "line 1: audio: expected `object`, got `int`"),
        ("[wake.words.x]\nmicr = 'x'", "line 2: there is no setting 'wake.words.*.micr'"),
        ("[audoi]\nvolume = 3", "line 1: there is no setting 'audoi'; did you mean 'audio'?"),
        ("language = 'english'", "line 1: language: expected `str` matching regex"),
        ("[audio\nvolume = 3", "is no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, told):
    file = written(tmp_path, text)
    with pytest.raises(ConfigInvalid, match="config") as raised:
        load(file, environment={})
    assert told in raised.value.message
    assert raised.value.hint


def test_a_missing_file_that_was_named_is_an_error(tmp_path):
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        load(tmp_path / "none.toml", environment={})


@pytest.mark.parametrize(
    ("flags", "environment", "told"),
    [
        (["audio.volume"], {}, "there is no value"),
        (["audio.volum=3"], {}, "did you mean 'audio.volume'"),
        ([], {"VOICED_AUDIO_VOLUM": "3"}, "did you mean 'VOICED_AUDIO_VOLUME'"),
        ([], {"VOICED_AUDIO_VOLUME": "loud"}, "VOICED_AUDIO_VOLUME: audio.volume"),
    ],
)
def test_wrong_flags_and_variables(flags, environment, told):
    with pytest.raises(ConfigInvalid) as raised:
        load(None, flags, {"VOICED_CONFIG": "/dev/null", **environment})
    assert told in raised.value.message


def test_variables_of_others_are_ignored():
    others = {"VOICED_CONFIG": "/dev/null", "VOICED_TEST_DATA": "/tmp", "VOICED_HOME": "/opt/voiced"}
    assert load(None, (), others).config == Config()


def test_the_template_is_the_one_in_the_project():
    assert (ROOT / "config" / "voiced.toml").read_text() == render(), "run: voiced config show --template"


EXAMPLE = re.compile(r"\n# \[[^]]*\.NAME\]\n(# .*\n)*")
"""A table that is not there by default."""


def test_the_template_holds_every_key_and_is_valid(tmp_path):
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line and not line.startswith("# #") else line
        for line in EXAMPLE.sub("", render()).splitlines()
        if not line.startswith("# ") or " = " in line
    )
    assert load(written(tmp_path, uncommented), environment={}).config == Config()
    for key in keys():
        assert f"\n# {key.rsplit('.', 1)[-1]} = " in render()


def test_every_setting_says_what_it_is():
    schema = msgspec.json.schema_components([Config])[1]
    for section in schema.values():
        for name, field in section["properties"].items():
            assert "description" in field or "$ref" in field or "anyOf" in field or "allOf" in field, name


SYSTEM = Path("/etc/voiced/config.toml")


@pytest.mark.parametrize(
    ("user", "environment", "file"),
    [
        (0, {}, SYSTEM),
        (1000, {}, "home/.config/voiced/config.toml"),
        (0, {"XDG_CONFIG_HOME": "{}/own"}, "own/voiced/config.toml"),
        (1000, {"XDG_CONFIG_HOME": "{}/own"}, "own/voiced/config.toml"),
        (1000, {"CONFIGURATION_DIRECTORY": "{}/unit:{}/other"}, "unit/config.toml"),
        (0, {"VOICED_CONFIG": "{}/mine.toml"}, "mine.toml"),
    ],
)
def test_root_has_the_system_s_file_and_anybody_else_his_own(tmp_path, monkeypatch, user, environment, file):
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    variables = {name: value.replace("{}", str(tmp_path)) for name, value in environment.items()}
    assert config_file(variables) == tmp_path / file
    own = tmp_path / "home/.config/voiced/config.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    assert ignored(variables) == (own if file == SYSTEM else None)


@pytest.mark.parametrize("value", ["9" * 5_000, "[" * 5_000, "{a=" * 5_000])
def test_numbers_without_end_and_lists_in_lists_are_no_toml(tmp_path, value):
    with pytest.raises(ConfigInvalid, match="is no TOML"):
        load(written(tmp_path, f"[audio]\nvolume = {value}\n"), environment={})
    with pytest.raises(ConfigInvalid, match=r"audio\.volume"):
        load(written(tmp_path, ""), [f"audio.volume={value}"], {})


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        (["audio.input=\udcff"], {}),
        (["a\udcff=1"], {}),
        ([], {"VOICED_AUDIO_INPUT": "\udcff"}),
        ([], {"VOICED_AUDIO_VOLUM\udcff": "1"}),
    ],
)
def test_what_is_no_text_is_refused_in_words_that_can_be_printed(tmp_path, flags, environment):
    with pytest.raises(ConfigInvalid, match="no text in UTF-8") as refused:
        load(written(tmp_path, ""), flags, environment)
    assert refused.value.message.encode()


def test_a_command_that_was_a_text_may_become_a_table(tmp_path):
    device = '[home.devices.lamp]\ndomain = "light"\ncommand_topic = "a"\n'
    file = written(tmp_path, f'{device}commands = {{ turn_on = "ON" }}\n')
    (tmp_path / "config.d").mkdir(exist_ok=True)
    (tmp_path / "config.d/b.toml").write_text(f'{device}commands = {{ turn_on = {{ topic = "b", payload = "1" }} }}\n')
    assert load(file, environment={}).config.home.devices["lamp"].commands["turn_on"] == CommandConfig(
        topic="b", payload="1"
    )
