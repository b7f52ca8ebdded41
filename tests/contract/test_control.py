"""Both ends of the control socket: what a client gets, whatever the daemon does."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering, replying
from voiced.control import client as client_module
from voiced.control.client import Client
from voiced.core.errors import DaemonUnreachable, VoicedError

NOBODY = 65_534
# httpcore leaves a socket that did not connect to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def path(tmp_path: Path) -> Generator[Path]:
    yield tmp_path / "voiced.sock"
    gc.collect()


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def client(path: Path, agent: ScriptedAgent) -> Generator[Client]:
    with answering(path, agent) as client:
        yield client


@pytest.fixture
def http(path: Path, client: Client) -> Generator[httpx.Client]:
    assert client.running()
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
        yield http


def told(response: httpx.Response) -> tuple[str, str, str]:
    problem = response.json()
    return problem["code"], problem["detail"], problem["hint"]


def test_what_is_understood_and_what_has_an_answer_are_two_things(client: Client):
    assert client.ask("say it is noon", aloud=False) == "it is noon"
    assert client.ask("stop", aloud=False) == ""
    assert client.ask("colourless green ideas", aloud=False) is None


def test_verbs_reach_the_agent(client: Client, agent: ScriptedAgent):
    client.post("voice/volume", volume=30)
    client.post("voice/mute", muted=True)
    client.post("voice/say", text="hello")
    client.post("audio/restart")
    assert (client.status().volume, client.status().muted, agent.said) == (30, True, ["hello"])
    assert agent.audio_restarts == 1


def test_an_error_of_ours_keeps_its_code_and_hint(client: Client):
    with pytest.raises(VoicedError, match="the microphone is muted") as raised:
        client.post("voice/listen")
    assert raised.value.code == "audio-failed"
    assert raised.value.hint


def test_a_fault_in_the_daemon_is_told_as_one(client: Client):
    with pytest.raises(VoicedError, match="ZeroDivisionError: a fault of ours") as raised:
        client.ask("crash", aloud=False)
    assert raised.value.code == "internal"
    assert "report" in raised.value.hint
    assert client.running()


@pytest.mark.parametrize(
    ("verb", "body", "message", "hint"),
    [
        ("voice/volume", '{"volume": 400}', "Expected `int` <= 100 - at `$.volume`", "Correct"),
        ("voice/volume", '{"volume": "loud"}', "Expected `int`, got `str` - at `$.volume`", "Correct"),
        ("voice/volume", '{"loud": 4}', "loud", "Correct"),
        ("voice/volume", "nonsense", "JSON", "Send JSON"),
        ("ask", '{"text": ""}', "Expected `str` of length >= 1 - at `$.text`", "Correct"),
    ],
)
def test_a_wrong_request_is_told_what_to_correct(http: httpx.Client, verb: str, body: str, message: str, hint: str):
    response = http.post(f"/{verb}", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    code, said, advised = told(response)
    assert code == "input-invalid"
    assert message in said
    assert hint in advised


def test_a_request_that_is_no_text_is_told(http: httpx.Client):
    response = http.post("/ask", content=b'{"text": "\xff"}', headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert told(response)[0] == "input-invalid"


def test_a_path_that_is_none_is_told_where_the_paths_are(http: httpx.Client):
    response = http.get("/nonsense")
    assert response.status_code == 404
    assert "/api/v1" in told(response)[2]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 21\r\n\r\nInternal Server Error",
        b'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 19\r\n\r\n{"detail":"nothing"}',
        b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"other": 1}',
        b"nonsense\r\n\r\n",
    ],
)
def test_whatever_answers_is_an_error_in_words(path: Path, reply: bytes):
    with replying(path, reply) as client:
        for call in (client.status, lambda: client.ask("x", aloud=False), lambda: client.events().__enter__()):
            with pytest.raises(VoicedError) as raised:
                call()
            assert raised.value.message
            assert raised.value.hint


def test_a_daemon_that_hangs_is_an_error_and_not_none(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_module, "PROMPT_S", 0.1)
    with replying(path, b"") as client:
        for call in (client.status, client.running, lambda: client.post("voice/stop")):
            with pytest.raises(DaemonUnreachable) as raised:
                call()
            assert raised.value.code == "daemon-hangs"


def test_who_may_not_use_the_daemon_does_not_take_it_for_missing(path: Path, client: Client):
    assert client.running()
    path.chmod(0)
    own = os.geteuid()
    if own == 0:
        # The root user may use any socket.
        path.parent.chmod(0o755)
        os.seteuid(NOBODY)
    try:
        with Client(path) as other, pytest.raises(DaemonUnreachable) as raised:
            other.running()
    finally:
        os.seteuid(own)
    assert raised.value.code == "not-allowed"


def test_without_a_daemon_nothing_runs(path: Path):
    with Client(path) as client:
        assert not client.running()


@pytest.mark.parametrize(
    ("method", "where", "status"),
    [
        ("GET", "/nonsense", 404),
        ("PATCH", "/status", 405),
        ("POST", "/voice/volume", 400),
        ("DELETE", "/keys/none", 404),
    ],
)
def test_every_error_is_problem_details(http: httpx.Client, method: str, where: str, status: int):
    response = http.request(method, where)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    problem = response.json()
    assert problem.keys() == {"type", "title", "status", "detail", "instance", "code", "hint"}
    assert (problem["status"], problem["instance"]) == (status, f"/api/v1{where}")
    assert problem["type"].endswith(problem["code"])
    assert all(problem.values())
    assert "GET" in response.headers.get("allow", "GET")
