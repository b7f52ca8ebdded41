"""OpenAI's routes, as somebody with curl meets them: whatever is sent, the answer says what to correct."""

import gc
import io
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.agent import ScriptedAgent
from tests.fakes.inference import MODEL
from tests.rigs.control import answering

SAID = [{"role": "user", "content": "say yes"}]
TOOLS = [{"type": "function", "function": {"name": "light"}}]


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Generator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("openai")
    with answering(folder / "voiced.sock", ScriptedAgent(folder=folder)):
        transport = httpx.HTTPTransport(uds=str(folder / "voiced.sock"))
        with httpx.Client(transport=transport, base_url="http://voiced/v1") as http:
            yield http
    gc.collect()


def chat(**fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": SAID, **fields}


CHAT, EMBED, SPEAK = "/chat/completions", "/embeddings", "/audio/speech"
WRONG: list[tuple[str, Any, str]] = [
    (CHAT, [], "object"),
    (CHAT, {}, "model"),
    (CHAT, {"model": MODEL}, "messages"),
    (CHAT, chat(messages=[]), "messages"),
    (CHAT, chat(messages=[{"role": "king", "content": "x"}]), "role"),
    (CHAT, chat(messages=[{"role": "user", "content": 1}]), "content"),
    (CHAT, chat(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]), "image_url"),
    (CHAT, chat(messages=[{"role": "assistant", "tool_calls": [{"id": "1"}]}]), "function"),
    (
        CHAT,
        chat(
            messages=[{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "x", "arguments": "["}}]}]
        ),
        "JSON object",
    ),
    (CHAT, chat(stream="yes"), "stream"),
    (CHAT, chat(max_tokens=0), "max_tokens"),
    (CHAT, chat(n=2), "n"),
    (CHAT, chat(response_format={"type": "json_object"}), "response_format"),
    (CHAT, chat(tools=TOOLS, tool_choice="required"), "tool_choice"),
    (CHAT, chat(tools=[{"type": "function", "function": {"name": "a b"}}]), "name"),
    (CHAT, chat(model="voiced", tools=TOOLS), "tools"),
    (CHAT, chat(model="voiced", messages=[{"role": "system", "content": "x"}]), "messages"),
    (CHAT, chat(model="voiced", messages=[{"role": "user", "content": " "}]), "messages"),
    (CHAT, chat(model="voiced", messages=[{"role": "user", "content": "x" * 4_001}]), "messages"),
    (EMBED, {"model": "voiced"}, "input"),
    (EMBED, {"model": "voiced", "input": []}, "input"),
    (EMBED, {"model": "voiced", "input": [1, 2]}, "input"),
    (EMBED, {"model": "voiced", "input": ["x"] * 257}, "input"),
    (EMBED, {"model": "voiced", "input": "x", "encoding_format": "int8"}, "encoding_format"),
    (EMBED, {"model": "voiced", "input": "x", "dimensions": 7}, "dimensions"),
    (SPEAK, {"model": "voiced"}, "input"),
    (SPEAK, {"model": "voiced", "input": ""}, "input"),
    (SPEAK, {"model": "voiced", "input": "x" * 4_097}, "input"),
    (SPEAK, {"model": "voiced", "input": "x", "response_format": "mp3"}, "response_format"),
    (SPEAK, {"model": "voiced", "input": "x", "speed": 9}, "speed"),
]


def told(response: httpx.Response) -> dict[str, Any]:
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code", "hint"}
    assert error["hint"] in error["message"]
    return error


@pytest.mark.parametrize(("path", "body", "named"), WRONG, ids=str)
def test_a_wrong_request_names_what_to_correct(http: httpx.Client, path: str, body: Any, named: str):
    response = http.post(path, json=body)
    error = told(response)
    assert (response.status_code, error["code"], error["type"]) == (400, "input-invalid", "invalid_request_error")
    assert named in f"{error['message']} {error['param']}"
    assert error["hint"]


def test_a_field_that_is_wrong_is_the_parameter(http: httpx.Client):
    assert told(http.post(CHAT, json={"model": MODEL}))["param"] == "messages"
    assert told(http.post(CHAT, json=chat(max_tokens=0)))["param"] == "max_tokens"
    assert told(http.post(CHAT, json=chat(n=2)))["param"] == "n"


@pytest.mark.parametrize("path", [CHAT, EMBED, SPEAK])
@pytest.mark.parametrize("body", [b"", b"nonsense", b'{"model": "\xff"}', b'{"model": "\\ud800"}', b"[" * 50_000])
def test_what_is_no_json_is_told(http: httpx.Client, path: str, body: bytes):
    response = http.post(path, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, told(response)["code"]) == (400, "input-invalid")


@pytest.mark.parametrize(
    ("path", "size"), [(CHAT, 1_100_000), (EMBED, 1_100_000), (SPEAK, 70_000), ("/audio/transcriptions", 27_000_000)]
)
def test_a_body_that_is_too_large_is_refused(http: httpx.Client, path: str, size: int):
    kind = "multipart/form-data; boundary=x" if path.startswith("/audio/t") else "application/json"
    response = http.post(path, content=b'"' + b"x" * size, headers={"content-type": kind})
    assert (response.status_code, told(response)["code"]) == (413, "input-invalid")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/models/none", None),
        ("GET", "/engines", None),
        ("POST", CHAT, chat(model="gpt-4o")),
        ("POST", CHAT, chat(model="espeak")),
        ("POST", EMBED, {"model": MODEL, "input": "x"}),
        ("POST", SPEAK, {"model": "whisper-1", "input": "x"}),
    ],
)
def test_what_is_not_there_is_told_as_that(http: httpx.Client, method: str, path: str, body: Any):
    response = http.request(method, path, json=body)
    assert response.status_code == 404
    assert told(response)["type"] == "invalid_request_error"


def test_a_path_of_our_own_keeps_its_own_errors(http: httpx.Client):
    response = http.get("http://voiced/api/v1/nonsense")
    assert response.json()["status"] == 404


def sound(seconds: float, kind: str = "WAV", rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(round(rate * seconds)), rate, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("fields", "file", "code", "named"),
    [
        ({"model": "voiced"}, None, "input-invalid", "file"),
        ({"model": "voiced"}, b"", "input-invalid", "file"),
        ({}, b"x", "input-invalid", "model"),
        ({"model": "voiced", "response_format": "srt"}, b"x", "input-invalid", "response_format"),
        ({"model": "voiced", "stream": "true"}, b"x", "input-invalid", "stream"),
        ({"model": "voiced"}, b"no sound at all", "file-unreadable", "sound file"),
        ({"model": "voiced"}, sound(1)[:30], "file-unreadable", "sound file"),
        ({"model": "voiced"}, sound(61, "FLAC"), "file-too-long", "61 s"),
        ({"model": "voiced"}, sound(5, rate=1), "file-rate", "1 Hz"),
        ({"model": "espeak"}, sound(1), "not-found", "espeak"),
    ],
    ids=str,
)
def test_a_recording_that_cannot_be_heard_is_told(
    http: httpx.Client, fields: dict[str, str], file: bytes | None, code: str, named: str
):
    response = http.post(
        "/audio/transcriptions", data=fields, files={"other": ("x", b"x")} if file is None else {"file": ("x", file)}
    )
    error = told(response)
    assert (response.status_code, error["code"]) == (404 if code == "not-found" else 400, code)
    assert named in f"{error['message']} {error['param']}"


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=x"])
def test_what_is_no_form_is_told(http: httpx.Client, kind: str):
    response = http.post("/audio/transcriptions", content=b"--y\r\n", headers={"content-type": kind})
    assert (response.status_code, told(response)["code"]) == (400, "input-invalid")


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_recordings_of_all_these_kinds_are_heard(http: httpx.Client, kind: str):
    response = http.post("/audio/transcriptions", data={"model": "voiced"}, files={"file": ("x", sound(1, kind))})
    assert (response.status_code, response.json()) == (200, {"text": ""})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    *("model", "messages", "stream", "stream_options", "max_tokens", "n", "tools", "tool_choice", "response_format"),
    *("input", "encoding_format", "dimensions", "speed", "voice", "temperature", "role", "content", "tool_calls"),
]
message = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"]) | anything},
    optional=dict.fromkeys(("content", "tool_calls", "tool_call_id"), anything),
)
body = anything | st.builds(
    lambda known, rest: {**rest, **known},
    st.fixed_dictionaries(
        {"model": st.sampled_from(["voiced", MODEL])},
        optional={"messages": st.lists(message, max_size=3), "input": st.text(max_size=30) | anything},
    ),
    st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4),
)


@settings(max_examples=150)
@given(path=st.sampled_from([CHAT, EMBED, SPEAK]), sent=body)
def test_no_json_is_a_fault_of_ours(http: httpx.Client, path: str, sent: Any):
    response = http.post(path, json=sent)
    assert response.status_code < 500, response.text
    if response.is_error:
        assert told(response)["hint"]
