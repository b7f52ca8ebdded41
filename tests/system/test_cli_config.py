"""The verbs about the configuration, as a user meets them."""

import json

import pytest


def test_a_typo_in_the_configuration_is_named(voiced, tmp_path):
    (tmp_path / "config.toml").write_text("[audio]\nvolum = 3\n")
    output = voiced("config", "check", code=78)
    assert "config.toml, line 2" in output
    assert "audio.volume" in output


def test_the_configuration_is_shown_with_its_origins(voiced, tmp_path):
    (tmp_path / "config.toml").write_text("[audio]\nvolume = 3\n")
    shown = json.loads(voiced("config", "show", "--json", "--set", "log.level=debug"))
    assert shown["audio.volume"] == {"value": 3, "origin": str(tmp_path / "config.toml")}
    assert shown["log.level"]["origin"] == "--set log.level"
    assert shown["language"]["origin"] == "default"
    assert "# volume = 70" in json.loads(voiced("config", "show", "--template", "--json"))["template"]
    assert "good" in voiced("config", "check")


@pytest.mark.parametrize(
    ("settings", "absent"),
    [
        ('[store]\nencryption = "keyfile"\nkey_file = "{home}/none"', "{home}/none"),
        (
            '[engines.llm]\nengine = "box"\n[engines.remote.box]\nurl = "https://x/v1"\ntoken_file = "{home}/none"',
            "/none",
        ),
        ('[engines.stt]\nengine = "box"\n[engines.remote.box]\nurl = "tls://x:1"\nca_file = "{home}/none"', "/none"),
        ('[wake.words.jarvis]\nopenwake = "{home}/none.tflite"', "{home}/none.tflite"),
    ],
)
def test_what_the_daemon_does_not_start_without_is_an_error(voiced, tmp_path, settings, absent):
    (tmp_path / "config.toml").write_text(settings.format(home=tmp_path))
    # A key or a model may be there the next time; settings stay as they are.
    ended = 78 if "[engines" in settings else 1
    told = [voiced(*verb, code=code) for verb, code in ((("config", "check"), 78), (("run",), ended))]
    assert all(absent.format(home=tmp_path) in each for each in told)


def test_a_command_to_nowhere_is_an_error(voiced, tmp_path):
    (tmp_path / "config.toml").write_text('[home.devices.lamp]\ndomain = "light"\ncommands = { turn_on = "ON" }\n')
    told = voiced("config", "check", code=78)
    assert "home.devices.lamp.commands.turn_on" in told
    assert "command_topic" in told
    (tmp_path / "config.d").mkdir()
    (tmp_path / "config.d" / "10-mine.toml").write_text('[home.devices.lamp]\ndomain = "light"\ncommand_topic = "x"\n')
    assert "good" in voiced("config", "check")


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ('mqtt = {{ host = "box", password_file = "{home}/none" }}', "the password in {home}/none"),
        ('mqtt = {{ host = "box", tls = true, ca_file = "{home}/none" }}', "the certificates in {home}/none"),
        ('assistant = {{ url = "http://box", token_file = "{home}/none" }}', "the token in {home}/none"),
        ('assistant = {{ url = "https://box", ca_file = "{home}/empty" }}', "the certificates in {home}/empty"),
        ('assistant = {{ url = "http://box", token_file = "{home}/empty" }}', "{home}/empty holds no token"),
    ],
)
def test_what_the_home_is_reached_with_and_is_not_there_is_told(voiced, tmp_path, settings, what):
    (tmp_path / "empty").touch()
    (tmp_path / "config.toml").write_text("[home]\n" + settings.format(home=tmp_path))
    (absent,) = json.loads(voiced("config", "check", "--json"))["missing"]
    assert what.format(home=tmp_path) in absent["found"]


def test_what_the_daemon_does_without_is_told(voiced, tmp_path):
    (tmp_path / "config.toml").write_text('[engines.stt]\nengine = ["whisper", "pocketsphinx"]')
    told = voiced("config", "check")
    assert "good" in told
    assert "voiced models pull base.en" in told
    (absent,) = json.loads(voiced("config", "check", "--json"))["missing"]
    assert "base.en" in absent["found"]
    assert "voiced models pull base.en" in absent["hint"]
    assert json.loads(voiced("config", "check", "--set", "engines.stt.engine=pocketsphinx", "--json"))["missing"] == []


def test_the_files_that_are_read_are_named_in_their_order(voiced, tmp_path):
    (tmp_path / "config.d").mkdir()
    (tmp_path / "config.d" / "10-mine.toml").touch()
    names = ["profile.toml", "config.toml", "config.d/10-mine.toml"]
    found = [json.loads(each) for each in voiced("config", "path", "--json").splitlines()]
    assert [each["file"] for each in found] == [str(tmp_path / name) for name in names]
    assert [each["state"] for each in found] == ["not there", "read", "read"]
