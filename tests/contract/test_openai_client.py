"""OpenAI's own client, unchanged, talks to the socket; engines answer by a script."""

import asyncio
import gc
import io
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
import soundfile
from openai import AsyncOpenAI

from tests.fakes.agent import ScriptedAgent
from tests.fakes.inference import MODEL
from tests.fakes.llm import ScriptedLlm
from tests.rigs.awaiting import until
from tests.rigs.control import answering
from voiced.core.chat import ToolCall
from voiced.core.events import StateChanged
from voiced.core.keys import MadeKey, NewKey
from voiced.core.usage import Limit, Use

Ask = Callable[..., Any]
QUESTION: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "how wide is the sea"}]
LIGHT: Any = {
    "type": "function",
    "function": {"name": "light", "description": "Switches a light.", "parameters": {"type": "object"}},
}


class Disturbed(ScriptedAgent):
    """What it is to say is what it is doing."""

    async def say(self, text: str) -> None:
        self.bus.emit(StateChanged(text, at=0.0, turn="1"))


@pytest.fixture
def agent(tmp_path: Path) -> ScriptedAgent:
    return Disturbed(folder=tmp_path)


@pytest.fixture
def key(agent: ScriptedAgent) -> MadeKey:
    return asyncio.run(agent.keys.add(NewKey(label="laptop", scopes=["read", "talk"])))


@pytest.fixture
def socket(agent: ScriptedAgent, tmp_path: Path) -> Generator[Path]:
    with answering(tmp_path / "voiced.sock", agent):
        yield tmp_path / "voiced.sock"
    gc.collect()


@asynccontextmanager
async def connected(socket: Path, key: str) -> AsyncGenerator[AsyncOpenAI]:
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with (
        httpx.AsyncClient(transport=transport) as http,
        AsyncOpenAI(base_url="http://voiced/v1", api_key=key, http_client=http, max_retries=0) as client,
    ):
        yield client


@pytest.fixture
def ask(socket: Path, key: MadeKey) -> Ask:
    """Does something with a client."""

    def ask(work: Callable[[AsyncOpenAI], Awaitable[Any]], token: str = key.token) -> Any:
        async def run() -> Any:
            async with connected(socket, token) as client:
                return await work(client)

        return asyncio.run(run())

    return ask


def counted(agent: ScriptedAgent, count: int) -> list[Use]:
    """What is counted is counted beside the answer."""
    asyncio.run(until(lambda: len(agent.usage.all) >= count, "it is counted"))
    return agent.usage.all


async def doing(socket: Path, state: str) -> None:
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(socket))) as http:
        assert (await http.post("http://voiced/api/v1/voice/say", json={"text": state})).status_code == 204


def test_the_daemon_and_its_engines_are_the_models(ask: Ask):
    async def work(client: AsyncOpenAI) -> tuple[list[str], str]:
        return [each.id async for each in client.models.list()], (await client.models.retrieve("voiced")).id

    assert ask(work) == (["voiced", "pocketsphinx", "espeak", MODEL, "hashing"], "voiced")
    with pytest.raises(openai.NotFoundError) as raised:
        ask(lambda client: client.models.retrieve("tcp://nowhere:10300"))
    assert (raised.value.code, raised.value.type) == ("not-found", "invalid_request_error")


def test_the_daemon_itself_answers_a_chat(ask: Ask, agent: ScriptedAgent, key: MadeKey):
    messages: Any = [{"role": "user", "content": [{"type": "text", "text": "say it is noon"}]}]
    answer = ask(lambda client: client.chat.completions.create(model="voiced", messages=messages))
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason, answer.model) == ("it is noon", "stop", "voiced")
    assert agent.asked_with == [key.id]


def test_a_language_model_answers_a_chat_and_is_counted(ask: Ask, agent: ScriptedAgent, key: MadeKey):
    agent.engines.llm.script = ["very wide"]
    answer = ask(lambda client: client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0.1, seed=1))
    assert answer.choices[0].message.content == "very wide"
    assert answer.usage
    assert answer.usage.completion_tokens == 2
    (prompt,) = agent.engines.llm.asked
    assert [(each.role, each.content) for each in prompt.messages] == [
        ("system", "Be brief."),
        ("user", "how wide is the sea"),
    ]
    (used,) = counted(agent, 1)
    assert (used.tokens_out, used.tokens_in, used.key) == (2, answer.usage.prompt_tokens, key.id)


def test_an_answer_is_streamed_as_it_is_made(ask: Ask, agent: ScriptedAgent):
    agent.engines.llm.script = ["very wide and deep"]

    async def work(client: AsyncOpenAI) -> list[Any]:
        stream = await client.chat.completions.create(
            model=MODEL, messages=QUESTION, stream=True, stream_options={"include_usage": True}, max_tokens=3
        )
        return [piece async for piece in stream]

    *pieces, last = ask(work)
    deltas = [piece.choices[0].delta.content or "" for piece in pieces]
    assert [each for each in deltas if each] == ["very", " wide", " and"]
    assert pieces[-1].choices[0].finish_reason == "length"
    assert (last.choices, last.usage.completion_tokens) == ([], 3)
    assert len({piece.id for piece in (*pieces, last)}) == 1


def test_a_model_asks_for_a_tool_and_is_told_what_it_found(ask: Ask, agent: ScriptedAgent):
    agent.engines.llm.script = [ToolCall("light", {"on": True}), ToolCall("light", {"on": True}), "it is on"]

    async def work(client: AsyncOpenAI) -> tuple[Any, list[Any], Any]:
        first = await client.chat.completions.create(model=MODEL, messages=QUESTION, tools=[LIGHT])
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, tools=[LIGHT], stream=True)
        pieces = [piece async for piece in stream]
        (call,) = first.choices[0].message.tool_calls or []
        told: Any = {"role": "tool", "tool_call_id": call.id, "content": "done"}
        messages = [*QUESTION, first.choices[0].message.model_dump(exclude_none=True), told]
        return first, pieces, await client.chat.completions.create(model=MODEL, messages=messages, tools=[LIGHT])

    first, pieces, second = ask(work)
    call = first.choices[0].message.tool_calls[0].function
    assert (first.choices[0].finish_reason, call.name, call.arguments) == ("tool_calls", "light", '{"on":true}')
    streamed = [each for piece in pieces for each in piece.choices[0].delta.tool_calls or []]
    assert [(each.index, each.function.name) for each in streamed] == [(0, "light")]
    assert second.choices[0].message.content == "it is on"
    asked, told = agent.engines.llm.asked[-1].messages[-2:]
    assert (asked.role, asked.content) == ("assistant", '{"name":"light","arguments":{"on":true}}')
    assert told.content.endswith(": “done”")


def test_what_breaks_off_is_told_in_the_stream_and_before_it_with_a_status(ask: Ask, agent: ScriptedAgent):
    agent.engines.llm.script = [f"very {ScriptedLlm.FAIL}", ScriptedLlm.FAIL]
    heard = [""]

    async def work(client: AsyncOpenAI) -> None:
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        async for piece in stream:
            heard[0] += piece.choices[0].delta.content or ""

    with pytest.raises(openai.APIError, match="the script says so") as raised:
        ask(work)
    assert (raised.value.code, heard[0]) == ("llm-failed", "very")
    with pytest.raises(openai.InternalServerError, match="the script says so"):
        ask(work)


def test_a_turn_that_begins_goes_first(ask: Ask, socket: Path, agent: ScriptedAgent):
    agent.engines.llm.script = [f"very {ScriptedLlm.HANG}", "very wide"]

    async def work(client: AsyncOpenAI) -> Any:
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        pieces = aiter(stream)
        await anext(pieces)
        await anext(pieces)
        await doing(socket, "listening")
        with pytest.raises(openai.APIError) as raised:
            [piece async for piece in pieces]
        waiting = asyncio.create_task(client.chat.completions.create(model=MODEL, messages=QUESTION))
        await until(lambda: agent.engines.llm.open == 0, "the model is let go of")
        await doing(socket, "idle")
        return raised.value.code, (await waiting).choices[0].message.content

    assert ask(work) == ("busy", "very wide")


def test_a_client_that_goes_away_ends_the_answer_and_is_counted(ask: Ask, agent: ScriptedAgent):
    agent.engines.llm.script = [f"very {ScriptedLlm.HANG}"]

    async def work(client: AsyncOpenAI) -> None:
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        await anext(aiter(stream))
        await stream.close()
        await until(lambda: agent.engines.llm.open == 0 and agent.usage.all, "the model is let go of")

    ask(work)
    assert agent.usage.all[0].tokens_out == 1


def test_texts_become_vectors_as_numbers_and_packed(ask: Ask, agent: ScriptedAgent):
    async def work(client: AsyncOpenAI) -> tuple[Any, Any]:
        packed = await client.embeddings.create(model="voiced", input=["tea", "coffee"])  # The client asks for base64.
        return packed, await client.embeddings.create(model="hashing", input="tea", encoding_format="float")

    packed, plain = ask(work)
    assert [each.index for each in packed.data] == [0, 1]
    assert np.allclose(packed.data[0].embedding, plain.data[0].embedding)
    assert len(plain.data[0].embedding) == 64
    assert packed.model == "scripted"
    assert agent.engines.embedder.asked == [["tea", "coffee"], ["tea"]]
    assert len(counted(agent, 2)) == 2


def test_a_key_opens_what_it_is_for(ask: Ask, agent: ScriptedAgent):
    talk = asyncio.run(agent.keys.add(NewKey(label="phone", scopes=["talk"])))
    read = asyncio.run(agent.keys.add(NewKey(label="screen", scopes=["read"])))

    def say(key: str) -> Any:
        messages: Any = [{"role": "user", "content": "say yes"}]
        return ask(lambda client: client.chat.completions.create(model="voiced", messages=messages), key)

    assert say(talk.token).choices[0].message.content == "yes"
    assert agent.asked_with == [talk.id]
    with pytest.raises(openai.PermissionDeniedError) as denied:
        say(read.token)
    with pytest.raises(openai.AuthenticationError) as refused:
        say("sk-1234")
    assert (denied.value.code, refused.value.code) == ("scope-missing", "key-refused")
    assert [entry.action for entry in agent.audit.all] == ["POST /v1/chat/completions"] * 3
    agent.usage.budgets = [Limit(name="tokens_per_day", limit=1, spent=1, until=time.time() + 7200, key=talk.id)]
    with pytest.raises(openai.RateLimitError) as spent:
        ask(lambda client: client.chat.completions.create(model=MODEL, messages=QUESTION), talk.token)
    assert spent.value.code == "budget-spent"
    assert int(spent.value.response.headers["retry-after"]) == pytest.approx(7200, abs=60)


def test_a_text_is_spoken_as_wav_and_as_pcm(ask: Ask, agent: ScriptedAgent):
    async def work(client: AsyncOpenAI) -> tuple[bytes, bytes]:
        text = "One sentence is short. The other one is longer."
        wav = await client.audio.speech.create(model="tts-1", voice="alloy", input=text, response_format="wav")
        pcm = await client.audio.speech.create(
            model="voiced", voice="alloy", input=text, response_format="pcm", speed=2
        )
        return wav.content, pcm.content

    wav, pcm = ask(work)
    sound, rate = soundfile.read(io.BytesIO(wav))
    assert rate == 24_000
    assert len(sound) == pytest.approx(len(pcm), rel=0.01)
    assert [use.spoken_s for use in counted(agent, 2)] == pytest.approx(
        [len(sound) / rate, len(pcm) / 2 / rate], rel=0.01
    )


def test_a_voice_that_fails_is_told_with_a_status(ask: Ask):
    with pytest.raises(openai.InternalServerError) as raised:
        ask(lambda client: client.audio.speech.create(model="voiced", voice="a", input="unspeakable"))
    assert raised.value.code == "tts-failed"
    assert "the script says so" in str(raised.value)


def test_silence_says_nothing(ask: Ask, agent: ScriptedAgent):
    quiet = io.BytesIO()
    soundfile.write(quiet, np.zeros(16_000), 16_000, format="FLAC")

    async def work(client: AsyncOpenAI) -> tuple[Any, Any]:
        file = ("quiet.flac", quiet.getvalue())
        verbose = await client.audio.transcriptions.create(model="whisper-1", file=file, response_format="verbose_json")
        return verbose, await client.audio.transcriptions.create(model="voiced", file=file, response_format="text")

    verbose, text = ask(work)
    assert (verbose.text, verbose.duration, verbose.language, text.strip()) == ("", 1.0, "english", "")
    assert [use.heard_s for use in counted(agent, 2)] == [1.0, 1.0]


def test_an_error_of_ours_keeps_its_code_and_hint(ask: Ask):
    messages: Any = [{"role": "user", "content": "colourless green ideas"}]
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        ask(lambda client: client.chat.completions.create(model="voiced", messages=messages))
    assert raised.value.code == "not-understood"
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["hint"]
