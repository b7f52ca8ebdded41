"""What no rule knows goes to a language model, whose answer is spoken while it is made."""

import asyncio

import pytest

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import Play, asks, does, names, play, speaks, wakes
from voiced.core.commands import Ask
from voiced.core.events import Failed, Heard, Interrupted, NotUnderstood, Routed, Spoken, TurnEnded
from voiced.core.history import Source
from voiced.core.ports.skill import Reply

ANSWER = "The moon is far away. It is made of rock, and of dust."
THOUGHT = ["woke", "speech_started", "heard", "routed", "speaking", "model_used", "spoken", "turn_ended"]


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def plays(*script, llm, stt=None, until=20.0, may_tell=None):
    """Plays a script; returns the events, and what was kept."""

    async def run():
        played = Play(stt or ScriptedStt("how far is the moon"), length=until, llm=llm, may_tell=may_tell)
        events = await played.run(script, until)
        return events, played

    return asyncio.run(run())


def test_what_no_rule_knows_is_answered_by_the_model():
    events, played = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(ANSWER))
    assert names(events) == THOUGHT
    assert only(events, Routed)[0].tier == "model"
    (spoken,) = only(events, Spoken)
    assert (spoken.text, spoken.complete) == (ANSWER, True)
    assert played.tts.open == 0


def test_both_sides_are_kept_with_what_it_cost():
    _, played = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(ANSWER))
    question, answer = played.heap.messages
    assert (question.content, question.mode) == ("how far is the moon", "chat")
    assert (answer.content, answer.mode, answer.tier, answer.model) == (ANSWER, "chat", "model", "scripted")
    assert answer.tokens_out == len(ANSWER.split())
    assert answer.spoken is None


def test_both_sides_are_kept_with_how_private_they_are():
    llm = ScriptedLlm("Far.", "In the west.")
    told = asks(0.5, "how far is the moon", aloud=False), asks(2.5, "where is the sun", aloud=False)
    _, played = plays(*told, llm=llm, until=5.0)
    assert [message.privacy for message in played.heap.messages] == ["secret", "secret", "public", "public"]
    first, second = llm.asked
    assert [message.privacy for message in first.messages] == ["secret"]
    assert [message.privacy for message in second.messages] == ["secret", "secret", "public"]


def test_each_conversation_is_kept_under_its_id_and_knows_nothing_of_the_others():
    def asked(at, text, conversation):
        return does(at, Ask(text, aloud=False, conversation=conversation))

    llm = ScriptedLlm("One.", "Two.", "Three.", "Four.")
    script = [asked(0.5, "first", "a"), asked(1.5, "second", "b"), asked(2.5, "third", "a"), asked(3.5, "fourth", None)]
    _, played = plays(*script, llm=llm, until=5.0)
    told = [[message.content.split("\n")[-1] for message in prompt.messages] for prompt in llm.asked]
    assert told == [["first"], ["second"], ["first", "One.", "third"], ["fourth"]]
    kept = [(message.conversation, message.content) for message in played.heap.messages]
    assert kept[:6:2] == [("a", "first"), ("b", "second"), ("a", "third")]
    assert kept[1:6:2] == [("a", "One."), ("b", "Two."), ("a", "Three.")]
    assert {conversation for conversation, _ in kept[6:]} == {"home"}


def test_who_asks_in_writing_gets_the_answer_as_it_is_made_and_what_became_of_it():
    async def run():
        played = Play(ScriptedStt(), length=5.0, llm=ScriptedLlm(ANSWER))
        done, pieces = asyncio.get_running_loop().create_future(), []
        ask = Ask("how far is the moon", aloud=False, done=done, conversation="c", piece=pieces.append)
        await played.run([does(0.5, ask)], 5.0)
        return await done, pieces, played.heap.messages

    answered, pieces, (_, kept) = asyncio.run(run())
    assert len(pieces) == len(ANSWER.split())
    assert "".join(pieces) == answered.text == ANSWER
    assert (answered.turn, answered.conversation) == (kept.turn, "c")
    assert (answered.tier, answered.model, answered.latency_ms) == ("model", "scripted", kept.latency_ms)
    assert answered.timeline.answered == pytest.approx(answered.latency_ms / 1000, abs=0.001)


def test_what_a_rule_knows_does_not_reach_the_model():
    llm = ScriptedLlm(ANSWER)
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, stt=ScriptedStt("say it is noon"))
    assert only(events, Spoken)[0].text == "it is noon"
    assert llm.asked == []


def test_the_model_knows_what_was_said_before_and_not_the_question_twice():
    llm = ScriptedLlm("Far.", "Very far.")
    plays(asks(0.5, "how far is the moon", aloud=False), asks(2.5, "is that far", aloud=False), llm=llm, until=5.0)
    first, second = llm.asked
    assert [message.role for message in first.messages] == ["user"]
    assert [message.content for message in second.messages[:-1]] == ["how far is the moon", "Far."]
    assert second.messages[-1].content.endswith("\nis that far")
    assert first.stable == second.stable


def test_the_model_takes_in_what_was_said_while_nobody_speaks():
    llm = ScriptedLlm("Far.", "Very far.")
    plays(asks(0.5, "how far is the moon", aloud=False), wakes(2.0), speaks(2.5, 3.5), llm=llm, until=8.0)
    *known, begun = llm.prefilled[-2].messages
    assert [message.content for message in known] == ["how far is the moon", "Far."]
    *before, question = llm.asked[-1].messages
    assert before == known
    assert question.content == f"{begun.content}how far is the moon"
    assert begun.content.startswith("(It is ")


def test_an_answer_is_begun_while_the_user_is_still_silent_and_said_once():
    llm = ScriptedLlm(ANSWER)
    stt = ScriptedStt("how far is the moon", partials=3)
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, stt=stt)
    assert len(llm.asked) == 1
    assert [event.text for event in only(events, Spoken)] == [ANSWER]
    assert only(events, TurnEnded)[0].timeline.answered <= only(events, TurnEnded)[0].timeline.routed


def test_an_answer_to_half_a_question_is_thrown_away():
    llm = ScriptedLlm("Half.", ANSWER)
    stt = ScriptedStt("how far is the moon", partials=3, early="how far")
    events, played = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, stt=stt)
    assert [prompt.messages[-1].content.split("\n")[-1] for prompt in llm.asked] == ["how far", "how far is the moon"]
    assert [event.text for event in only(events, Spoken)] == [ANSWER]
    assert (llm.open, played.tts.open) == (0, 0)
    assert [message.content for message in played.heap.messages] == ["how far is the moon", ANSWER]


def test_a_model_on_another_machine_is_asked_when_the_whole_question_is_known():
    stt = ScriptedStt("how far is the moon", partials=3, early="how far")
    llm = ScriptedLlm(ANSWER)
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=llm, stt=stt, may_tell=lambda privacy: privacy == "public")
    assert [prompt.messages[-1].content.split("\n")[-1] for prompt in llm.asked] == ["how far is the moon"]
    assert only(events, TurnEnded)[0].timeline.answered >= only(events, TurnEnded)[0].timeline.routed


def test_a_begun_answer_ends_with_its_turn():
    llm = ScriptedLlm("Well, <hang>")
    stt = ScriptedStt("how far is the moon", "", partials=3)
    events, played = plays(wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(1.9, "b"), llm=llm, stt=stt, until=6.0)
    assert only(events, Interrupted)
    assert len(llm.asked) == 1
    assert (llm.open, played.tts.open) == (0, 0)


def test_the_wake_word_cuts_an_answer_short_and_what_was_said_is_kept():
    long = "word " * 60
    events, played = plays(wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(4.0, "b"), llm=ScriptedLlm(long))
    assert not only(events, Spoken)[0].complete
    answer = played.heap.messages[1]
    assert answer.spoken == only(events, Spoken)[0].text
    assert 0 < len(answer.spoken) < len(long)


@pytest.mark.parametrize("script", ["<fail>", "Well, <fail>"])
def test_a_model_that_fails_is_told(script):
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(script))
    assert only(events, Failed)[0].code == "llm-failed"
    assert "sorry" in only(events, Spoken)[-1].text.lower()


def test_a_question_that_a_model_does_not_answer_is_told_so_in_words_and_anything_else_with_a_sound():
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(""))
    assert only(events, NotUnderstood)
    assert only(events, Spoken)[0].text == "Sorry, I do not know that."
    events, _ = plays(wakes(0.5), speaks(0.8, 1.8), llm=ScriptedLlm(""), stt=ScriptedStt("lah lah"))
    assert only(events, NotUnderstood)
    assert not only(events, Spoken)


def test_without_a_model_nobody_answers():
    events = play(wakes(0.5), speaks(0.8, 1.8), stt=ScriptedStt("how far is the moon"))
    assert only(events, Heard)
    assert only(events, NotUnderstood)
    assert only(events, Spoken)[0].text == "Sorry, I do not know that."


@pytest.mark.parametrize(
    ("said", "told", "tiers"),
    [("how far is it", "You told me: it is far.", ["rules"]), ("how old is it", "Sorry, I do not know that.", [])],
)
def test_what_nobody_answers_is_answered_from_a_note(said: str, told: str, tiers: list[str]):
    async def recollect(question: str) -> Reply | None:
        return Reply("You told me: it is far.", [Source("note", "n1")]) if question == "how far is it" else None

    async def run():
        played = Play(ScriptedStt(said), length=4.0)
        played.use(recollect=recollect)
        return await played.run([wakes(0.5), speaks(0.8, 1.8)], 4.0)

    events = asyncio.run(run())
    assert only(events, Spoken)[0].text == told
    assert [each.tier for each in only(events, Routed)] == tiers
