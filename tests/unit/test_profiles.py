"""The profiles that come with voiced, and what is said about a wrong one."""

from pathlib import Path

import msgspec
import pytest

from voiced.core.config import Config, chain
from voiced.core.errors import ConfigInvalid
from voiced.setup.places import profiles_folder
from voiced.setup.profiles import profiles
from voiced.setup.settings import dotted, keys

EMBEDDED = {"stt": "pocketsphinx", "tts": "espeak"}
MODELS = {
    "engines.whisper.model": {"tiny.en", "base.en", "small.en"},
    "engines.llama.model": {"qwen2.5-0.5b-instruct", "qwen2.5-1.5b-instruct"},
    "engines.piper.model": {"en_US-lessac-medium"},
    "engines.minilm.model": {"all-minilm-l6-v2"},
}
STEPS = [(name, step) for name, profile in profiles(profiles_folder()).items() for step in profile.steps]

EACH = pytest.mark.parametrize("step", [pytest.param(step, id=f"{name}-{step.ram_mb}") for name, step in STEPS])
BEGINNING = "title = 'x'\narchitectures = ['a']\n"


def test_there_is_one_for_each_kind_of_machine():
    assert {name for name, _ in STEPS} == {"pi4", "pi5", "jetson", "x86"}


@EACH
def test_a_step_is_made_of_settings_and_known_models(step):
    config = msgspec.convert(step.settings, Config)
    settings = dict(dotted(step.settings))
    assert settings.keys() <= keys().keys()
    for key in MODELS.keys() & settings.keys():
        assert settings[key] in MODELS[key]
    for stage, engine in EMBEDDED.items():
        assert chain(getattr(config.engines, stage).engine)[-1] == engine, "what needs no model comes last"


@EACH
def test_every_engine_with_a_model_says_which(step):
    settings = dict(dotted(step.settings))
    named = {engine for key, value in settings.items() if key.endswith(".engine") for engine in chain(value)}
    for engine in named - {*EMBEDDED.values()}:
        assert f"engines.{engine}.model" in settings


def test_steps_grow():
    for profile in profiles(profiles_folder()).values():
        assert [step.ram_mb for step in profile.steps] == sorted({step.ram_mb for step in profile.steps})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title = 'x'", "missing required field `architectures`"),
        ("title = ", "is no profile"),
        (f"{BEGINNING}steps = []", "length >= 1"),
        (f"{BEGINNING}[[steps]]\nwhy = 'x'\nram_mb = 1\nsettings.engines.sst.engine = 'x'", "unknown field `sst`"),
    ],
)
def test_a_wrong_profile_is_named(tmp_path: Path, text: str, told: str):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigInvalid, match=r"mine\.toml") as raised:
        profiles(tmp_path)
    assert told in raised.value.message
