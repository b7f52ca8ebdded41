"""What is asked back, answered and overheard: a door that asks before it opens, and two lamps."""

import asyncio

import pytest

from tests.fakes.elsewhere import Other
from tests.fakes.engines import ScriptedStt
from tests.fakes.llm import ScriptedLlm
from tests.pipeline.playbook import Play, asks, does, names, says_nothing, speaks, wakes
from voiced.core.attention import Attention
from voiced.core.commands import Ask, Ring, Say, Stop
from voiced.core.config_mind import DialogueConfig
from voiced.core.events import Interrupted, NotUnderstood, Routed, Speaking, Spoken
from voiced.core.ports.skill import Asks, Reply
from voiced.core.types import Clip, Transcript, Understanding
from voiced.turn.dialogue import Dialogue
from voiced.turn.dialoguewords import DialogueWords

SENTENCES = {
    "unlock the door": Understanding("Unlock", {}, "unlock the door"),
    "turn on the lamp": Understanding("TurnOn", {}, "turn on the lamp"),
    "turn on the lamp in the kitchen": Understanding("TurnOn", {"area": "kitchen"}, "turn on the lamp in the kitchen"),
    "turn on the lamp in the bedroom": Understanding("TurnOn", {"area": "bedroom"}, "turn on the lamp in the bedroom"),
    "what time is it": Understanding("Time", {}, "what time is it"),
    "who are you": Understanding("Who", {}, "who are you"),
    "yes": Understanding("VoicedYes", {}, "yes"),
    "no": Understanding("VoicedNo", {}, "no"),
    "stop": Understanding("VoicedStop", {}, "stop"),
    "never mind": Understanding("HassNevermind", {}, "never mind"),
}
CONFIRM, WHICH = "Shall I really unlock the door?", "The one in the kitchen or the one in the bedroom?"


class House:
    """A door that opens only if it is confirmed, and lamps in two rooms.

    Attributes:
        done: what was done, with the room.
    """

    intents = ("Unlock", "TurnOn", "Time", "Who", "VoicedStop", "HassNevermind")

    def __init__(self) -> None:
        self.done: list[str] = []

    async def answer(self, understood: Understanding) -> Reply:  # noqa: PLR0911 (a table)
        match understood.intent:
            case "Unlock" if not understood.confirmed:
                return Reply(CONFIRM, asks=Asks(yes=understood))
            case "TurnOn" if "area" not in understood.slots:
                rooms = {
                    room: Understanding("TurnOn", {"area": room}, f"{understood.text} in the {room}")
                    for room in ("kitchen", "bedroom")
                }
                return Reply(WHICH, asks=Asks(rooms))
            case "Unlock":
                self.done.append("unlocked")
                return Reply("The door is unlocked.", notes={"receipts": ["unlocked"]})
            case "TurnOn":
                self.done.append(str(understood.slots["area"]))
                return Reply("The lamp is on.")
            case "Time":
                return Reply("It is noon.")
            case "Who":
                return Reply("I am voiced. And you?")
            case _:
                return Reply("")


class Talk:
    """A play of the house with an ear that hears the second turn when it is opened.

    Attributes:
        opened: when the microphone was opened without a wake word, and for how long.
    """

    def __init__(self, *said: str, until: float = 30.0, **options: object) -> None:
        self.house = House()
        config = options.pop("config", None) or DialogueConfig()
        attention = options.pop("attention", None) or Attention()
        self.play = Play(ScriptedStt(*said), self.house, length=until, **options)
        self.play.controls.attend(attention)
        words = DialogueWords(("and",), frozenset({"the", "in"}))
        self.dialogue = Dialogue(SENTENCES.get, words, config)
        self.play.use(dialogue=self.dialogue)
        self.until = until
        self.opened: list[tuple[float, float]] = []
        listen = self.play.controls.listen

        def noted(seconds: float = 0.0) -> None:
            self.opened.append((round(self.play.audio.position() / 16_000, 2), seconds))
            listen(seconds)

        self.play.controls.listen = noted

    async def run(self, script, answers):
        """Plays a script; `answers` are what the opened ear hears, one after the other (see `Play.run`)."""
        self.events = await self.play.run(script, self.until, answers)
        await self.play.parts.record.settled()
        return self


def talk(*said: str, script, answers=(), **options: object) -> Talk:
    async def run() -> Talk:
        return await Talk(*said, **options).run(script, answers)

    return asyncio.run(run())


def only(events, kind):
    return [event for event in events if isinstance(event, kind)]


def spoken(talk: Talk) -> list[str]:
    return [event.text for event in only(talk.events, Spoken)]


ASKED = [wakes(0.5, "a"), speaks(0.8, 1.8, "a")]


def test_yes_in_the_open_window_unlocks():
    told = talk("unlock the door", "yes", script=ASKED, answers=[speaks(0.5, 0.9, "b")])
    assert spoken(told) == [CONFIRM, "The door is unlocked."]
    assert told.house.done == ["unlocked"]
    answer = told.play.heap.messages[-1]
    assert answer.metadata["receipts"] == ["unlocked"]
    assert answer.metadata["considered"][0]["reason"] == "yes to what was asked"


@pytest.mark.parametrize("answer", ["no", "never mind", "stop", "what time is it", "something else"])
def test_anything_but_yes_does_not(answer):
    told = talk(
        "unlock the door",
        answer,
        "yes",
        script=[*ASKED, wakes(10.0, "c"), speaks(10.2, 10.8, "c")],
        answers=[speaks(0.5, 0.9, "b")],
    )
    assert told.house.done == []
    if answer == "what time is it":
        assert "It is noon." in spoken(told)


def test_silence_closes_the_window_without_a_sound_and_a_late_yes_does_nothing():
    late = [wakes(16.0, "c"), speaks(16.2, 16.8, "c")]
    told = talk("unlock the door", "yes", script=[*ASKED, *late], answers=[says_nothing(5.0, "b")])
    assert told.house.done == []
    assert spoken(told) == [CONFIRM]
    assert only(told.events, NotUnderstood)[0].reason == "nothing was said"
    assert told.play.sounds == 4, "three chimes, and the error after the late yes"


def test_yes_after_the_wake_word_is_in_time_too():
    told = talk(
        "unlock the door",
        "yes",
        script=[*ASKED, wakes(9.0, "c"), speaks(9.2, 9.8, "c")],
        answers=[says_nothing(5.0, "b")],
    )
    assert told.house.done == ["unlocked"]


def test_yes_while_it_is_still_being_asked_after_the_wake_word():
    told = talk("unlock the door", "yes", script=[*ASKED, wakes(2.6, "c"), speaks(2.8, 3.2, "c")])
    assert only(told.events, Interrupted)
    assert told.house.done == ["unlocked"]


def test_a_yes_in_writing_confirms_nothing_that_was_said():
    told = talk("unlock the door", script=[*ASKED, asks(6.0, "yes", aloud=False)], answers=[says_nothing(5.0, "b")])
    assert told.house.done == []


def test_what_is_asked_in_writing_is_answered_in_writing_by_the_same_key():
    def written(at: float, text: str, key: str | None):
        return does(at, Ask(text, aloud=False, key=key))

    script = [written(0.5, "unlock the door", "k"), written(1.0, "yes", None), written(2.0, "yes", "k")]
    told = talk(script=script, until=4.0)
    assert told.house.done == ["unlocked"]
    assert told.opened == [], "nobody listens for what is written"
    assert told.play.heap.messages[3].content == ""


def test_what_is_asked_in_a_conversation_is_answered_in_it():
    def written(at: float, text: str, conversation: str | None):
        return does(at, Ask(text, aloud=False, conversation=conversation))

    script = [written(0.5, "unlock the door", "a"), written(1.0, "yes", None), written(1.5, "yes", "b")]
    assert talk(script=script, until=4.0).house.done == []
    assert talk(script=[*script, written(2.0, "yes", "a")], until=4.0).house.done == ["unlocked"]


def test_a_choice_is_made():
    told = talk("turn on the lamp", "in the bedroom", script=ASKED, answers=[speaks(0.5, 1.3, "b")])
    assert told.house.done == ["bedroom"]
    assert told.play.heap.messages[-1].metadata["considered"][0]["reason"] == "it answers what was asked"


def test_where_nobody_wants_it_to_the_microphone_does_not_open_and_yes_is_for_the_wake_word():
    told = talk(
        "unlock the door",
        "yes",
        script=[*ASKED, wakes(9.0, "c"), speaks(9.2, 9.8, "c")],
        answers=[speaks(0.5, 0.9, "b")],
        attention=Attention(follow_up=False),
    )
    assert told.opened == []
    assert told.house.done == ["unlocked"]


def test_the_microphone_opens_when_the_speaker_is_silent():
    told = talk("unlock the door", script=ASKED, answers=[says_nothing(5.0, "b")])
    (asked,) = only(told.events, Speaking)
    (opened,) = told.opened
    assert opened[0] == pytest.approx(asked.at + 0.05 * len(CONFIRM), abs=0.05)
    assert opened[1] == 5.0
    assert [event.at for event in told.events if type(event).__name__ == "Woke"][1] >= opened[0]


def test_it_does_not_open_where_it_is_not_to():
    told = talk("unlock the door", script=ASKED, config=DialogueConfig(follow_up_s=0))
    assert told.opened == []
    told = talk("who are you", script=ASKED, config=DialogueConfig(follow_up_after="asked"))
    assert told.opened == []


def talk_beside(other, *said: str, answers=()) -> Talk:
    """A talk where somebody else is there as soon as something was said."""

    async def run() -> Talk:
        talk = Talk(*said)
        talk.play.use(elsewhere=lambda: other)

        def come(event):
            other.ready = other.ready or isinstance(event, Speaking)

        talk.play.bus.watch(come)
        return await talk.run(ASKED, answers)

    return asyncio.run(run())


def test_it_does_not_open_after_an_answer_from_elsewhere():
    told = talk_beside(Other(Transcript("hi"), "And you?", Clip(b"\1\0" * 22_050, 22_050)))
    assert spoken(told) == ["And you?"]
    assert told.opened == []


def test_what_is_said_without_the_wake_word_goes_nowhere_else():
    other = Other("no", ready=False)
    told = talk_beside(other, "unlock the door", "yes", answers=[speaks(0.5, 0.9, "b")])
    assert other.ready
    assert not other.heard
    assert spoken(told) == [CONFIRM, "The door is unlocked."]


def test_it_does_not_open_after_an_answer_that_asks_nothing():
    told = talk("what time is it", script=ASKED)
    assert told.opened == []


def test_it_opens_after_a_model_s_question():
    told = talk(
        "hello there", "fine", script=ASKED, answers=[speaks(0.5, 0.9, "b")], llm=ScriptedLlm("How are you?", "Good.")
    )
    assert len(told.opened) == 1
    assert spoken(told) == ["How are you?", "Good."]


def test_at_most_two_turns_in_a_row_without_a_wake_word():
    answers = [speaks(0.5, 1.0, name) for name in ("b", "c", "d")]
    said = ["who are you"] * 4
    told = talk(*said, script=ASKED, answers=answers)
    assert len(told.opened) == 2
    assert len(spoken(told)) == 3
    told = talk(*said, "who are you", script=[*ASKED, wakes(20.0, "e"), speaks(20.2, 20.8, "e")], answers=answers)
    assert len(told.opened) == 4, "the wake word begins anew"


def test_what_voiced_said_itself_is_ignored_and_the_question_still_stands():
    echo = "really unlock the door"
    told = talk("unlock the door", echo, "yes", script=ASKED, answers=[speaks(0.2, 0.9, "b"), speaks(0.5, 0.9, "c")])
    assert [event.reason for event in only(told.events, NotUnderstood)] == ["it was voiced itself"]
    assert told.house.done == ["unlocked"]
    assert [message.content for message in told.play.heap.messages if message.role == "user"] == [
        "unlock the door",
        "yes",
    ]


def test_hearing_nothing_but_itself_it_gives_up():
    told = talk("who are you", *["and you"] * 5, script=ASKED, answers=[speaks(0.2, 0.9, name) for name in "bcdef"])
    assert len(told.opened) == 2
    assert spoken(told) == ["I am voiced. And you?"]


def test_after_the_wake_word_its_own_words_are_the_user_s():
    told = talk(
        "unlock the door",
        "unlock the door",
        script=[*ASKED, wakes(16.0, "c"), speaks(16.2, 16.8, "c")],
        answers=[says_nothing(5.0, "b")],
    )
    assert spoken(told) == [CONFIRM, CONFIRM]


@pytest.mark.parametrize("at", [1.0, 2.6, 4.5, 6.0])
def test_stop_ends_it_in_every_state_and_what_was_asked_is_over(at):
    """While it listens, while it asks, in the open window, and before its answer."""
    script = [*ASKED, does(at, Stop("control")), wakes(9.0, "c"), speaks(9.2, 9.8, "c")]
    said = ["yes"] if at < 2 else ["unlock the door", "yes"]
    told = talk(*said, script=script, answers=[says_nothing(5.0, "b")])
    assert told.house.done == []
    assert names(told.events)[-1] == "turn_ended"


def test_who_announces_something_comes_before_the_open_microphone():
    told = talk("unlock the door", script=[*ASKED, does(2.5, Say("Dinner is ready."))])
    assert told.opened == []
    assert spoken(told) == [CONFIRM, "Dinner is ready."]


def test_what_rings_comes_before_the_open_microphone():
    ring = Ring("Your timer is done.", Clip(b"\0\0" * 2205, 22_050), seconds=3)
    told = talk("unlock the door", script=[*ASKED, does(2.5, ring)])
    assert told.opened == []


def test_a_wake_word_in_the_open_window_is_a_turn_like_any_other():
    told = talk("unlock the door", "yes", script=[*ASKED, wakes(4.4, "c"), speaks(4.6, 5.0, "c")], answers=[[]])
    assert told.house.done == ["unlocked"]


def test_a_sentence_changes_the_last_one():
    told = talk(
        "turn on the lamp in the kitchen",
        "and in the bedroom",
        script=[*ASKED, wakes(5.0, "b"), speaks(5.2, 5.8, "b")],
    )
    assert told.house.done == ["kitchen", "bedroom"]
    assert [event.slots for event in only(told.events, Routed)] == [{"area": "kitchen"}, {"area": "bedroom"}]
    assert told.play.heap.messages[-1].metadata["considered"][0]["reason"] == "it changes the last question"


def test_what_nobody_understands_in_the_open_window_is_passed_over_in_silence():
    told = talk("unlock the door", "blah blah", script=ASKED, answers=[speaks(0.5, 0.9, "b")])
    assert only(told.events, NotUnderstood)
    assert told.play.sounds == 2, "the chimes"
