"""The language model in its child: what it keeps, what it drops, and what ends an answer."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scripts.stub_models.llama import write_scripted, write_tiny
from tests.rigs.language_model import LIGHT, STABLE, answer, child, question, talking
from voiced.core.chat import ChatEnd, ChatMessage, Finish, Prompt, Tool, ToolCall
from voiced.core.errors import EngineDied, LlmFailed, ModelBroken, ModelMissing
from voiced.engines.child import Child
from voiced.engines.hosted_llm import HostedLlm

if not find_spec("llama_cpp"):
    pytest.skip("the extra llama is not installed", allow_module_level=True)

ROOT = Path(__file__).parents[2]
PHRASE = "I know that I know what you mean, and"
ENDLESS_CALL = '{"name": "light", "arguments": {"room": "a'
NUMBERS = " ".join(str(number) for number in range(1000, 1600))
STORY = tuple(f"Line {number} of a long story, in which little happens." for number in range(25))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny(folder / "tiny.gguf")
    write_tiny(folder / "slow.gguf", layers=12, width=256)
    write_scripted(folder / "loop.gguf", PHRASE, endless=True)
    write_scripted(folder / "numbers.gguf", NUMBERS, width=512)
    return folder


def scripted(folder: Path, says: str) -> Path:
    path = folder / "scripted.gguf"
    write_scripted(path, says)
    return path


async def drain(items: AsyncGenerator[object]) -> None:
    async for _ in items:
        pass


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def test_what_is_evaluated_is_not_evaluated_again(models: Path) -> None:
    async def main() -> list[ChatEnd]:
        async with talking(models / "tiny.gguf") as llm:
            first, one = "Good morning.", question("Good morning.")
            said, _, end = await answer(llm, one)
            ends = [end]
            for prompt in (one, question("Good night."), question(first, said, "And now?")):
                ends.append((await answer(llm, prompt))[2])  # noqa: PERF401 (one after the other)
            return ends

    cold, same, other, longer = run(main())
    assert cold.tokens_cached == 0
    assert same.tokens_cached == same.tokens_in - 1
    assert len(STABLE[0].content) < other.tokens_cached < other.tokens_in - 1
    assert cold.tokens_in - len("assistant\n") - 3 <= longer.tokens_cached + len("Good morning.")


def test_a_restart_finds_the_stable_part_on_the_disk(models: Path, tmp_path: Path) -> None:
    async def main() -> tuple[tuple[str, ChatEnd], ...]:
        found = []
        for words in ("Good morning.", "Good night.", "Good night."):
            cache = tmp_path / "cache" if len(found) < 2 else None
            async with talking(models / "tiny.gguf", cache) as llm:
                text, _, end = await answer(llm, question(words))
                found.append((text, end))
        return tuple(found)

    (_, cold), (restored, warm), (fresh, _) = run(main())
    assert cold.tokens_cached == 0
    assert warm.tokens_cached > len(STABLE[0].content)
    assert restored == fresh


def test_a_damaged_state_is_not_believed(models: Path, tmp_path: Path) -> None:
    def damage() -> None:
        [path] = tmp_path.glob("*.kv")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    async def main() -> list[tuple[str, ChatEnd]]:
        found = []
        for _ in range(3):
            async with talking(models / "tiny.gguf", tmp_path) as llm:
                text, _, end = await answer(llm, question("Good night."))
                found.append((text, end))
            if len(found) == 1:
                damage()
        return found

    (first, _), (second, damaged), (third, mended) = run(main())
    assert first == second == third
    assert damaged.tokens_cached == 0
    assert mended.tokens_cached > 0


def test_what_is_known_early_is_evaluated_early(models: Path) -> None:
    async def main() -> tuple[ChatEnd, ChatEnd]:
        async with talking(models / "tiny.gguf") as llm:
            await llm.prefill(Prompt(STABLE, ()))
            _, _, one = await answer(llm, question("What time is it in the kitchen?"))
            await llm.prefill(question("What time is it in Lisbon, if"))
            _, _, two = await answer(llm, question("What time is it in Lisbon, if I may ask?"))
            return one, two

    one, two = run(main())
    assert one.tokens_cached > len(STABLE[0].content)
    assert two.tokens_cached >= len(STABLE[0].content + "What time is it in Lisbon, if")


@pytest.mark.parametrize("max_tokens", [1, 300])
def test_cancelled_at_any_moment_the_next_answer_is_right(models: Path, max_tokens: int) -> None:
    async def main() -> None:
        async with talking(models / "slow.gguf") as llm:
            expected = await answer(llm, question("Good night."))
            for moment in range(12):
                story = question(*STORY, max_tokens=max_tokens)
                work = asyncio.create_task(answer(llm, story) if moment % 2 else llm.prefill(story))
                await asyncio.sleep(0.01 * moment)
                work.cancel()
                await asyncio.wait({work})
                text, _, end = await answer(llm, question("Good night."))
                assert (text, end.finish) == (expected[0], expected[2].finish)

    run(main())


def test_cancelled_while_it_speaks_the_next_answer_is_right(models: Path) -> None:
    async def main() -> None:
        async with talking(models / "numbers.gguf") as llm:
            for _ in range(5):
                async with aclosing(llm.chat(question("Count.", max_tokens=700))) as items:
                    assert await anext(items) == "1000"
            text, _, end = await answer(llm, question("Count.", max_tokens=700))
            assert (text, end.finish) == (NUMBERS, Finish.STOP)

    run(main())


def test_an_answer_that_goes_in_circles_is_cut(models: Path) -> None:
    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(models / "loop.gguf") as llm:
            return await answer(llm, question("Go on.", max_tokens=1000))

    text, _, end = run(main())
    assert end.finish is Finish.LOOP
    assert end.tokens_out <= 60
    assert text.startswith(PHRASE * 2)


@pytest.mark.parametrize("budget_s", [0.0, 0.02])
def test_an_answer_ends_when_its_time_is_over(models: Path, budget_s: float) -> None:
    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(models / "numbers.gguf") as llm:
            return await answer(llm, question("Count.", max_tokens=700, budget_s=budget_s))

    text, _, end = run(main())
    assert end.finish is Finish.TIME
    assert NUMBERS.startswith(text)


def test_the_oldest_messages_go_when_there_are_too_many(models: Path) -> None:
    async def main() -> list[ChatEnd]:
        async with talking(models / "tiny.gguf", context=512) as llm:
            prompts = [question(*STORY[:count], max_tokens=4) for count in (1, 5, 9, 11, 13, 15)]
            return [(await answer(llm, prompt))[2] for prompt in prompts]

    ends = run(main())
    assert all(end.tokens_in <= 384 for end in ends)
    assert all(end.tokens_cached > len(STABLE[0].content) for end in ends[1:])
    assert any(one.tokens_in - two.tokens_cached < 20 for one, two in pairwise(ends))


def test_a_question_that_does_not_fit_is_refused_and_the_next_one_answered(models: Path) -> None:
    async def main() -> None:
        async with talking(models / "tiny.gguf", context=512) as llm:
            with pytest.raises(LlmFailed, match="384 tokens"):
                await answer(llm, question("why " * 200))
            assert (await answer(llm, question("Why?")))[0]

    run(main())


def test_names_of_control_tokens_are_no_control_tokens(models: Path) -> None:
    async def main() -> list[int]:
        async with talking(models / "tiny.gguf") as llm:
            said = ("a<|im_end|>b", "a b", "a<|im_<|im_end|>end|>b")
            return [(await answer(llm, question(words, max_tokens=1)))[2].tokens_in for words in said]

    marked, plain, nested = run(main())
    assert marked == plain
    assert nested == plain + len("<|im_end|>")


@pytest.mark.parametrize(
    ("says", "arguments"),
    [
        ('{"name": "light", "arguments": {"room": "hall", "on": false}}', {"room": "hall", "on": False}),
        ('<tool_call>\n{"name": "light", "arguments": {"room": "hall", "on": true}}', {"room": "hall", "on": True}),
        ('  {"name": "light", "arguments": {"room": "hall", "on": true}} and more', {"room": "hall", "on": True}),
    ],
)
def test_a_call_is_found_in_all_its_forms(tmp_path: Path, says: str, arguments: dict[str, Any]) -> None:
    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(scripted(tmp_path, says)) as llm:
            return await answer(llm, question("Light!", tools=(LIGHT,)))

    text, calls, end = run(main())
    assert (text, calls, end.finish) == ("", [ToolCall("light", arguments)], Finish.TOOL)


@pytest.mark.parametrize(
    "says",
    ['{"name": "door", "arguments": {}}', '{"tool": 1}', "{ nonsense", '{"name": "light", "arguments": {"room": "x"}}'],
)
def test_whatever_a_model_means_a_call_fits_its_schema(tmp_path: Path, says: str) -> None:
    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(scripted(tmp_path, says)) as llm:
            return await answer(llm, question("Light!", tools=(LIGHT,), max_tokens=200))

    text, calls, end = run(main())
    assert not text
    if end.finish is Finish.TOOL:
        [call] = calls
        assert call.name == "light"
        assert call.arguments["room"] in ("kitchen", "hall")
        assert call.arguments["on"] in (True, False)
    else:
        assert not calls


def test_a_schema_that_the_grammar_does_not_know_asks_for_any_arguments(tmp_path: Path) -> None:
    says = '{"name": "odd", "arguments": {"x": 1}}'
    odd = Tool("odd", "", {"type": "object", "properties": {"x": {"type": "no such type"}}})

    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(scripted(tmp_path, says)) as llm:
            return await answer(llm, question("Odd?", tools=(LIGHT, odd)))

    assert run(main())[1] == [ToolCall("odd", {"x": 1})]


def test_without_tools_a_brace_is_a_brace(tmp_path: Path) -> None:
    async def main() -> tuple[str, list[ToolCall], ChatEnd]:
        async with talking(scripted(tmp_path, "{a} or {b}")) as llm:
            return await answer(llm, question("Which?"))

    assert run(main())[:2] == ("{a} or {b}", [])


def test_a_model_that_is_missing_or_broken_says_so(tmp_path: Path) -> None:
    async def start(path: Path) -> None:
        await child(path).start()

    with pytest.raises(ModelMissing):
        run(start(tmp_path / "none.gguf"))
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelBroken):
        run(start(tmp_path / "broken.gguf"))


def test_a_child_that_dies_is_told_and_the_next_answer_comes(models: Path) -> None:
    async def main() -> None:
        process: Child = child(models / "numbers.gguf")
        await process.start()
        llm = HostedLlm(process, 60)
        items = llm.chat(question("Count.", max_tokens=700))
        assert await anext(items) == "1000"
        process.kill()
        with pytest.raises(EngineDied):
            await drain(items)
        assert (await answer(llm, question("Count.", max_tokens=2)))[0] == "1000 1001"
        await process.close()

    run(main())


def test_a_prompt_that_fits_no_frame_is_refused(models: Path) -> None:
    async def main() -> None:
        async with talking(models / "tiny.gguf") as llm:
            with pytest.raises(LlmFailed, match="too long"):
                await answer(llm, Prompt((), (ChatMessage("user", "x" * 1_100_000),)))

    run(main())


def test_one_that_says_more_than_it_may_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    async def main() -> None:
        process = Child("llm", "tests.fakes.hosted:BabblingLlm")
        await process.start()
        with pytest.raises(LlmFailed, match="more than it may"):
            await answer(HostedLlm(process, 60), question("Go on.", max_tokens=200))
        await process.close()

    run(main())
