"""The routes for talk, speech, health and the machine, as somebody with curl meets them."""

import gc
import io
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from tests.fakes.agent import ScriptedAgent
from tests.rigs.control import answering
from voiced.core.status import AudioStatus


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> ScriptedAgent:
    return ScriptedAgent(folder=tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def http(agent: ScriptedAgent) -> Generator[httpx.Client]:
    path: Path = agent.folder / "voiced.sock"
    with answering(path, agent):
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://voiced/api/v1") as http:
            yield http
    gc.collect()


def events_of(text: str) -> list[tuple[str, Any]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_a_chat_begins_a_conversation_and_goes_on_in_it(http: httpx.Client, agent: ScriptedAgent):
    first = http.post("/chat", json={"message": "say it is noon"}).json()
    assert (first["answer"], first["understood"], first["tier"]) == ("it is noon", True, "rules")
    assert agent.talked_in[-1] == first["conversation_id"]
    begun = http.post("/conversations", json={}).json()["id"]
    http.post("/chat", json={"message": "say yes", "conversation_id": begun})
    assert agent.talked_in[-1] == begun


def test_a_chat_that_is_not_understood_is_answered_as_that(http: httpx.Client):
    told = http.post("/chat", json={"message": "colourless green ideas"}).json()
    assert (told["answer"], told["understood"]) == ("", False)


def test_a_conversation_that_is_not_there_or_deleted_is_not_talked_in(http: httpx.Client):
    begun = http.post("/conversations", json={}).json()["id"]
    http.delete(f"/conversations/{begun}")
    for conversation in ("none", begun):
        told = http.post("/chat", json={"message": "say yes", "conversation_id": conversation, "stream": True})
        assert (told.status_code, told.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("wanted", "memories"),
    [({}, None), ({"limit": 3}, 3), ({"use_memory": False}, 0), ({"use_memory": False, "limit": 3}, 0)],
)
def test_a_chat_says_how_much_is_remembered(
    http: httpx.Client, agent: ScriptedAgent, wanted: dict[str, Any], memories: int | None
):
    http.post("/chat", json={"message": "say yes", **wanted})
    assert agent.memories_wanted == memories


def test_a_chat_comes_as_it_is_made(http: httpx.Client):
    made = http.post("/chat", json={"message": "say think before you speak", "stream": True})
    assert made.headers["content-type"].startswith("text/event-stream")
    *pieces, (last, answer) = events_of(made.text)
    assert {kind for kind, _ in pieces} == {"piece"}
    assert [piece["text"] for _, piece in pieces] == ["think ", "before ", "you ", "speak "]
    assert (last, answer["answer"]) == ("answer", "think before you speak")
    whole = events_of(http.post("/chat", json={"message": "say yes", "stream": True}).text)
    assert [kind for kind, _ in whole] == ["piece", "answer"]


def test_a_chat_that_fails_before_its_first_piece_has_a_status(http: httpx.Client):
    for stream in (False, True):
        told = http.post("/chat", json={"message": "crash", "stream": stream})
        assert (told.status_code, told.json()["code"]) == (500, "internal")


def test_speech_goes_both_ways(http: httpx.Client):
    sound = http.post("/voice/tts", json={"text": "hello"})
    assert sound.headers["content-type"] == "audio/wav"
    assert sound.content[:4] == b"RIFF"
    file = io.BytesIO()
    soundfile.write(file, np.zeros(16_000), 16_000, format="WAV")
    heard = http.post("/voice/stt", content=file.getvalue()).json()
    assert heard["seconds"] == 1.0
    for wrong in (b"", b"no sound"):
        assert http.post("/voice/stt", content=wrong).status_code == 400


def test_a_daemon_tells_how_well_it_is(http: httpx.Client, agent: ScriptedAgent):
    assert http.get("/health/live").json() == http.get("/health/ready").json() == {"status": "ok"}
    services = {each["kind"]: each for each in http.get("/health/services").json()}
    assert services["audio"]["up"]
    assert services["store"]["up"]
    before, agent.audio = agent.audio, AudioStatus(listening=False, problem="it is gone", hint="Plug it in.")
    for agent.muted in (True, False):
        audio = next(each for each in http.get("/health/services").json() if each["kind"] == "audio")
        assert (audio["up"], audio["problem"], audio["hint"]) == (False, "it is gone", "Plug it in.")
    assert http.get("/health/ready").status_code == 200
    agent.audio, agent.stuck_s = before, 60.0
    told = http.get("/health/ready")
    agent.stuck_s = 0.0
    assert (told.status_code, told.json()["code"]) == (503, "not-ready")


def test_a_model_is_brought_under_its_licence_and_put_to_use(http: httpx.Client):
    assert http.post("/models/ears/pull", json={"accept_licence": False}).json()["code"] == "licence"
    assert http.post("/models/ears/use").status_code == 404
    lines = [
        json.loads(line) for line in http.post("/models/ears/pull", json={"accept_licence": True}).text.splitlines()
    ]
    assert {"done": 1, "total": 2, "doing": "downloading ears.bin"} in lines
    assert lines[-1]["result"]["model"] == "ears"
    missing = http.post("/models/nose/pull", json={"accept_licence": True}).text.splitlines()[-1]
    assert json.loads(missing)["problem"]["code"] == "model-missing"
    assert '"good":true' in http.post("/models/verify", json={}).text
    assert http.post("/models/ears/use").json()["set"] == {"engines.whisper.model": "ears"}
    assert http.get("/models").json()[0]["state"] == "installed"


def test_the_machine_and_its_settings_are_told(http: httpx.Client):
    assert http.get("/hardware").json()["board"] == "Box"
    assert http.get("/hardware/profile").json() is None
    assert http.get("/config").json() == {"audio.volume": {"value": 70, "origin": "default"}}
    assert http.post("/privacy/classify", json={"text": "x"}).json()["allowed"] == {"log": False}
