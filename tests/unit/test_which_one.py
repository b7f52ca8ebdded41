"""Who is asked which timer, alarm or reminder is meant answers with what it is called."""

import asyncio

import pytest

from tests.home.households import INTENTS
from tests.sentences import rules
from tests.unit.test_skills import NOW, Kept
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
