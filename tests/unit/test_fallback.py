"""Several engines as one: whatever fails, and wherever, the next one answers, and nothing is said twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from tests.fakes.faulty import FaultyLlm, FaultyStt, FaultyTts
from voiced.core.chat import ChatEnd, ChatMessage, Finish, Prompt
from voiced.core.errors import DeadlinePassed, EngineDied, InputInvalid, LlmFailed, SttFailed, TtsFailed, VoicedError
from voiced.core.types import SpeechChunk
from voiced.engines.fallback import FallbackLlm, FallbackStt, FallbackTts

PROMPT = Prompt((ChatMessage("system", "be brief"),), (ChatMessage("user", "why?"),), budget_s=10)
CHUNKS = 4


async def speech(chunks: int = CHUNKS) -> AsyncIterator[SpeechChunk]:
    for number in range(chunks):
        await asyncio.sleep(0)
        yield SpeechChunk("t", bytes(3200), number * 1600)


class Watch:
    """A clock that is set by hand, and what was told."""

    def __init__(self) -> None:
        self.time = 0.0
        self.told: list[tuple[str, type[VoicedError] | None]] = []

    def now(self) -> float:
        return self.time

    def tell(self, name: str, problem: VoicedError | None) -> None:
        self.told.append((name, type(problem) if problem else None))


async def collect(items) -> list:
    async with aclosing(items):
        return [item async for item in items]


async def collect_until(items) -> tuple[list, type[VoicedError] | None]:
    """What comes, and the kind of error that ends it."""
    collected = []
    try:
        async with aclosing(items):
            async for item in items:
                collected.append(item)  # noqa: PERF401 (what came before the error counts)
    except VoicedError as error:
        return collected, type(error)
    return collected, None


# Steps: at once, after each of the chunks, at the end.
@pytest.mark.parametrize("step", range(CHUNKS + 2))
@pytest.mark.parametrize("error", [SttFailed("no"), EngineDied("gone"), DeadlinePassed("late")])
def test_the_next_recogniser_hears_the_whole_utterance(step, error):
    async def run():
        stt = FallbackStt([("one", FaultyStt(step, error=error)), ("two", FaultyStt())], longest_s=15)
        return await stt.transcribe(speech())

    assert asyncio.run(run()).text == "0 1600 3200 4800"


def test_the_next_recogniser_hears_what_is_still_to_be_said():
    async def run():
        failed = asyncio.Event()

        async def halting():
            async for chunk in speech():
                if chunk.start == 3200:
                    await failed.wait()
                yield chunk

        def partial(transcript):
            if transcript.text == "1 chunks" and first.asked == 1 and second.asked == 1:
                failed.set()

        first, second = FaultyStt(2), FaultyStt()
        return await FallbackStt([("one", first), ("two", second)], 15).transcribe(halting(), partial=partial)

    assert asyncio.run(run()).text == "0 1600 3200 4800"


def test_an_utterance_without_an_end_takes_no_more_room_than_the_longest_one():
    async def run():
        stt = FallbackStt([("one", FaultyStt(None))], longest_s=0.35)
        return await stt.transcribe(speech(1000))

    assert asyncio.run(run()).text == "0 1600 3200"


def test_the_last_recogniser_s_own_error_is_raised():
    async def run():
        stt = FallbackStt([("one", FaultyStt(0)), ("two", FaultyStt(1, error=SttFailed("mine")))], 15)
        await stt.transcribe(speech())

    with pytest.raises(SttFailed, match="mine"):
        asyncio.run(run())


def test_speech_that_fails_is_nobody_s_fault():
    async def broken():
        async for chunk in speech(1):
            yield chunk
        raise RuntimeError("the ear")

    async def run():
        first, second = FaultyStt(), FaultyStt()
        stt = FallbackStt([("one", first), ("two", second)], 15)
        for _ in range(4):
            with pytest.raises(RuntimeError, match="the ear"):
                await stt.transcribe(broken())
        return first.asked, second.asked

    assert asyncio.run(run()) == (4, 0)


def test_a_recognition_that_is_given_up_leaves_nothing_behind():
    async def run():
        async def endless():
            yield SpeechChunk("t", bytes(320), 0)
            await asyncio.Event().wait()

        first, second = FaultyStt(), FaultyStt()
        stt = FallbackStt([("one", first), ("two", second)], 15)
        for _ in range(4):
            task = asyncio.create_task(stt.transcribe(endless()))
            for _ in range(10):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        return len(asyncio.all_tasks()), first.asked, second.asked

    assert asyncio.run(run()) == (1, 4, 0)


@pytest.mark.parametrize("step", range(4))
def test_a_voice_that_fails_before_its_first_sound_is_followed_by_the_next_and_later_by_none(step):
    async def run():
        tts = FallbackTts([("one", FaultyTts(step, rate=8000)), ("two", FaultyTts(rate=16_000))])
        clips, error = await collect_until(tts.synthesize("three short words"))
        return [clip.rate for clip in clips], error

    expected = ([16_000] * 3, None) if step == 0 else ([8000] * step, EngineDied)
    assert asyncio.run(run()) == expected


@pytest.mark.parametrize("step", range(4))
def test_a_model_that_fails_before_its_first_word_is_followed_by_the_next_and_later_by_none(step):
    async def run():
        llm = FallbackLlm([("one", FaultyLlm("abc", step)), ("two", FaultyLlm("xyz"))])
        return await collect_until(llm.chat(PROMPT))

    expected = (["x", "y", "z", ChatEnd(Finish.STOP)], None) if step == 0 else (list("abc")[:step], EngineDied)
    assert asyncio.run(run()) == expected


def test_models_share_the_time_of_the_prompt():
    watch = Watch()

    class Slow(FaultyLlm):
        async def chat(self, prompt):
            watch.time += 4
            async for item in super().chat(prompt):
                yield item

    async def run():
        models = [Slow("a", 0), Slow("b", 0), Slow("c", 0), Slow("d")]
        llm = FallbackLlm([(str(number), model) for number, model in enumerate(models)], now=watch.now)
        with pytest.raises(EngineDied):
            await collect(llm.chat(PROMPT))
        return [[prompt.budget_s for prompt in model.prompts] for model in models]

    assert asyncio.run(run()) == [[10], [6], [2], []]


def test_only_the_models_that_are_meant_are_asked_in_the_order_given_and_it_is_told_how_they_do():
    told: list[tuple[str, type[VoicedError] | None]] = []

    async def run():
        models = {"one": FaultyLlm("a"), "two": FaultyLlm("b", 0), "three": FaultyLlm("c")}
        llm = FallbackLlm(list(models.items()))
        items = llm.chat(PROMPT, ["two", "three"], lambda name, problem: told.append((name, problem and type(problem))))
        return await collect(items), models["one"].asked

    assert asyncio.run(run()) == (["c", ChatEnd(Finish.STOP)], 0)
    assert told == [("two", EngineDied), ("three", None)]


def test_models_tell_how_they_do():
    watch = Watch()

    class Slow(FaultyLlm):
        async def chat(self, prompt):
            watch.time += 4
            async for item in super().chat(prompt):
                yield item

    async def run():
        llm = FallbackLlm([("one", FaultyLlm("a", 0, 0, 0)), ("two", Slow("b"))], now=watch.now, far={"two"})
        for _ in range(3):
            with pytest.raises(EngineDied):
                await collect(llm.chat(PROMPT, ["one"]))
        down = llm.states()
        await collect(llm.chat(PROMPT, ["two"]))
        slow = llm.states()
        watch.time += 301
        return down, slow, llm.states()

    down, slow, later = asyncio.run(run())
    assert [(each.far, each.problem) for each in down] == [(False, "the script says so"), (True, "")]
    assert [each.latency_s for each in slow] == [None, 4]
    assert [each.latency_s for each in later] == [None, None], "who was slow long ago is given another chance"


def test_an_engine_that_fails_three_times_is_left_alone_and_comes_back():
    watch = Watch()

    async def run():
        first, second = FaultyTts(0, 0, 0, 0), FaultyTts()
        tts = FallbackTts([("one", first), ("two", second)], watch.tell, watch.now)
        asked = []
        # At 0 s it fails three times; at 1 s it may try, and fails; at 3 s it may again, and works.
        for moment in (0, 0, 0, 0.5, 1, 1.5, 2.9, 3, 3):
            watch.time = moment
            await collect(tts.synthesize("word"))
            asked.append((first.asked, second.asked))
        return asked

    assert asyncio.run(run()) == [(1, 1), (2, 2), (3, 3), (3, 4), (4, 5), (4, 6), (4, 7), (5, 7), (6, 7)]
    assert watch.told == [("one", EngineDied), ("one", None)]


def test_if_all_are_left_alone_the_one_that_is_due_first_is_tried():
    watch = Watch()

    async def run():
        first, second = FaultyTts(0, 0, 0), FaultyTts(None, None, None, 0, 0, 0)
        tts = FallbackTts([("one", first), ("two", second)], watch.tell, watch.now)
        for _ in range(3):
            await collect(tts.synthesize("word"))
        watch.time = 0.5
        for _ in range(3):
            with pytest.raises(EngineDied):
                await collect(tts.synthesize("word"))
        assert watch.told == [("one", EngineDied), ("two", EngineDied)]
        assert len(await collect(tts.synthesize("word"))) == 1
        return first.asked, second.asked

    assert asyncio.run(run()) == (4, 6)


@pytest.mark.parametrize("times", [1, 5])
def test_what_the_caller_did_wrong_is_told_at_once_and_counts_for_nothing(times):
    wrong = InputInvalid("too long")
    watch = Watch()

    async def run():
        others = FaultyStt(), FaultyTts(), FaultyLlm("x")
        zeros = [0] * times
        stt = FallbackStt([("one", FaultyStt(*zeros, error=wrong)), ("two", others[0])], 15, watch.tell)
        tts = FallbackTts([("one", FaultyTts(*zeros, error=wrong)), ("two", others[1])], watch.tell)
        llm = FallbackLlm([("one", FaultyLlm("x", *zeros, error=wrong)), ("two", others[2])], watch.tell)
        for _ in range(times):
            with pytest.raises(InputInvalid):
                await stt.transcribe(speech())
            with pytest.raises(InputInvalid):
                await collect(tts.synthesize("word"))
            with pytest.raises(InputInvalid):
                await collect(llm.chat(PROMPT))
        return {engine.asked for engine in others}

    assert asyncio.run(run()) == {0}
    assert watch.told == []


def test_speech_cut_short_says_nothing_of_the_voice():
    watch = Watch()

    async def run():
        voice = FaultyTts(0, 0, 0)
        tts = FallbackTts([("one", voice)], watch.tell, watch.now)
        for _ in range(3):
            with pytest.raises(EngineDied):
                await collect(tts.synthesize("word"))
        watch.time = 1
        async with aclosing(tts.synthesize("three short words")) as clips:
            async for _clip in clips:
                break
        assert watch.told == [("one", EngineDied)]
        await collect(tts.synthesize("word"))

    asyncio.run(run())
    assert watch.told == [("one", EngineDied), ("one", None)]


def test_all_are_let_go_of_and_only_the_first_is_prepared():
    async def run():
        first, second = FaultyLlm("a", 0, 0, 0), FaultyLlm("b")
        llm = FallbackLlm([("one", first), ("two", second)])
        await llm.prefill(PROMPT)
        for _ in range(3):
            await collect(llm.chat(PROMPT))
        await llm.prefill(PROMPT)
        await llm.close()
        return first.prefilled, second.prefilled, first.closed, second.closed

    assert asyncio.run(run()) == (1, 1, True, True)


@pytest.mark.parametrize(
    ("engine", "error"),
    [(FallbackTts([]).synthesize("word"), TtsFailed), (FallbackLlm([]).chat(PROMPT), LlmFailed)],
)
def test_without_an_engine_there_is_an_error(engine, error):
    with pytest.raises(error):
        asyncio.run(collect(engine))
