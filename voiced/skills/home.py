"""Home control: does what is wished, and says what was observed, never what was merely sent."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import HomeFailed
from voiced.core.home import Action, Entity, Outcome, Receipt
from voiced.core.home_actions import NAMED, SERVICES, action
from voiced.core.ports.home import Home
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.home_states import QUESTIONS, answer
from voiced.skills.home_tools import called, meaning_of, tools
from voiced.skills.home_words import (
    LISTED,
    LONGEST,
    names,
    number,
    sentence,
    several,
    spoken,
    state_after,
    words_of,
)
from voiced.skills.home_words import wish as put
from voiced.skills.receipts import noted, outcome
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.targets import Targets, apart, targets

Able = tuple[Entity, Action]
"""A thing, and what it is to do."""
THINGS = "things"
"""The slot with the ids of what a question named. Only what was confirmed is looked up by it."""
UNSEEN = ("scene", "script", "button", "input_button")
"""What has no state that shows that it was done."""


class HomeSkill:
    """Answers everything about the home.

    Args:
        home: what is there.
        speech: puts it into words.
        words: what its things are called.
    """

    intents = (*SERVICES, *QUESTIONS)

    def __init__(self, home: Home, speech: Speech = ENGLISH, words: SkillWords = NO_WORDS) -> None:
        self._home = home
        self._things = words.things
        self._words = words_of(speech)

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        if understood.others:
            return self._which(understood)
        entities = self._home.entities()
        if understood.intent in QUESTIONS:
            return Reply(answer(self._words, understood.intent, understood.slots, entities))
        meant = self._meant(understood, entities)
        able = _able(understood, meant.entities)
        if unclear := self._unclear(understood, meant, able):
            return unclear
        risky = any(entity.risky for entity, _ in able)
        if risky and understood.likeness < 1:
            return Reply(self._words.again)
        if risky and not understood.confirmed:
            return self._confirm(understood, able)
        receipts = await self._home.act([action for _, action in able])
        told = self._told(receipts, [entity for entity, _ in able])
        return Reply(told, notes={"receipts": [noted(receipt) for receipt in receipts]})

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return tools(self._home.entities())

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        entities = self._home.entities()
        if not (found := meaning_of(call, text, entities)):
            return None
        meaning, act = found
        if not act:
            return Wish(meaning)
        meant = self._meant(meaning, entities)
        one = "name" in meaning.slots
        named = [called(entity, entities, self._things, one=one) for entity in meant.entities] or [Named((meant.said,))]
        if call.name == "home_set":
            named.append(Named((float(call.arguments["value"]),)))
        able = _able(meaning, meant.entities)
        question = self._unclear(meaning, meant, able) or self._confirm(meaning, able)
        return Wish(meaning, act, tuple(named), question)

    def _unclear(self, understood: Understanding, meant: Targets, able: Sequence[Able]) -> Reply | None:
        """What is said where it is not clear what to do, or it cannot be done."""
        if not meant.entities:
            return Reply(self._unknown(understood, meant))
        if meant.named and len(meant.entities) > 1:
            return self._ask_back(understood, meant)
        if not able:
            cannot = self._words.cannot.format(names=names(self._words, meant.entities))
            return Reply(sentence(self._words, cannot))
        return None

    def _meant(self, understood: Understanding, entities: Sequence[Entity]) -> Targets:
        slots = understood.slots
        if understood.confirmed and THINGS in slots:
            ids = str(slots[THINGS]).split()
            return Targets(tuple(entity for entity in entities if entity.id in ids), named=False, said="")
        domains = NAMED if understood.intent in ("HassTurnOn", "HassTurnOff") else SERVICES[understood.intent]
        return targets(entities, slots, domains)

    def _unknown(self, understood: Understanding, meant: Targets) -> str:
        if meant.named:
            return self._words.unknown.format(name=meant.said)
        area = str(understood.slots.get("area") or understood.slots.get("floor", ""))
        return self._words.nothing_in.format(area=spoken(self._words, area)) if area else self._words.nothing

    def _which(self, understood: Understanding) -> Reply:
        """Asks which of several sentences was meant, each as likely."""
        meanings = {str(each.slots.get("name") or each.slots.get("area", "")): each for each in _meanings(understood)}
        if len(meanings) < 2 or "" in meanings:  # noqa: PLR2004 (nothing to choose from)
            return Reply(self._words.again)
        things = [Entity("", name) for name in meanings]
        called = names(self._words, things, self._words.one_of)
        choices = {words: meanings[thing.name] for words, thing in apart(things).items()}
        return Reply(self._words.which.format(names=called), asks=Asks(choices))

    def _ask_back(self, understood: Understanding, meant: Targets) -> Reply:
        told = apart(meant.entities)
        if len(told) < len(meant.entities):
            return Reply(self._words.alike.format(name=meant.said))
        frame = self._words.which if len(told) <= LISTED else self._words.which_many
        called = names(self._words, meant.entities, self._words.one_of)
        choices = {words: _narrowed(understood, entity) for words, entity in told.items()}
        return Reply(frame.format(names=called), asks=Asks(choices))

    def _confirm(self, understood: Understanding, able: Sequence[Able]) -> Reply:
        """Asks by name, all of it: what is confirmed is what was named, whatever else there is by then."""
        entities = [entity for entity, _ in able]
        all_of_it = names(self._words, entities, most=len(entities))
        pinned = understood.slots | {THINGS: " ".join(entity.id for entity in entities)}
        yes = replace(understood, slots=pinned)
        return Reply(self._words.shall.format(wish=put(self._words, able[0][1], all_of_it)), asks=Asks(yes=yes))

    def _told(self, receipts: Sequence[Receipt], entities: Sequence[Entity]) -> str:
        by_id = {entity.id: entity for entity in entities}
        ends: dict[tuple[Outcome, str, str], list[Receipt]] = {}
        for receipt in receipts:
            problem = self._problem(receipt) if receipt.outcome == "refused" else ""
            seen = receipt.entity.state if receipt.entity else ""
            on_its_way = self._words.seen[""].get(seen, seen)
            state = on_its_way if receipt.outcome == "moving" else state_after(self._words, receipt.action, seen)
            ends.setdefault((outcome(receipt), state, problem), []).append(receipt)
        order: list[Outcome] = ["done", "unchanged", "moving", "unobserved", "refused", "unreachable"]
        return " ".join(
            self._end(outcome, state, problem, [by_id[receipt.action.entity] for receipt in ended])
            for (outcome, state, problem), ended in sorted(ends.items(), key=lambda end: order.index(end[0][0]))
        )

    def _problem(self, receipt: Receipt) -> str:
        fields = {name: number(self._words, value) for name, value in receipt.fields.items()}
        error = HomeFailed(receipt.text or receipt.problem, **fields)
        return self._words.speech.excuse(error)[:LONGEST]

    def _end(self, outcome: Outcome, state: str, problem: str, entities: Sequence[Entity]) -> str:
        started = outcome == "unobserved" and all(entity.domain in UNSEEN for entity in entities)
        frame = self._words.started if started else self._words.outcomes[outcome][several(self._words, entities)]
        # What failed is named, however much it is.
        most = LISTED if outcome in ("done", "unchanged", "moving") else len(entities)
        called = names(self._words, entities, most=most)
        told = frame.format(names=called, state=state, problem=f": {problem}" if problem else "")
        return sentence(self._words, told)


def _able(understood: Understanding, entities: Sequence[Entity]) -> Sequence[Able]:
    """Those that can do what is wished, and how."""
    return [(entity, each) for entity in entities if (each := action(understood.intent, understood.slots, entity))]


def _meanings(understood: Understanding) -> Sequence[Understanding]:
    return (replace(understood, others=()), *understood.others)


def _narrowed(understood: Understanding, entity: Entity) -> Understanding:
    """The same, about one thing; that it was said in so many words, the answer to the question is."""
    area: Mapping[str, str | int | float] = {"area": entity.area} if entity.area else {}
    slots = understood.slots | {"name": entity.name, "domain": entity.domain} | area
    return replace(understood, slots=slots)
