"""Wake words on other machines: from the configuration to servers, and how they are told of."""

import asyncio

import pytest
from msgspec import convert

from voiced.children import Engines
from voiced.cli.daemon import _engine
from voiced.core.config import Config
from voiced.core.errors import ConfigInvalid, RemoteUnreachable
from voiced.core.status import ALL_SOUND
from voiced.engines.child import Child
from voiced.offline import check, wake_test
from voiced.wiring import cascade, engines_status, remote_status, remote_words, servers

BOX = "tcp://gpu-box:10400"


def config(words: dict[str, dict[str, str]], remote: dict[str, dict[str, str]] | None = None) -> Config:
    return convert({"wake": {"words": words}, "engines": {"remote": remote or {}}}, Config)


def test_each_server_hears_all_its_words_by_the_names_that_it_has_for_them():
    tables = {"den": {"url": "tls://den:10400", "model": "computer_v2"}}
    words = {"jarvis": {"remote": BOX}, "alexa": {"remote": BOX}, "computer": {"remote": "den"}}
    made = remote_words(config({**words, "hey_jarvis": {"micro": "hey_jarvis"}}, tables))
    assert [(each._name, each._words) for each in made] == [
        (BOX, {"jarvis": "jarvis", "alexa": "alexa"}),
        ("den", {"computer": "computer_v2"}),
    ]


def test_without_a_server_nothing_is_made():
    assert remote_words(Config()) == []
    assert not [stage for stage, _, _ in servers(Config()) if stage == "wake"]


def test_a_server_is_seen_in_the_status():
    made = config({"jarvis": {"remote": BOX}})
    (status,) = remote_status(made, {("wake", BOX): RemoteUnreachable("it is gone")})
    assert (status.kind, status.engine, status.state, status.problem) == ("wake", BOX, "remote", "it is gone")
    assert f"is sent {ALL_SOUND}" in _engine(status).plain


@pytest.mark.parametrize("given", [None, {"model": "/var/lib/voiced/models/llama/qwen.gguf"}])
def test_an_engine_here_is_seen_with_its_model_by_the_name_of_its_file_alone(given):
    child = Child("llm", "llama", {"model": "qwen"})
    child.given = given
    (status,) = engines_status(Config(), Engines(llm=[child]), {})
    assert status.model == ("qwen.gguf" if given else "qwen")
    assert f"llama  {status.model}  closed" in _engine(status).plain


@pytest.mark.parametrize(
    ("name", "remote"),
    [
        ("no-table", None),
        ("http://gpu-box:8080/v1", None),
        ("tcp://gpu-box", None),
        ("box", {"url": BOX, "token_file": __file__}),
        ("box", {"url": "tls://gpu-box:1", "ca_file": "/nowhere.pem"}),
    ],
)
def test_a_server_that_cannot_be_one_is_a_clear_error(name, remote):
    with pytest.raises(ConfigInvalid):
        asyncio.run(check(config({"jarvis": {"remote": name}}, {name: remote} if remote else None)))


def test_a_configuration_with_a_server_is_good_while_the_server_is_off():
    asyncio.run(check(config({"jarvis": {"remote": BOX}})))


def test_a_recording_is_heard_by_the_words_here_only(tmp_path):
    with pytest.raises(ConfigInvalid, match="jarvis is heard by a server"):
        list(wake_test(config({"jarvis": {"remote": BOX}}), [tmp_path], "jarvis"))
    cascade(config({"jarvis": {"remote": BOX}}).wake).close()


def test_the_doctor_s_server_is_the_one_that_hears():
    ((stage, name, make),) = servers(config({"jarvis": {"remote": "tcp://127.0.0.1:1"}}))
    assert (stage, name) == ("wake", "tcp://127.0.0.1:1")
    with pytest.raises(RemoteUnreachable):
        asyncio.run(make().describe())
