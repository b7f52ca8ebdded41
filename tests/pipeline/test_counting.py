"""What turns take is counted, and where a budget is spent no language model is asked."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from math import inf

import pytest

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import Play, asks, does, speaks, wakes
from voiced.core.chat import ChatEnd, Finish
from voiced.core.commands import Answered, Ask, Say
from voiced.core.events import Failed
from voiced.core.history import Privacy, Source
from voiced.core.ports.llm import Tried
from voiced.core.usage import Limit

ANSWER = "The moon is far away."


def plays(*script, llm=None, said="how far is the moon", stt=None, limits=(), until=10.0) -> tuple[Play, list]:
    async def run():
        played = Play(stt or ScriptedStt(said), length=until, llm=llm)
        played.usage.budgets = list(limits)
        events = await played.run(script, until)
        await played.parts.record.settled()
        return played, events

    return asyncio.run(run())


def spent(key: str | None = None) -> Limit:
    return Limit(name="tokens_per_day", limit=10, spent=10, until=inf, key=key)


def test_a_spoken_turn_counts_what_was_heard_and_made_and_the_tokens():
    played, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(ANSWER))
    (use,) = played.usage.all
    answer = played.heap.messages[-1]
    assert (use.id, use.at, use.turn) == (answer.id, answer.at, answer.turn)
    assert (use.model, use.conversation, use.key) == ("scripted", "home", None)
    assert (use.tokens_in, use.tokens_out) == (answer.tokens_in, len(ANSWER.split()))
    assert use.heard_s == pytest.approx(1.2)
    assert use.spoken_s > 0
    assert use.cost == 0


def test_what_a_rule_answers_has_no_tokens():
    played, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(ANSWER), said="say it is noon")
    (use,) = played.usage.all
    assert (use.model, use.tokens_in, use.tokens_out, use.inference_s) == (None, 0, 0, 0.0)
    assert use.spoken_s > 0


def test_what_is_written_makes_no_sound_and_is_counted_for_its_key():
    played, _ = plays(does(0.5, Ask("how far is the moon", aloud=False, key="k")), llm=ScriptedLlm(ANSWER))
    (use,) = played.usage.all
    assert (use.key, use.heard_s, use.spoken_s) == ("k", 0.0, 0.0)
    assert use.tokens_out == len(ANSWER.split())


class Asker:
    """Whoever wants answers, and takes note of how they ended."""

    def __init__(self) -> None:
        self.id, self.key, self.conversation, self.memories = "a", None, None, None
        self.ends: list[ChatEnd] = []

    @property
    def tried(self) -> Tried:
        return lambda _, __: None

    def use(self, used: ChatEnd) -> None:
        self.ends.append(used)

    def rest_on(self, sources: Sequence[Source], privacy: Privacy = "public") -> None:
        pass


def test_an_answer_that_is_cut_short_has_taken_what_was_made_of_it():
    llm = ScriptedLlm("Far.", "That is one more sentence.")
    asker = Asker()

    async def run():
        thinking = Play(ScriptedStt(), llm=llm).parts.thinking
        assert thinking
        order = [state.name for state in thinking.states()]
        assert [piece async for piece in thinking.answer("how far is it", order, asker)] == ["Far."]
        async with aclosing(thinking.answer("how far is it", order, asker)) as pieces:
            for _ in range(3):
                await anext(pieces)

    asyncio.run(run())
    whole, cut = asker.ends
    asked = sum(len(each.content) for each in (*llm.asked[1].stable, *llm.asked[1].messages))
    assert (whole.finish, cut.finish, cut.model) == (Finish.STOP, Finish.CUT, "scripted")
    assert cut.tokens_out == 3
    assert asked / 5 < cut.tokens_in < asked / 3


def test_an_answer_that_was_begun_in_vain_is_counted_with_the_other():
    llm = ScriptedLlm("Half of it.", ANSWER)
    stt = ScriptedStt("how far is the moon", partials=3, early="how far")
    played, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, stt=stt)
    (use,) = played.usage.all
    answer = played.heap.messages[-1]
    assert answer.tokens_out == len(ANSWER.split())
    assert use.tokens_in > answer.tokens_in > 0
    assert use.model == "scripted"


def test_what_a_rule_answers_after_an_answer_was_begun_in_vain_has_its_tokens():
    llm = ScriptedLlm(ANSWER, "Far.")
    stt = ScriptedStt("say it is noon", partials=3, early="how far")
    played, _ = plays(asks(0.2, "how far is it", aloud=False), wakes(0.8), speaks(1.0, 2.0), llm=llm, stt=stt)
    *_, use = played.usage.all
    assert use.model == "scripted"
    assert use.tokens_in > 0
    answer = played.heap.messages[-1]
    assert (answer.content, answer.model, answer.tokens_in) == ("it is noon", None, None)


@pytest.mark.parametrize(("script", "counted"), [("<fail>", 0), ("Well, <fail>", 1)])
def test_an_answer_that_breaks_off_is_counted_and_one_that_does_not_begin_is_not(script, counted):
    played, _ = plays(asks(0.5, "how far is the moon", aloud=False), llm=ScriptedLlm(script))
    (use,) = played.usage.all
    assert (use.tokens_out, use.tokens_in > 0) == (counted, bool(counted))


def test_an_announcement_is_speech_that_was_made():
    played, _ = plays(does(0.5, Say("dinner is ready")))
    (use,) = played.usage.all
    assert use.spoken_s > 0


def test_where_a_budget_is_spent_the_model_is_not_asked_and_the_user_is_told():
    llm = ScriptedLlm(ANSWER)
    played, events = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, limits=[spent()])
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert (failed.code, llm.asked) == ("budget-spent", [])
    assert "budget" in played.heap.messages[-1].content


def test_what_a_rule_knows_is_answered_though_a_budget_is_spent():
    played, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(), said="say it is noon", limits=[spent()])
    assert played.heap.messages[-1].content == "it is noon"


def test_a_keys_quota_is_nobody_elses():
    llm = ScriptedLlm(ANSWER, ANSWER)
    _, events = plays(
        does(0.5, Ask("how far is the moon", aloud=False, key="k")),
        asks(2.0, "how far is the moon", aloud=False),
        llm=llm,
        limits=[spent("k")],
    )
    assert [event.code for event in events if isinstance(event, Failed)] == ["budget-spent"]
    assert len(llm.asked) == 1


def test_a_disk_that_takes_nothing_counts_nothing_and_answers():
    async def run():
        played = Play(ScriptedStt(), length=5.0, llm=ScriptedLlm(ANSWER))
        played.heap.full = True
        done: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        await played.run([does(0.5, Ask("how far is the moon", aloud=False, done=done))], 5.0)
        return (await done).text, played.usage.all

    assert asyncio.run(run()) == (ANSWER, [])
