"""From tier to tier: who is not meant, down, too private or too expensive is passed over, and the turn tells why."""

import asyncio

from tests.fakes.assist import ScriptedAssist
from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import Play, asks, names, speaks, wakes
from voiced.core.config_mind import RouteConfig, RouterConfig
from voiced.core.events import Failed, NotUnderstood, Routed, Spoken
from voiced.core.usage import Limit

QUESTION = "how far is the sun"
PRIVATE = "how far is the moon"


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def plays(*script, said=QUESTION, until=20.0, budgets=(), **options):
    """Plays a script (one spoken question, if there is none) and returns its events and the play."""

    async def run():
        played = Play(ScriptedStt(said), length=until, **options)
        played.usage.budgets = list(budgets)
        events = await played.run(script or (wakes(0.5), speaks(0.8, 1.8)), until)
        await played.parts.record.settled()
        return events, played

    return asyncio.run(run())


def trail(played: Play) -> list[tuple[str, str]]:
    """Who was considered for the last answer, and what became of it."""
    considered = played.heap.messages[-1].metadata["considered"]
    return [(each.get("name") or each["tier"], each["outcome"]) for each in considered]


def reasons(played: Play) -> dict[str, str]:
    considered = played.heap.messages[-1].metadata["considered"]
    return {each.get("name") or each["tier"]: each["reason"] for each in considered}


def test_assist_answers_before_any_model():
    llm = ScriptedLlm("Far.")
    assist = ScriptedAssist({QUESTION: "It is in the sky."})
    events, played = plays(llm=llm, assist=assist)
    assert [event.tier for event in only(events, Routed)] == ["assist"]
    assert only(events, Spoken)[0].text == "It is in the sky."
    assert assist.asked == [(QUESTION, "voice")]
    assert llm.asked == []
    assert trail(played) == [("rules", "passed over"), ("assist", "answered"), ("scripted", "passed over")]
    assert reasons(played)["scripted"] == "not needed"


def test_what_assist_does_not_understand_goes_to_the_model():
    events, played = plays(llm=ScriptedLlm("Far."), assist=ScriptedAssist())
    assert [event.tier for event in only(events, Routed)] == ["model"]
    assert played.heap.messages[-1].tier == "model"
    assert trail(played) == [("rules", "passed over"), ("assist", "declined"), ("scripted", "answered")]


def test_a_home_that_cannot_be_reached_is_passed_over_and_told_where_nobody_else_answers():
    down = ScriptedAssist({QUESTION: ScriptedAssist.FAIL})
    events, played = plays(llm=ScriptedLlm("Far."), assist=down)
    assert only(events, Spoken)[0].text == "Far."
    assert reasons(played)["assist"] == "no rule knows it; the script says so (home-unreachable)"
    events, _ = plays(assist=down)
    assert [event.code for event in only(events, Failed)] == ["home-unreachable"]


def test_what_a_rule_knows_reaches_neither():
    assist = ScriptedAssist({"say it is noon": "No."})
    events, played = plays(said="say it is noon", llm=ScriptedLlm("Far."), assist=assist)
    assert assist.asked == []
    assert trail(played) == [("rules", "answered")]
    assert only(events, Routed)[0].considered[0].reason == "a template says it"


def test_a_model_that_fails_is_followed_by_the_next_in_the_same_turn():
    models = {"small": ScriptedLlm("<fail>"), "large": ScriptedLlm("Very far.")}
    events, played = plays(models=models)
    assert only(events, Failed) == []
    assert [event.text for event in only(events, Spoken)] == ["Very far."]
    assert trail(played) == [("rules", "passed over"), ("small", "failed"), ("large", "answered")]
    assert reasons(played)["small"] == "as configured; the script says so (llm-failed)"


def test_a_model_that_fails_again_and_again_is_left_alone():
    models = {"small": ScriptedLlm(*["<fail>"] * 9), "large": ScriptedLlm(*["Far."] * 9)}
    questions = [asks(second, QUESTION, aloud=False) for second in (0.5, 0.6, 0.7, 0.8)]
    _, played = plays(*questions, models=models, until=1.5)
    assert len(models["small"].asked) == 3
    assert trail(played) == [("rules", "passed over"), ("small", "passed over"), ("large", "answered")]
    assert reasons(played)["small"] == "left alone for a while: the script says so"


def test_a_rule_of_the_table_sends_a_question_to_another_model_first():
    models = {"small": ScriptedLlm("Far."), "large": ScriptedLlm("Very far.")}
    router = RouterConfig(rules={"sky": RouteConfig(first="large", patterns=["sun"])})
    events, played = plays(models=models, router=router)
    assert only(events, Spoken)[0].text == "Very far."
    assert models["small"].asked == []
    assert reasons(played)["large"] == "router.rules.sky"


def test_a_secret_is_told_to_no_other_machine():
    models = {"far": ScriptedLlm("Far."), "near": ScriptedLlm("Near.")}
    assist = ScriptedAssist({PRIVATE: "In the sky."})
    events, played = plays(said=PRIVATE, models=models, far={"far"}, assist=assist)
    assert only(events, Spoken)[0].text == "Near."
    assert (models["far"].asked, assist.asked) == ([], [])
    assert reasons(played)["far"] == "too private for another machine (secret)"


def test_where_only_another_machine_could_answer_a_secret_the_user_is_told_so():
    far = ScriptedLlm("Far.")
    events, played = plays(said=PRIVATE, models={"far": far}, far={"far"})
    assert [event.code for event in only(events, Failed)] == ["too-private"]
    assert "private" in only(events, Spoken)[0].text
    assert far.asked == []
    assert trail(played) == [("rules", "passed over"), ("far", "passed over")]


def test_a_spent_budget_leaves_the_home_to_answer():
    spent = Limit(name="tokens_per_day", limit=1, spent=1, until=1e12)
    llm = ScriptedLlm("Far.")
    events, played = plays(llm=llm, assist=ScriptedAssist({QUESTION: "It is up."}), budgets=[spent])
    assert only(events, Spoken)[0].text == "It is up."
    assert "tokens_per_day" in reasons(played)["scripted"]
    events, _ = plays(llm=llm, assist=ScriptedAssist(), budgets=[spent])
    assert [event.code for event in only(events, Failed)] == ["budget-spent"]
    assert llm.asked == []


def test_without_any_model_what_assist_declines_is_not_understood():
    events, played = plays(assist=ScriptedAssist())
    assert only(events, NotUnderstood)
    assert (played.heap.messages[-1].tier, trail(played)[-1]) == ("none", ("assist", "declined"))


def test_an_answer_that_was_begun_early_for_the_model_is_thrown_away_where_the_home_answers():
    llm = ScriptedLlm("Far.")

    async def run():
        stt = ScriptedStt(QUESTION, partials=3)
        played = Play(stt, length=20.0, llm=llm, assist=ScriptedAssist({QUESTION: "It is up."}))
        return await played.run((wakes(0.5), speaks(0.8, 1.8)), 20.0), played

    events, played = asyncio.run(run())
    assert len(llm.asked) == 1
    assert names(events)[-4:] == ["routed", "speaking", "spoken", "turn_ended"]
    assert only(events, Spoken)[0].text == "It is up."
    assert (llm.open, played.tts.open) == (0, 0)
    assert played.heap.messages[-1].model is None
