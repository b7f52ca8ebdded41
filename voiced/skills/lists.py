"""Lists: add several things at once, ask, remove, clear. For shopping, of what is to be done, or of any other name."""

import re
from collections.abc import Sequence

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SkillFailed, StoreFailed
from voiced.core.lists import Entry, list_name
from voiced.core.ports.lists import Lists
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import confirm, reading, text_of, tool
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.words import capital, own_words

USUAL = "shopping"
"""The list that is meant where none is named."""
TO_DO = "to-do"
TOLD = 10
"""Entries that are told: nobody listens to more."""
_AND = "\0"
"""Stands for an "and" that parts nothing: nobody says or types it."""


class ListsSkill:
    """Answers everything about lists.

    Args:
        lists: keeps them.
        speech: puts it into words.
        words: what lists are called, and what is one thing.
    """

    intents = (
        "VoicedAddToList",
        "VoicedReadList",
        "VoicedIsOnList",
        "VoicedRemoveFromList",
        "VoicedClearList",
        "VoicedLists",
    )

    def __init__(self, lists: Lists, speech: Speech = ENGLISH, words: SkillWords = NO_WORDS) -> None:
        self._lists = lists
        self._speech = speech
        self._together, self._others = words.together, words.lists
        self._nameless, self._negations = words.nameless, words.negations

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`: "put it on the list" names nothing that could be put there, "no milk" what is not to be."""
        items = str(understood.slots.get("items", "")).casefold().split()
        return not items or not (self._nameless.issuperset(items) or self._negations.intersection(items))

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        items = {"items": "string", "list": "string"}
        return (
            tool("add_to_list", f"Put things on a list, by default on the {USUAL} list.", ("items",), **items),
            tool("remove_from_list", "Take things off a list.", ("items",), **items),
            tool("read_list", "Tell what is on a list.", list="string"),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        name = self._usual(text_of(call, "list"))
        if call.name == "read_list":
            return reading("VoicedReadList", text, {"list": name})
        items = self._things(text_of(call, "items"))
        if not items:
            return None
        adds = call.name == "add_to_list"
        slots: dict[str, str | int | float] = {"items": ", ".join(items), "list": name}
        understood = Understanding("VoicedAddToList" if adds else "VoicedRemoveFromList", slots, text)
        named = [Named((item,)) for item in items] + ([] if name == USUAL else [Named(self._names(name))])
        asked = "Shall I put {things} on your {list}?" if adds else "Shall I take {things} off your {list}?"
        question = self._speech.say(asked, things=self._words(items), list=self._called(name))
        return Wish(understood, call.name, tuple(named), confirm(understood, question))

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        name = self._usual(str(understood.slots.get("list", "")))
        try:
            if understood.intent == "VoicedLists":
                return await self._all()
            if understood.intent == "VoicedAddToList":
                return await self._add(name, self._things(own_words(understood, "items")))
            there = await self._lists.entries(name)
            if not there:
                return Reply(self._speech.say("There is nothing on your {list}.", list=self._called(name)))
            return await self._about(name, there, understood)
        except StoreFailed as error:
            raise SkillFailed("Sorry, I cannot reach your lists now.") from error

    async def _about(self, name: str, there: Sequence[Entry], understood: Understanding) -> Reply:
        match understood.intent:
            case "VoicedReadList":
                told = self._speech.say("On your {list}: {things}.", list=self._called(name), things=self._told(there))
                return Reply(told)
            case "VoicedClearList":
                return await self._clear(name, there, understood)
            case _:
                pass
        asked = self._things(own_words(understood, "items"))
        meant = {each: self._meant(each, there) for each in asked}
        found = [entry for entry in there if any(entry in entries for entries in meant.values())]
        missing = [each for each, entries in meant.items() if not entries]
        removes = understood.intent == "VoicedRemoveFromList"
        if removes:
            await self._lists.remove([entry.id for entry in found])
        told = self._removed if removes else self._there
        said = [told(name, found)] if found else []
        return Reply(" ".join([*said, self._missing(name, missing)] if missing else said))

    def _meant(self, asked: str, there: Sequence[Entry]) -> Sequence[Entry]:
        """Entries with the very same words; without one, those that are one or several of the thing."""
        same = [entry for entry in there if self._speech.same(entry.text, asked)]
        return same or [entry for entry in there if self._speech.same_thing(entry.text, asked)]

    async def _all(self) -> Reply:
        found = await self._lists.all()
        if not found:
            return Reply(self._speech.say("There is nothing on any list."))
        one, many = "your {list} with {count} entry", "your {list} with {count} entries"
        lists = [self._speech.counted(each.entries, one, many, list=self._called(each.name)) for each in found[:TOLD]]
        return Reply(self._speech.say("There is {lists}.", lists=self._speech.listed(lists)))

    async def _add(self, name: str, new: Sequence[str]) -> Reply:
        say, called = self._speech.say, self._called(name)
        if not new:
            return Reply(say("What shall I put on your {list}?", list=called))
        added = await self._lists.add(name, new)
        if not added:
            one, many = "{things} is on your {list} already.", "{things} are on your {list} already."
            told = capital(self._words(new))
            return Reply(self._speech.counted(len(new), one, many, things=told, list=called))
        things = [each.text for each in added]
        undo = Understanding("VoicedRemoveFromList", {"items": ", ".join(things), "list": name})
        return Reply(say("I put {things} on your {list}.", things=self._words(things), list=called), undo=undo)

    async def _clear(self, name: str, there: Sequence[Entry], understood: Understanding) -> Reply:
        called = self._called(name)
        if not understood.confirmed:
            meant = Understanding("VoicedClearList", {"list": name}, understood.text)
            question = self._speech.counted(
                len(there),
                "There is {count} entry on your {list}. Remove all of it?",
                "There are {count} entries on your {list}. Remove all of it?",
                list=called,
            )
            return Reply(question, asks=Asks(yes=meant))
        await self._lists.remove([entry.id for entry in there])
        return Reply(self._speech.say("Your {list} is empty now.", list=called))

    def _removed(self, name: str, found: Sequence[Entry]) -> str:
        things = self._words([entry.text for entry in found])
        return self._speech.say("I took {things} off your {list}.", things=things, list=self._called(name))

    def _there(self, name: str, found: Sequence[Entry]) -> str:
        things = self._words([entry.text for entry in found])
        one, many = "Yes, {things} is on your {list}.", "Yes, {things} are on your {list}."
        return self._speech.counted(len(found), one, many, things=things, list=self._called(name))

    def _missing(self, name: str, missing: Sequence[str]) -> str:
        things = capital(self._words(missing))
        one, many = "{things} is not on your {list}.", "{things} are not on your {list}."
        return self._speech.counted(len(missing), one, many, things=things, list=self._called(name))

    def _told(self, entries: Sequence[Entry]) -> str:
        texts = [self._speech.turned(entry.text) for entry in entries[:TOLD]]
        more = len(entries) - len(texts)
        return self._speech.listed([*texts, self._speech.say("{count} more", count=more)] if more else texts)

    def _words(self, texts: Sequence[str]) -> str:
        return self._speech.turned(self._speech.listed(texts))

    def _things(self, said: str) -> list[str]:
        return things(said, self._speech, self._together)

    def _usual(self, name: str) -> str:
        """The name that a list is kept by, without the word for a list."""
        word = self._speech.say("{name} list", name="").casefold()
        said = list_name(self._speech.bare(name)).removesuffix(word).rstrip(" -")
        return next((kept for kept, others in self._others.items() if said in others), said) or USUAL

    def _names(self, name: str) -> tuple[str, ...]:
        """All that a list is called, with and without the word for a list."""
        names = (name, *self._others.get(name, ()))
        return (*names, *(self._speech.say("{name} list", name=each) for each in names))

    def _called(self, name: str) -> str:
        """A list, as it is said."""
        known = {USUAL: "shopping list", TO_DO: "to-do list"}
        return (
            self._speech.say(known[name])
            if name in known
            else self._speech.say("{name} list", name=self._speech.bare(name))
        )


def things(said: str, speech: Speech = ENGLISH, together: Sequence[str] = ()) -> list[str]:
    """Takes apart what was said in one go: "milk, eggs and some bread" are milk, eggs, bread.

    Args:
        said: what it was.
        speech: the language.
        together: what is one thing, though the word between two things is in it.
    """
    said = said.replace(_AND, " ")
    for pair in map(re.escape, together):
        said = re.sub(rf"\b{pair}\b", lambda found: found[0].replace(speech.joint, _AND), said, flags=re.IGNORECASE)
    joint = rf"\b{speech.joint}\b"
    between = re.compile(rf"\s*(?:,|;|{joint})(?:\s*{joint})?\s*", re.IGNORECASE)
    parts = (speech.article.sub("", part.strip(" .!?")) for part in between.split(said))
    return list(dict.fromkeys(" ".join(part.split()).replace(_AND, speech.joint) for part in parts if part))
