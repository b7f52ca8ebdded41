"""A household's year of talk with its assistant, made from a seed: what was told among it is known."""

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from voiced.core.history import Message

HERE = Path(__file__).parent
BEGIN = 1_735_700_000.0
YEAR_S = 365 * 86_400
PERSONS = 3
"""People of whom each fact about a person is told: the others' are the hardest to keep apart from it."""
TURNS = 6
"""Turns in a conversation, at most."""
LEADS = ("", "", "", "By the way, ", "Oh, and ", "Remember that ", "Just so you know: ", "I wanted to tell you, ")
ANSWERS = ("Okay.", "Got it.", "I will remember that.", "Noted.", "Thanks for telling me.", "All right.")
DOUBTS = ("I do not know that yet.", "Nobody has told me.", "I am not sure.")
ASKED_BEFORE = 0.2
"""Of the facts so many were asked for before they were told: a question that answers nothing lies closest of all."""
SLOT = re.compile(r"{(\w+)}")


class Question(NamedTuple):
    """Something asked later.

    Attributes:
        text: in other words than it was told.
        answer: the id of the message that told it.
    """

    text: str
    answer: str


class Household(NamedTuple):
    """What was said.

    Attributes:
        conversations: in their order, the messages of each.
        questions: about it.
    """

    conversations: list[list[Message]]
    questions: list[Question]


class _Words:
    """Fills the slots of sentences."""

    def __init__(self, chance: random.Random, pools: dict[str, list[str]]) -> None:
        self._chance = chance
        self._pools = pools

    def fill(self, *texts: str, **fixed: str) -> list[str]:
        """The same slot has the same filling in all of the texts."""
        chosen = dict(fixed)
        return [SLOT.sub(lambda found: chosen.setdefault(found[1], self._draw(found[1])), text) for text in texts]

    def _draw(self, slot: str) -> str:
        chance = self._chance
        match slot:
            case "time":
                return f"{chance.randint(7, 20)}:{chance.choice(('00', '15', '30', '45'))}"
            case "day":
                return f"{chance.choice(self._pools['month'])} {chance.randint(1, 28)}"
            case "number":
                return str(chance.randint(2, 60))
            case "degrees":
                return str(chance.randint(16, 24))
            case _:
                return chance.choice(self._pools[slot])


def household(seed: int, count: int) -> Household:
    """So many messages, and all questions about them.

    Args:
        seed: the same for the same talk.
        count: of messages, about.
    """
    chance = random.Random(seed)
    facts: list[dict[str, Any]] = tomllib.loads((HERE / "facts.toml").read_text())["fact"]
    chatter = tomllib.loads((HERE / "chatter.toml").read_text())
    words = _Words(chance, chatter["pools"])
    told = [telling for fact in facts for telling in _tellings(chance, words, fact, chatter["pools"]["p"])]
    talk: list[tuple[str, str, Sequence[str]]] = []
    for said, asked in told:
        lead = chance.choice(LEADS)
        talk.append((f"{lead}{said}", chance.choice(ANSWERS), asked))
    early = [(asked[0], chance.choice(DOUBTS), ()) for _, asked in told if chance.random() < ASKED_BEFORE]
    while len(talk) + len(early) < count // 2:
        said, answer = words.fill(*chance.choice(chatter["talk"]))
        talk.append((said, answer, ()))
    chance.shuffle(talk)
    for each in early:
        talk.insert(chance.randrange(len(talk)), each)
    return _arranged(chance, talk)


def _tellings(
    chance: random.Random, words: _Words, fact: dict[str, Any], people: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """What is told of a fact, for each person where it is about one; and what is asked."""
    persons = chance.sample(people, PERSONS) if "{p}" in fact["told"] else [""]
    for person in persons:
        told, *asked = words.fill(fact["told"], *fact["asked"], p=person)
        yield told, asked


def _arranged(chance: random.Random, talk: Sequence[tuple[str, str, Sequence[str]]]) -> Household:
    """Turns as conversations over a year."""
    conversations: list[list[Message]] = []
    questions: list[Question] = []
    number, step = 0, YEAR_S / len(talk)
    while number < len(talk):
        messages: list[Message] = []
        for said, answer, asked in talk[number : number + chance.randint(1, TURNS)]:
            at = BEGIN + number * step + 20 * len(messages)
            messages.append(Message(f"u{number:05}", "user", said, at, channel="voice"))
            messages.append(Message(f"a{number:05}", "assistant", answer, at + 2, channel="voice"))
            questions += [Question(each, messages[-2].id) for each in asked]
            number += 1
        conversations.append(messages)
    return Household(conversations, questions)
