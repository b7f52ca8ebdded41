"""Says sentences to a household, and tells what came of it in the words of tests/intents/home."""

import asyncio
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from tests.fakes.home import FakeHome
from tests.home.households import INTENTS, speech
from voiced.core.home import Action, Entity, Receipt
from voiced.core.ports.skill import Reply
from voiced.core.types import Understanding
from voiced.skills.home import HomeSkill
from voiced.turn.home_sentences import HomeSentences


class Said(Struct):
    """What came of a sentence.

    Attributes:
        understood: None where no rule knows it.
        reply: likewise.
        asked: "SERVICE ID" of each action.
        values: what else the actions were given.
    """

    understood: Understanding | None
    reply: Reply | None
    asked: list[str]
    values: dict[str, object]


class _SpokenTo:
    """Whichever home is spoken to now: sentences take long to make."""

    def __init__(self) -> None:
        self.home = FakeHome()

    def entities(self) -> Sequence[Entity]:
        return self.home.entities()

    async def act(self, actions: Sequence[Action]) -> Sequence[Receipt]:
        return await self.home.act(actions)


@cache
def _sentences(language: str) -> tuple[HomeSentences, _SpokenTo]:
    home = _SpokenTo()
    return HomeSentences(INTENTS, language, home), home


class Household:
    """A home that is spoken to.

    Args:
        entities: what there is.
        language: two letters.
    """

    def __init__(self, entities: Sequence[Entity], language: str = "en") -> None:
        self.home = FakeHome(*entities)
        self.skill = HomeSkill(self.home, speech(language))
        self._language = language

    def say(self, text: str) -> Said:
        """Says a sentence."""
        sentences, spoken_to = _sentences(self._language)
        spoken_to.home = self.home
        return self.do(sentences.understand(text) or sentences.guess(text))

    def do(self, understood: Understanding | None) -> Said:
        """Does what was understood."""
        before = len(self.home.asked)
        reply = asyncio.run(self.skill.answer(understood)) if understood else None
        done = self.home.asked[before:]
        values = {name: value for action in done for name, value in action.values.items()}
        return Said(understood, reply, [f"{action.service} {action.entity}" for action in done], values)


def agrees(said: Said, wanted: str, entities: Sequence[Entity]) -> bool:
    """Tells whether what came of a sentence is what a file says of it."""
    kind, *words = wanted.split()
    values = dict(word.split("=") for word in words if "=" in word)
    meant = _ids([word for word in words if "=" not in word], entities)
    reply = said.reply
    if kind == "nothing":
        return not said.asked and not (reply and reply.asks)
    if reply is None:
        return False
    if kind == "tells":
        return not said.asked and _tells(reply.text, meant, entities)
    if kind == "asks":
        return not said.asked and bool(reply.asks) and _tells(reply.text, meant, entities)
    if kind == "confirm":
        yes = reply.asks and reply.asks.yes
        return not said.asked and bool(yes) and _tells(reply.text, _ids(words[1:], entities), entities)
    shown = {name: value for name, value in said.values.items() if name in values}
    same = all(str(shown.get(name)) in (value, f"{value}.0") for name, value in values.items())
    return same and sorted(said.asked) == sorted(f"{kind} {id_}" for id_ in meant)


def _ids(patterns: Sequence[str], entities: Sequence[Entity]) -> list[str]:
    return [
        entity.id
        for entity in entities
        for pattern in patterns
        if entity.id == pattern or (pattern.endswith(".*") and entity.domain == pattern[:-2])
    ]


def _tells(text: str, meant: Sequence[str], entities: Sequence[Entity]) -> bool:
    """Tells whether an answer is about these things: by name, or by how many they are."""
    named = {entity.id for entity in entities if entity.name.casefold() in text.casefold()}
    return (
        bool(named & set(meant)) or (len(meant) > 1 and not named) or any(_area(id_, text, entities) for id_ in meant)
    )


def _area(id_: str, text: str, entities: Sequence[Entity]) -> bool:
    return any(entity.id == id_ and entity.area and entity.area.casefold() in text.casefold() for entity in entities)
