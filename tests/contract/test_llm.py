"""What every language model does, whatever it is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from scripts.stub_models.llama import write_scripted, write_tiny
from tests.fakes.llm import ScriptedLlm
from tests.rigs.language_model import LIGHT, answer, question, talking
from voiced.core.chat import ChatEnd, Finish, ToolCall
from voiced.core.ports.llm import Llm

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

SAYS = "It is noon, and the sun is high over Köln. 🙂"
CALL = '{"name": "light", "arguments": {"room": "kitchen", "on": true}}'
LONG = "word " * 50

Talking = Callable[[], AbstractAsyncContextManager[Llm]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny(folder / "tiny.gguf")
    write_scripted(folder / "says.gguf", SAYS)
    write_scripted(folder / "calls.gguf", CALL)
    return folder


@asynccontextmanager
async def scripted(*script: str | ToolCall) -> AsyncGenerator[ScriptedLlm]:
    yield ScriptedLlm(*script)


@pytest.fixture(params=["tiny", "stories", "scripted"])
def talker(request: pytest.FixtureRequest, models: Path) -> Talking:
    """Models that say something, whatever it is."""
    if request.param == "scripted":
        return lambda: scripted(LONG, LONG, LONG, LONG)
    if request.param == "tiny":
        return lambda: talking(models / "tiny.gguf")
    recordings: Path = request.getfixturevalue("recordings")
    return lambda: talking(recordings / "models/llm/stories260K-f32.gguf")


@pytest.fixture(params=["llama", "scripted"])
def sayer(request: pytest.FixtureRequest, models: Path) -> Talking:
    """Models that say what is expected of them."""
    return (lambda: scripted(*[SAYS] * 3)) if request.param == "scripted" else (lambda: talking(models / "says.gguf"))


@pytest.fixture(params=["llama", "scripted"])
def caller(request: pytest.FixtureRequest, models: Path) -> Talking:
    """Models that ask for a tool."""
    call = ToolCall("light", {"room": "kitchen", "on": True})
    return (lambda: scripted(call)) if request.param == "scripted" else (lambda: talking(models / "calls.gguf"))


def test_an_answer_comes_in_pieces_and_ends_with_its_end(sayer: Talking) -> None:
    async def run() -> list[str | ToolCall | ChatEnd]:
        async with sayer() as llm:
            return [item async for item in llm.chat(question("What time is it?"))]

    *pieces, end = asyncio.run(run())
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert len(pieces) > 3
    assert "".join(map(str, pieces)) == SAYS
    assert isinstance(end, ChatEnd)
    assert end.finish is Finish.STOP
    assert end.model
    assert end.tokens_in > 0
    assert end.tokens_cached <= end.tokens_in
    assert len(pieces) <= end.tokens_out


def test_an_answer_is_no_longer_than_allowed(talker: Talking) -> None:
    async def run() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talker() as llm:
            return await answer(llm, question("Tell me a story.", max_tokens=8))

    text, calls, end = asyncio.run(run())
    assert (end.finish, end.tokens_out) == (Finish.LENGTH, 8)
    assert not calls
    assert text


def test_a_tool_is_asked_for_instead_of_an_answer_in_words(caller: Talking) -> None:
    async def run() -> tuple[str, list[ToolCall], ChatEnd]:
        async with caller() as llm:
            return await answer(llm, question("Light on in the kitchen", tools=(LIGHT,)))

    text, calls, end = asyncio.run(run())
    assert (text, calls) == ("", [ToolCall("light", {"room": "kitchen", "on": True})])
    assert end.finish is Finish.TOOL


def test_words_are_words_though_there_are_tools(sayer: Talking) -> None:
    async def run() -> tuple[str, list[ToolCall], ChatEnd]:
        async with sayer() as llm:
            return await answer(llm, question("What time is it?", tools=(LIGHT,)))

    text, calls, end = asyncio.run(run())
    assert (text, calls, end.finish) == (SAYS, [], Finish.STOP)


def test_an_answer_that_nobody_wants_any_more_leaves_the_model_ready(talker: Talking) -> None:
    async def run() -> None:
        async with talker() as llm:
            for wanted in (1, 3):
                async with aclosing(llm.chat(question("Tell me a story."))) as items:
                    async for _ in items:
                        wanted -= 1  # noqa: PLW2901 (counted down)
                        if not wanted:
                            break
            text, _, end = await answer(llm, question("Tell me a story.", max_tokens=8))
            assert text
            assert end.tokens_out == 8

    asyncio.run(run())


def test_what_is_known_early_may_be_taken_in_early(sayer: Talking) -> None:
    async def run() -> str:
        async with sayer() as llm:
            await llm.prefill(question("What time"))
            text, _, _ = await answer(llm, question("What time is it?"))
            return text

    assert asyncio.run(run()) == SAYS


def test_questions_at_once_are_answered_one_after_the_other(sayer: Talking) -> None:
    async def run() -> list[str]:
        async with sayer() as llm:
            answers = await asyncio.gather(*(answer(llm, question("What time is it?")) for _ in range(2)))
            return [text for text, _, _ in (*answers, await answer(llm, question("And now?")))]

    assert asyncio.run(run()) == [SAYS] * 3


def test_a_question_that_nobody_waits_for_takes_no_other_with_it(sayer: Talking) -> None:
    async def run() -> str:
        async with sayer() as llm:
            first = asyncio.create_task(answer(llm, question("What time is it?")))
            second = asyncio.create_task(answer(llm, question("What time is it?")))
            await asyncio.sleep(0)
            second.cancel()
            await asyncio.wait([second])
            text, _, _ = await first
            return text

    assert asyncio.run(run()) == SAYS
