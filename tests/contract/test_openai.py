"""Models behind OpenAI's protocol: a server that others wrote, and hostile ones."""

import asyncio
import json
import logging
from contextlib import aclosing

import pytest

from tests.rigs.certificates import self_signed
from tests.rigs.llama_server import llama_server
from tests.rigs.sockets import after, dripping, endless, http, saying, serving, silent, slammed
from voiced.core.chat import ChatEnd, ChatMessage, Finish, Prompt, Tool, ToolCall
from voiced.core.config import RemoteConfig
from voiced.core.errors import ConfigInvalid, DeadlinePassed, EmbedFailed, LlmFailed, RemoteUnreachable
from voiced.engines.openai import OpenAiLlm
from voiced.engines.openai_embed import OpenAiEmbedder

STORY = Prompt((ChatMessage("system", "Tell stories."),), (ChatMessage("user", "Once upon a time"),), max_tokens=8)
LIGHT = Tool("light", "Switches the light.", {"type": "object", "properties": {"on": {"type": "boolean"}}})
WORDS = "the cake is in the cellar"
WITH_TOOLS = Prompt((), (ChatMessage("user", WORDS),), tools=(LIGHT,), budget_s=5)


@pytest.fixture(scope="module")
def story(recordings, tmp_path_factory):
    """A server with a toy that tells stories, and the configuration to reach it."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "token").write_text("sesame\n")
    model = recordings / "models" / "llm" / "stories260K-f32.gguf"
    options = ("--model_alias", "story", "--n_ctx", "512", "--api_key", "sesame", "--embedding", "true")
    with llama_server(model, folder, *options) as url:
        yield RemoteConfig(url=url, model="story", token_file=str(folder / "token"))


async def chat(remote: RemoteConfig, prompt: Prompt = WITH_TOOLS, deadline_s: float = 10) -> list:
    llm = OpenAiLlm(remote, deadline_s)
    try:
        async with aclosing(llm.chat(prompt)) as items:
            return [item async for item in items]
    finally:
        await llm.close()


def test_a_model_answers_in_pieces_and_says_why_it_ended(story):
    *pieces, end = asyncio.run(chat(story, STORY))
    assert len(pieces) > 2
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert isinstance(end, ChatEnd)
    assert (end.finish, end.model) == (Finish.LENGTH, "story")


def test_an_answer_that_is_cut_short_leaves_the_model_ready(story):
    async def run():
        llm = OpenAiLlm(story, 10)
        for _ in range(3):
            async with aclosing(llm.chat(STORY)) as items:
                async for _item in items:
                    break
        async with aclosing(llm.chat(STORY)) as items:
            last = [item async for item in items][-1]
        await llm.prefill(STORY)
        info = await llm.describe()
        await llm.close()
        return last, info

    last, info = asyncio.run(run())
    assert last.finish is Finish.LENGTH
    assert info.model == "story"


def test_a_prompt_that_is_too_long_is_an_error_of_ours(story):
    with pytest.raises(LlmFailed):
        asyncio.run(chat(story, Prompt((), (ChatMessage("user", "word " * 5000),))))


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_token_that_is_not_accepted_is_told_of(token, story, tmp_path):
    (tmp_path / "token").write_text(token)
    remote = RemoteConfig(url=story.url, token_file=str(tmp_path / "token") if token else "")
    with pytest.raises(LlmFailed, match="token") as caught:
        asyncio.run(chat(remote, STORY))
    assert "token_file" in caught.value.hint


def test_a_path_that_is_not_there_is_told_of(story):
    remote = RemoteConfig(url=story.url + "/v2", model="story", token_file=story.token_file)
    with pytest.raises(LlmFailed, match="story") as caught:
        asyncio.run(chat(remote, STORY))
    assert "/v1" in caught.value.hint


def test_a_model_that_makes_no_vectors_is_told_of(story):
    async def run():
        embedder = OpenAiEmbedder(story, 10)
        try:
            await embedder.embed(["hello"])
        finally:
            await embedder.close()

    with pytest.raises(EmbedFailed):
        asyncio.run(run())


def events(*chunks: dict | str) -> str:
    return "".join(f"data: {chunk if isinstance(chunk, str) else json.dumps(chunk)}\n\n" for chunk in chunks)


def delta(finish: str | None = None, **fields: object) -> dict:
    return {"choices": [{"delta": fields, "finish_reason": finish}], "model": "m"}


def tool(index: int, name: str | None, arguments: str, call: str | None = None) -> dict:
    function = {"name": name, "arguments": arguments}
    return delta(tool_calls=[{"index": index, "id": call, "type": "function", "function": function}])


def answer(behave, prompt: Prompt = WITH_TOOLS, deadline_s: float = 1.0) -> list:
    """What a model says behind a server of raw bytes."""

    async def run():
        async with serving(after(b"}", behave)) as port:
            return await chat(RemoteConfig(url=f"http://127.0.0.1:{port}/v1", model="mine"), prompt, deadline_s)

    return asyncio.run(run())


def test_tool_calls_are_put_together_and_usage_is_told():
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 12}}
    said = answer(
        saying(
            http(
                events(
                    delta(role="assistant", content=""),
                    delta(content="Well"),
                    tool(0, "light", "", "a"),
                    tool(0, None, '{"on": '),
                    tool(0, None, "true}"),
                    tool(1, "light", '{"on": false}', "b"),
                    tool(1, "light", "", "c"),
                    delta("tool_calls"),
                    {"choices": [], "usage": usage, "model": "m"},
                    "[DONE]",
                )
            )
        )
    )
    calls = [ToolCall("light", {"on": True}), ToolCall("light", {"on": False}), ToolCall("light", {})]
    assert said == ["Well", *calls, ChatEnd(Finish.TOOL, 20, 12, 5, "m")]


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("stop", Finish.STOP), ("length", Finish.LENGTH), ("content_filter", Finish.STOP), ("eos", Finish.STOP)],
)
@pytest.mark.parametrize("done", [True, False])
def test_why_it_ended_is_told(reason, finish, done):
    said = answer(saying(http(events(delta(content="Yes."), delta(reason), *["[DONE]"] * done))))
    assert said == ["Yes.", ChatEnd(finish, model="m")]


def test_what_is_sent_is_what_the_protocol_wants(tmp_path):
    sent = []
    (tmp_path / "token").write_text("sesame\n")

    async def behave(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        sent.append((head, json.loads(await reader.readexactly(size))))
        await saying(http(events(delta("stop"), "[DONE]")))(reader, writer)

    async def run():
        async with serving(behave) as port:
            url = f"http://127.0.0.1:{port}/v1/"
            await chat(RemoteConfig(url=url, model="mine", token_file=str(tmp_path / "token")))

    asyncio.run(run())
    [(head, body)] = sent
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert b"authorization: bearer sesame\r\n" in head.lower()
    assert b"accept-encoding: identity\r\n" in head.lower()
    function = {"name": "light", "description": "Switches the light.", "parameters": LIGHT.parameters}
    assert body == {
        "model": "mine",
        "messages": [{"role": "user", "content": WORDS}],
        "max_tokens": 256,
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [{"type": "function", "function": function}],
    }


def test_one_connection_serves_one_question_after_the_other():
    connections = []
    whole = events(delta(content="Yes."), delta("stop"), "[DONE]").encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def behave(reader, writer):
        connections.append(writer)
        while True:
            await reader.readuntil(b"}]")
            writer.write(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(whole), whole))

    async def run():
        async with serving(behave) as port:
            llm = OpenAiLlm(RemoteConfig(url=f"http://127.0.0.1:{port}"), 1)
            for _ in range(3):
                async with aclosing(llm.chat(STORY)) as items:
                    said = [item async for item in items]
                assert said[0] == "Yes."
            await llm.close()

    asyncio.run(run())
    assert len(connections) == 1


def test_tls_with_a_certificate_of_one_s_own(tmp_path):
    certificate = self_signed(tmp_path)
    behave = after(b"}", saying(http(events(delta(content="Yes."), delta("stop")))))

    async def run():
        async with serving(behave, certificate.context) as port:
            url = f"https://127.0.0.1:{port}/v1"
            with pytest.raises(RemoteUnreachable, match="not trusted") as caught:
                await chat(RemoteConfig(url=url))
            return await chat(RemoteConfig(url=url, ca_file=str(certificate.file))), caught.value

    said, error = asyncio.run(run())
    assert said[0] == "Yes."
    assert "ca_file" in error.hint


@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "told"),
    [
        ("401 Unauthorized", "", "", "llm-failed", "token"),
        ("403 Forbidden", "", "", "llm-failed", "token"),
        ("404 Not Found", "", "", "llm-failed", "mine"),
        ("429 Too Many Requests", "Retry-After: 7\r\n", "", "remote-busy", "wait 7 s"),
        ("429 Too Many Requests", f"Retry-After: {WORDS}\r\n", "", "remote-busy", "in a moment"),
        ("503 Service Unavailable", "", '{"error": {"message": "Loading model"}}', "remote-busy", "started"),
        ("500 Internal Server Error", "", WORDS, "llm-failed", "500"),
        (
            "400 Bad Request",
            "",
            json.dumps({"error": {"message": WORDS, "code": "too_long"}}),
            "llm-failed",
            "too_long",
        ),
        ("400 Bad Request", "", json.dumps({"error": {"message": WORDS, "code": WORDS}}), "llm-failed", "400"),
        ("400 Bad Request", "", json.dumps({"detail": WORDS}), "llm-failed", "400"),
        ("302 Found", "Location: http://elsewhere.invalid/\r\n", "", "llm-failed", "302"),
        ("600 What", "", "", "llm-failed", "600"),
    ],
)
def test_a_refusal_is_told_with_what_to_do_and_without_what_was_said(status, headers, body, code, told, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(LlmFailed) as caught:
        answer(saying(http(body, status=status, headers=headers, kind="application/json")))
    text = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.code == code
    assert told in text
    assert "127.0.0.1" in text
    assert WORDS not in text + caplog.text


HEAD = http("").decode()
BEHAVIOURS = {
    "silent": silent,
    "slammed": slammed,
    "garbage": saying(bytes(range(256)) * 50),
    "endless header": endless(b"HTTP/1.1 200 OK\r\nX: "),
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
    "endless line": endless(http("data: ")),
    "endless event": endless(http(""), b"data: x\n" * 1000),
    "endless comments": endless(http(""), b": x\n\n" * 1000),
    "endless error": endless(http("", status="400 Bad Request", kind="application/json")),
    "great length": saying(http("data: 1\n\n", headers="Content-Length: 1000000000000\r\n")),
    "great chunk": saying(http("FFFFFFFFFF\r\ndata: 1\n\n", headers="Transfer-Encoding: chunked\r\n")),
    "dripping header": dripping(b"HTTP/1.1 200 OK\r\nX: "),
    "dripping comments": dripping(http(""), b": x\n\n"),
    "dripping nothing": dripping(http(""), events(delta(content="")).encode()),
    "no events": saying(http('{"choices": []}', kind="application/json")),
    "no JSON": saying(http(events("hello"))),
    "no object": saying(http(events("[1, 2]"))),
    "deep": saying(http(events('{"error": ' + "[" * 50_000))),
    "another type": saying(http(events({"choices": [{"delta": {"content": 5}}]}))),
    "cut at once": saying(http("")),
    "cut in the middle": saying(http(events(delta(content="Well")))),
    "cut event": saying(http("data: {")),
    "its own error": saying(http(events(delta(content="Well"), {"error": {"message": WORDS}}))),
    "another tool": saying(http(events(tool(0, "door", "{}"), delta("tool_calls")))),
    "bad arguments": saying(http(events(tool(0, "light", WORDS), delta("tool_calls")))),
    "arguments that are a list": saying(http(events(tool(0, "light", "[]"), delta("tool_calls")))),
    "deep arguments": saying(http(events(tool(0, "light", '{"a":' * 10_000), delta("tool_calls")))),
    "endless arguments": endless(http(""), events(tool(0, "", "x" * 1000)).encode()),
    "endless calls": endless(http(""), events(tool(0, "light", "", "a"), tool(0, "light", "", "b")).encode()),
    "gzip": saying(http("data: 1\n\n", headers="Content-Encoding: gzip\r\n")),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_hostile_server_ends_in_an_error_of_ours(name, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises((LlmFailed, RemoteUnreachable, DeadlinePassed)) as caught:
        answer(BEHAVIOURS[name], deadline_s=0.5)
    assert WORDS not in f"{caught.value.message} {caught.value.hint} {caplog.text}"


WHY = Prompt((), (ChatMessage("user", "why?"),), budget_s=0.4)


@pytest.mark.parametrize(
    "behave",
    [
        dripping(http(""), events(delta(content="and ")).encode()),
        dripping(http(events(delta(content="and "))), b": x\n"),
    ],
    ids=["drips", "stalls"],
)
def test_an_answer_without_an_end_ends_with_its_time(behave):
    said = answer(behave, WHY, deadline_s=5)
    assert said[0] == "and "
    assert said[-1].finish is Finish.TIME


def test_a_flood_ends_with_its_time_or_as_too_long():
    try:
        said = answer(endless(http(""), events(delta(content="and ")).encode() * 100), WHY, deadline_s=5)
    except LlmFailed:
        return  # It was longer than any answer before its time was over.
    assert said[-1].finish is Finish.TIME


def test_a_server_that_is_not_there_is_told_of():
    for url in ("http://127.0.0.1:1/v1", "http://no.such.host.invalid/v1"):
        with pytest.raises(RemoteUnreachable):
            asyncio.run(chat(RemoteConfig(url=url)))


@pytest.mark.parametrize("text", ["", "two\nlines", "\xff", "a\0b"])
def test_a_token_file_that_holds_none_is_refused(text, tmp_path):
    (tmp_path / "token").write_text(text, "latin-1")
    with pytest.raises(ConfigInvalid):
        OpenAiLlm(RemoteConfig(url="http://host/v1", token_file=str(tmp_path / "token")), 5)


@pytest.mark.parametrize(
    "remote", [{"token_file": "/nowhere"}, {"url": "https://host/v1", "ca_file": "/nowhere"}, {"url": "http://[::1/v1"}]
)
def test_a_configuration_that_cannot_work_is_refused(remote):
    with pytest.raises(ConfigInvalid):
        OpenAiLlm(RemoteConfig(**{"url": "http://host/v1", **remote}), 5)


def test_without_tls_no_certificates_are_read():
    OpenAiLlm(RemoteConfig(url="http://host/v1", ca_file="/nowhere"), 5)
