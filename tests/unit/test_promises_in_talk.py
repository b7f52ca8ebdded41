"""Timers, alarms and reminders over several sentences: which one, for how long, and not at all."""

import asyncio

import pytest

from tests.home.households import INTENTS
from tests.sentences import rules
from tests.unit.test_skills import NOW, Kept
from voiced.core.types import Understanding
from voiced.core.words import load_words
from voiced.skills.alarms import AlarmsSkill
from voiced.skills.reminders import RemindersSkill
from voiced.skills.timers import TimersSkill
from voiced.turn.dialogue import Dialogue
from voiced.turn.dialoguewords import DialogueWords


def talk(*sentences: str) -> tuple[str, list[str]]:
    """The last answer, and what is promised then."""
    promises = Kept()
    own = (TimersSkill(promises), AlarmsSkill(promises, lambda: NOW), RemindersSkill(promises, lambda: NOW))
    skills = {intent: skill for skill in own for intent in skill.intents}
    dialogue = Dialogue(rules().understand, load_words(INTENTS, "en", "dialogue", DialogueWords))
    told = ""
    for sentence in sentences:
        understood = dialogue.mean(sentence, "talk", 0.0).understood
        assert understood, sentence
        reply = asyncio.run(skills[understood.intent].answer(understood))
        dialogue.acted(understood, "talk", 0.0, reply.undo)
        dialogue.ask(reply.asks, "talk")
        dialogue.said("talk", 0.0)
        told = reply.text
    return told, [each.name or str(each.seconds or each.schedule.time) for each in promises.promises]


TEA = ("set a tea timer for four minutes", "set an egg timer for five minutes")


@pytest.mark.parametrize(
    ("sentences", "told", "left"),
    [
        ((*TEA, "cancel the timer", "the tea one"), "Tea timer cancelled.", ["egg"]),
        ((*TEA, "cancel the timer", "egg timer please"), "Egg timer cancelled.", ["tea"]),
        ((*TEA, "cancel the timer", "both"), "2 timers cancelled.", []),
        (
            ("set a timer for four minutes", "set a timer for five minutes", "cancel the timer", "the four minute one"),
            "Four-minute timer cancelled.",
            ["300.0"],
        ),
        ((TEA[0], TEA[0], "cancel the tea timer", "all of them"), "2 timers cancelled.", []),
        ((*TEA, TEA[0], "cancel the timer", "all"), "3 timers cancelled.", []),
        ((*TEA, "add one minute to the timer", "the tea one"), "Tea timer: 5 minutes left.", ["egg", "tea"]),
        (
            ("wake me at seven am", "wake me at 7:15 am", "cancel the alarm", "the one at 7:15"),
            "Alarm cancelled: tomorrow at 7:15 AM.",
            ["07:00"],
        ),
        (
            ("remind me to leave at ten", "remind me to feed the cat at ten", "cancel the reminder", "feed the cat"),
            "Reminder to feed the cat cancelled.",
            ["leave"],
        ),
        (
            ("remind me about the cake in ten minutes", "remind me to leave at ten", "cancel the reminder about cake"),
            "Reminder about the cake cancelled.",
            ["leave"],
        ),
    ],
)
def test_what_is_meant_is_said_in_the_next_words(sentences: tuple[str, ...], told: str, left: list[str]):
    assert talk(*sentences) == (told, left)


@pytest.mark.parametrize(
    ("sentences", "told", "left"),
    [
        (("set a timer for five minutes", "cancel it"), "Five-minute timer cancelled.", []),
        (("set a timer for five minutes", TEA[0], "cancel that"), "Tea timer cancelled.", ["300.0"]),
        (("wake me at seven am", "oh no, undo that please"), "Alarm cancelled: tomorrow at 7 AM.", []),
        (("set a timer for five minutes", "make it ten minutes", "cancel that"), "Ten-minute timer cancelled.", []),
        (("remind me to leave at ten", "scratch that"), "Reminder to leave cancelled.", []),
    ],
)
def test_what_was_promised_last_is_taken_back(sentences: tuple[str, ...], told: str, left: list[str]):
    assert talk(*sentences) == (told, left)


def test_a_length_alone_is_an_answer_and_nothing_else():
    dialogue = Dialogue(rules().understand, load_words(INTENTS, "en", "dialogue", DialogueWords))
    dialogue.acted(Understanding("HassStartTimer", {"minutes": 10}), "talk", 0.0)
    assert dialogue.mean("just a minute", "talk", 1.0).understood is None
    assert dialogue.mean("five minutes", "talk", 1.0).understood is None


def test_what_was_done_is_not_taken_back_after_another_question():
    dialogue = Dialogue(rules().understand, load_words(INTENTS, "en", "dialogue", DialogueWords))
    dialogue.acted(Understanding("HassStartTimer"), "talk", 0.0, Understanding("HassCancelTimer", {"ids": "a"}))
    dialogue.drop("talk")
    assert dialogue.mean("cancel it", "talk", 1.0).understood == Understanding("HassNevermind", {}, "cancel it")


def test_what_was_promised_before_something_else_is_not_taken_back():
    dialogue = Dialogue(rules().understand, load_words(INTENTS, "en", "dialogue", DialogueWords))
    undo = Understanding("HassCancelTimer", {"ids": "a"})
    dialogue.acted(Understanding("HassStartTimer"), "talk", 0.0, undo)
    assert dialogue.mean("cancel it", "talk", 1.0).understood == Understanding(
        "HassCancelTimer", {"ids": "a"}, "cancel it"
    )
    dialogue.acted(Understanding("HassGetCurrentTime"), "talk", 2.0)
    assert dialogue.mean("cancel it", "talk", 3.0).understood == Understanding("HassNevermind", {}, "cancel it")


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        (("set a timer",), "For how long?"),
        (("set a timer", "five minutes"), "Timer set for 5 minutes."),
        (("set an egg timer", "for ten minutes"), "Egg timer set for 10 minutes."),
    ],
)
def test_for_how_long_is_asked(sentences: tuple[str, ...], told: str):
    assert talk(*sentences)[0] == told
