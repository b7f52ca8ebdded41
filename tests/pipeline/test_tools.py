"""A model asks for tools: what they tell goes back to it, what they did is said as the skill says it."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.household import House
from tests.pipeline.playbook import Play, asks, speaks, wakes
from voiced.core.chat import Tool, ToolCall
from voiced.core.config_keeping import PrivacyConfig
from voiced.core.config_mind import DialogueConfig
from voiced.core.errors import SkillFailed, StoreFull, TooPrivate
from voiced.core.events import Failed, NotUnderstood, Spoken
from voiced.core.history import Privacy, Source
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.types import Understanding
from voiced.engines.discreet import DiscreetLlm
from voiced.turn.actwords import ActWords
from voiced.turn.dialogue import Dialogue
from voiced.turn.prompt import RESULT, RESULTS
from voiced.turn.toolbox import KEPT, Toolbox

WORDS = ActWords(wishes={"open": (("open",),)}, around=frozenset({"the"}), negations=frozenset({"not"}))
LOOK, OPEN = ToolCall("look", {}), ToolCall("open", {"name": "hatch"})
SAID = "The hatch is closed."


class Hatch:
    """A hatch that can be looked at and opened. Implements `Skill` and `Offering`.

    Attributes:
        done: what was answered, in its order.
        says: what a look tells.
        private: how private that is.
        before: waited for by each answer.
        fails: nothing can be done.
        breaks: what opening some of them raises.
    """

    intents = ("Look", "Open")

    def __init__(self, says: str = SAID, private: Privacy = "public") -> None:
        self.done: list[Understanding] = []
        self.says = says
        self.private: Privacy = private
        self.before = asyncio.sleep
        self.fails = False
        self.breaks: dict[str, BaseException] = {}

    async def answer(self, understood: Understanding) -> Reply:
        await self.before(0)
        if self.fails:
            raise SkillFailed("Sorry, the hatch is stuck.")
        self.done.append(understood)
        if understood.intent == "Look":
            return Reply(self.says, (Source("note", "n", "a note"),), privacy=self.private)
        name = str(understood.slots["name"])
        if name in self.breaks:
            raise self.breaks[name]
        return Reply("The hatch is open.", notes={"receipts": [f"open {name}"]})

    def tools(self) -> Sequence[Tool]:
        return Tool("look", "Look.", {"type": "object"}), Tool("open", "Open.", {"type": "object"})

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        if call.name == "look":
            return Wish(Understanding("Look", {}, text))
        name = call.arguments.get("name")
        understood = Understanding("Open", {"name": str(name)}, text, confirmed=True)
        return (
            Wish(understood, "open", (Named((name,)),), Reply("Shall I open it?", asks=Asks(yes=understood)))
            if name
            else None
        )

    @property
    def intents_done(self) -> list[str]:
        return [each.intent for each in self.done]


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def plays(*script, llm, hatch, said="open the hatch", steps=3, stt=None, until=10.0, **options):
    """Plays a script (one spoken sentence if there is none); returns the events and the play."""

    async def run():
        toolbox = Toolbox(dict.fromkeys(hatch.intents, hatch), WORDS, steps=steps)
        models = options.pop("models", None) or {"model": llm}
        played = Play(stt or ScriptedStt(said), length=until, models=models, toolbox=toolbox, **options)
        events = await played.run(script or (wakes(0.5), speaks(0.8, 1.8)), until)
        await played.parts.record.settled()
        return events, played

    return asyncio.run(run())


def said(played) -> str:
    return played.heap.messages[-1].content


def calls(played):
    """What is kept of the calls: tool, decision, reason."""
    return [(each["tool"], each["decision"], each["reason"]) for each in played.heap.messages[-1].metadata["tools"]]


def test_what_a_tool_tells_goes_back_to_the_model_as_a_quote():
    llm, hatch = ScriptedLlm(LOOK, "It is shut."), Hatch("The “hatch” is\nclosed. " + "x" * 2 * RESULT)
    events, played = plays(llm=llm, hatch=hatch, said="how is the hatch")
    first, second = llm.asked
    assert second.messages[: len(first.messages)] == first.messages
    assert (second.stable, second.tools) == (first.stable, first.tools)
    *_, asked, told = second.messages
    assert (asked.role, asked.content) == ("assistant", '{"name":"look","arguments":{}}')
    head, quote = told.content.split("\n")
    assert (told.role, head) == ("user", RESULTS)
    assert quote.startswith("> look: “The 'hatch' is closed. xxx")
    assert len(quote) < RESULT + 20
    assert [event.text for event in only(events, Spoken)] == ["It is shut."]
    assert played.heap.messages[-1].sources == [Source("note", "n", "a note")]


def test_what_a_tool_tells_is_as_private_as_what_it_rests_on():
    llm, hatch = ScriptedLlm(LOOK, "It is shut."), Hatch(private="secret")
    _, played = plays(llm=llm, hatch=hatch, said="how is the hatch")
    assert [message.privacy for message in llm.asked[1].messages[-2:]] == ["secret", "secret"]
    assert [message.privacy for message in played.heap.messages] == ["public", "secret"]


def test_a_model_that_may_not_be_told_what_a_tools_answer_rests_on_is_not_asked_again():
    llm, hatch = ScriptedLlm(LOOK, "It is shut."), Hatch(private="secret")
    _, played = plays(llm=llm, hatch=hatch, said="how is the hatch", may_tell=lambda privacy: privacy != "secret")
    assert (len(llm.asked), said(played)) == (1, SAID)
    assert played.heap.messages[-1].privacy == "secret"


def test_what_a_tool_did_is_said_as_the_skill_says_it_and_the_model_is_not_asked_again():
    llm, hatch = ScriptedLlm(OPEN, "All is well."), Hatch()
    events, played = plays(llm=llm, hatch=hatch)
    assert [event.text for event in only(events, Spoken)] == ["The hatch is open."]
    assert len(llm.asked) == 1
    question, answer = played.heap.messages
    assert answer.metadata["receipts"] == ["open hatch"]
    assert calls(played) == [("open", "allowed", "it was asked for")]
    (done,) = hatch.done
    assert (done.text, done.message, done.confirmed) == ("open the hatch", question.id, False)


def test_what_was_not_asked_for_is_refused_and_the_model_told_so():
    llm, hatch = ScriptedLlm(OPEN, "I may not."), Hatch()
    _, played = plays(llm=llm, hatch=hatch, said="what do you know")
    assert hatch.done == []
    assert llm.asked[1].messages[-1].content.endswith("> open: “refused: nobody spoke of hatch”")
    assert said(played) == "I may not."
    assert calls(played) == [("open", "refused", "nobody spoke of hatch")]


def test_what_makes_no_sense_is_refused():
    unknown, senseless = ToolCall("fly", {}), ToolCall("open", {"names": 3})
    llm, hatch = ScriptedLlm([unknown, senseless], "I cannot."), Hatch()
    _, played = plays(llm=llm, hatch=hatch)
    assert [decision for _, decision, _ in calls(played)] == ["refused", "refused"]
    assert (hatch.done, said(played)) == ([], "I cannot.")


def test_several_calls_are_answered_in_their_order_and_the_same_one_once():
    llm, hatch = ScriptedLlm([OPEN, LOOK, OPEN], "Well."), Hatch()
    _, played = plays(llm=llm, hatch=hatch)
    assert hatch.intents_done == ["Open", "Look"]
    assert said(played) == f"The hatch is open. {SAID}"


def test_the_receipts_of_all_calls_are_kept():
    two = [ToolCall("open", {"name": name}) for name in ("a hatch", "b hatch")]
    _, played = plays(llm=ScriptedLlm(two), hatch=Hatch(), said="open a hatch and open b hatch")
    assert played.heap.messages[-1].metadata["receipts"] == ["open a hatch", "open b hatch"]


def test_what_was_done_is_kept_though_what_follows_fails_or_is_stopped():
    two = [ToolCall("open", {"name": name}) for name in ("a hatch", "b hatch")]
    for outcome in (StoreFull("the disk is full"), asyncio.CancelledError()):
        hatch = Hatch()
        hatch.breaks["b hatch"] = outcome
        _, played = plays(llm=ScriptedLlm(two), hatch=hatch, said="open a hatch and open b hatch")
        kept = played.heap.messages[-1].metadata
        assert [each["decision"] for each in kept["tools"]] == ["allowed"]
        assert kept["receipts"] == ["open a hatch"]


def test_many_things_at_once_are_too_much():
    many = [ToolCall("open", {"name": name}) for name in ("a hatch", "b hatch", "c hatch", "d hatch", "e hatch")]
    llm, hatch = ScriptedLlm(many, "Well."), Hatch()
    _, played = plays(llm=llm, hatch=hatch, said="open a hatch, open b hatch, open c hatch, open d hatch, open e hatch")
    assert len(hatch.done) == 4
    assert calls(played)[-1] == ("open", "refused", "that is too much at once")


def test_one_thing_at_a_time_is_asked_back():
    two = [ToolCall("open", {"name": name}) for name in ("hatch", "lid")]
    llm, hatch = ScriptedLlm(two, "Well."), Hatch()
    _, played = plays(llm=llm, hatch=hatch, said="the hatch and the lid are nice")
    assert said(played) == "Shall I open it?"
    assert [decision for _, decision, _ in calls(played)] == ["asked", "refused"]


def test_what_is_kept_of_a_call_is_bounded():
    llm = ScriptedLlm(ToolCall("look", {"at": "x" * 5000}), "Well.")
    _, played = plays(llm=llm, hatch=Hatch("y" * 5000), said="how is the hatch")
    (kept,) = played.heap.messages[-1].metadata["tools"]
    assert (kept["arguments"], kept["told"]) == ({}, "y" * KEPT)


def test_a_model_that_only_asks_for_tools_is_asked_no_more_and_the_user_told_so():
    llm, hatch = ScriptedLlm(*[LOOK] * 9), Hatch()
    events, _ = plays(llm=llm, hatch=hatch, said="how is the hatch", steps=2)
    assert (len(llm.asked), hatch.intents_done) == (3, ["Look", "Look"])
    assert only(events, NotUnderstood)
    assert only(events, Spoken)[0].text == "Sorry, I do not know that."


def test_without_steps_no_tool_is_offered():
    llm, hatch = ScriptedLlm("Well."), Hatch()
    plays(llm=llm, hatch=hatch)
    assert [tool.name for tool in llm.asked[0].tools] == ["look", "open"]
    bare = ScriptedLlm("Well.")

    async def run():
        await Play(ScriptedStt(), length=2.0, llm=bare).run([asks(0.2, "open the hatch", aloud=False)], 1.0)

    asyncio.run(run())
    assert bare.asked[0].tools == ()
    assert bare.asked[0].stable != llm.asked[0].stable


def test_what_is_taken_in_early_begins_with_the_tools_as_well():
    llm, hatch = ScriptedLlm("Well."), Hatch()
    plays(llm=llm, hatch=hatch)
    (asked,) = llm.asked
    assert [(known.stable, known.tools) for known in llm.prefilled[:1]] == [(asked.stable, asked.tools)]


class Dawdling:
    """A clock that another one drives, and that jumps.

    Attributes:
        ahead: seconds that it has jumped.
    """

    def __init__(self, clock) -> None:
        self._clock = clock
        self.ahead = 0.0

    def __getattr__(self, name):
        return getattr(self._clock, name)

    def monotonic(self) -> float:
        return self._clock.monotonic() + self.ahead


def test_all_steps_share_the_time():
    llm, hatch = ScriptedLlm(LOOK, LOOK, "Well."), Hatch()

    async def run():
        toolbox = Toolbox(dict.fromkeys(hatch.intents, hatch), WORDS)
        played = Play(ScriptedStt("how is the hatch"), length=10.0, models={"model": llm}, toolbox=toolbox)
        played.parts.thinking._clock = clock = Dawdling(played.audio)

        async def dawdle(_: float) -> None:
            clock.ahead += 20.0

        hatch.before = dawdle
        return await played.run([wakes(0.5), speaks(0.8, 1.8)], 10.0)

    events = asyncio.run(run())
    assert [event.code for event in only(events, Failed)] == ["deadline-passed"]
    assert [prompt.budget_s > 20 for prompt in llm.asked] == [True, False]


def test_a_call_that_is_made_early_waits_until_the_sentence_is_over_and_is_made_once():
    llm, hatch = ScriptedLlm(OPEN, "Well."), Hatch()
    stt = ScriptedStt("open the hatch", partials=3)
    events, _ = plays(llm=llm, hatch=hatch, stt=stt)
    assert len(llm.asked) == 1
    assert hatch.intents_done == ["Open"]
    assert [event.text for event in only(events, Spoken)] == ["The hatch is open."]


def test_a_call_for_half_a_sentence_is_never_made():
    llm, hatch = ScriptedLlm(OPEN, "You did not ask for it."), Hatch()
    stt = ScriptedStt("open the hatch tomorrow", partials=3, early="open the hatch")
    events, _ = plays(llm=llm, hatch=hatch, stt=stt)
    assert len(llm.asked) == 2
    assert hatch.done == []
    assert only(events, Spoken)[0].text == "You did not ask for it."


def test_a_call_made_early_is_not_made_where_the_turn_is_cut_short():
    llm, hatch = ScriptedLlm(OPEN), Hatch()
    stt = ScriptedStt("open the hatch", "", partials=3)
    plays(wakes(0.5, "a"), speaks(0.8, 1.8, "a"), wakes(1.9, "b"), llm=llm, hatch=hatch, stt=stt, until=6.0)
    assert (len(llm.asked), hatch.done) == (1, [])


def test_what_is_too_private_for_another_machine_is_told_by_the_skill_itself():
    hatch = Hatch("The moon is yours.")
    far = ScriptedLlm(LOOK, "I know it, too.")
    _, played = plays(
        llm=None, models={"far": DiscreetLlm(far, PrivacyConfig())}, far={"far"}, hatch=hatch,
        said="what about the hatch", may_tell=lambda privacy: privacy == "public",
    )  # fmt: skip
    assert said(played) == "The moon is yours."
    assert len(far.asked) == 1
    assert played.heap.messages[-1].privacy == "secret"


def test_a_tool_with_private_names_is_offered_to_no_other_machine():
    far, tools = ScriptedLlm("Well."), (Tool("a", "A.", {}), Tool("b", "B.", {}, "personal"))
    discreet = DiscreetLlm(far, PrivacyConfig())

    async def run():
        llm = ScriptedLlm("Well.")
        await Play(ScriptedStt(), length=2.0, llm=llm).run([asks(0.2, "hello", aloud=False)], 1.0)
        async for _ in discreet.chat(replace(llm.asked[0], tools=tools)):
            pass
        try:
            secret = replace(llm.asked[0].messages[-1], privacy="secret")
            async for _ in discreet.chat(replace(llm.asked[0], messages=(secret,))):
                pass
        except TooPrivate:
            return True
        return False

    assert asyncio.run(run())
    assert [tool.name for tool in far.asked[0].tools] == ["a"]


def test_what_a_skill_cannot_do_is_said():
    llm, hatch = ScriptedLlm(OPEN, "Done!"), Hatch()
    hatch.fails = True
    events, _ = plays(llm=llm, hatch=hatch)
    assert only(events, Spoken)[-1].text == "Sorry, the hatch is stuck."
    assert len(llm.asked) == 1


def test_words_before_a_call_stand_before_what_came_of_it():
    llm, hatch = ScriptedLlm(["Let me see.", OPEN]), Hatch()
    _, played = plays(llm=llm, hatch=hatch)
    assert said(played) == "Let me see. The hatch is open."


def test_it_is_dark_in_the_kitchen_is_asked_back_and_yes_turns_on_the_light():
    house = House()
    call = ToolCall("home_control", {"action": "on", "name": "Kitchen Light"})

    def understand(text: str) -> Understanding | None:
        return Understanding("VoicedYes", {}, text) if text == "yes" else None

    async def run():
        stt = ScriptedStt("it is dark in the kitchen", "yes")
        played = Play(stt, length=30.0, models={"model": ScriptedLlm(call, "Done!")}, toolbox=house.toolbox)
        played.use(dialogue=Dialogue(understand, None, DialogueConfig()), skills=house.skills)
        return await played.run([wakes(0.5), speaks(0.8, 1.8)], 25.0, [speaks(0.5, 1.0, "answer")])

    events = asyncio.run(run())
    assert [event.text for event in only(events, Spoken)] == [
        "Shall I turn on the kitchen light?",
        "Kitchen light was on already.",
    ]
    assert house.done == ["turn_on light.kitchen"]
