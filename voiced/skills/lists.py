"""Lists: add several things at once, ask, remove, clear. For shopping, of what is to be done, or of any other name."""

import re
from collections.abc import Sequence

from voiced.core.chat import Tool, ToolCall
from voiced.core.errors import SkillFailed, StoreFailed
from voiced.core.lists import Entry, list_name
from voiced.core.ports.lists import Lists
from voiced.core.ports.skill import Asks, Named, Reply, Wish
from voiced.core.speech import bare, counted, listed, turned
from voiced.core.types import Understanding
from voiced.skills.offering import reading, shall, text_of, tool
from voiced.skills.words import own_words

USUAL = "shopping"
"""The list that is meant where none is named."""
SAME = {
    **dict.fromkeys(("grocery", "groceries"), "shopping"),
    **dict.fromkeys(("to do", "todo", "task", "tasks", "to-dos", "to dos"), "to-do"),
}
"""Names of one list."""
TOGETHER = ("mac and cheese", "fish and chips", "half and half", "gin and tonic", "salt and vinegar crisps")
"""What is one thing, though there is an "and" in it."""
TOLD = 10
"""Entries that are told: nobody listens to more."""
_BETWEEN = re.compile(r"\s*(?:,|;|\band\b)(?:\s*\band\b)?\s*", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:a|an|some|the|my)\s+", re.IGNORECASE)
_AND = "\N{AMPERSAND}"


class ListsSkill:
    """Answers everything about lists.

    Args:
        lists: keeps them.
    """

    intents = (
        "VoicedAddToList",
        "VoicedReadList",
        "VoicedIsOnList",
        "VoicedRemoveFromList",
        "VoicedClearList",
        "VoicedLists",
    )

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

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
        name = _usual(text_of(call, "list"))
        if call.name == "read_list":
            return reading("VoicedReadList", text, {"list": name})
        items = things(text_of(call, "items"))
        if not items:
            return None
        adds = call.name == "add_to_list"
        slots: dict[str, str | int | float] = {"items": ", ".join(items), "list": name}
        understood = Understanding("VoicedAddToList" if adds else "VoicedRemoveFromList", slots, text)
        named = [Named((item,)) for item in items] + ([] if name == USUAL else [Named((name,))])
        what = f"put {_words(items)} on your {name} list" if adds else f"take {_words(items)} off your {name} list"
        return Wish(understood, call.name, tuple(named), shall(understood, what))

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        name = _name(understood)
        try:
            if understood.intent == "VoicedLists":
                return await self._all()
            if understood.intent == "VoicedAddToList":
                return await self._add(name, things(own_words(understood, "items")))
            there = await self._lists.entries(name)
            if not there:
                return Reply(f"There is nothing on your {name} list.")
            return await self._about(name, there, understood)
        except StoreFailed as error:
            raise SkillFailed("Sorry, I cannot reach your lists now.") from error

    async def _about(self, name: str, there: Sequence[Entry], understood: Understanding) -> Reply:
        match understood.intent:
            case "VoicedReadList":
                return Reply(f"On your {name} list: {_told(there)}.")
            case "VoicedClearList":
                return await self._clear(name, there, understood)
            case _:
                pass
        asked = things(own_words(understood, "items"))
        found = [entry for entry in there if any(_same(entry.text, each) for each in asked)]
        missing = [each for each in asked if not any(_same(entry.text, each) for entry in found)]
        if understood.intent == "VoicedRemoveFromList":
            await self._lists.remove([entry.id for entry in found])
        return Reply(" ".join(_sentences(name, found, missing, understood.intent == "VoicedRemoveFromList")))

    async def _all(self) -> Reply:
        found = await self._lists.all()
        if not found:
            return Reply("There is nothing on any list.")
        lists = [f"your {each.name} list with {counted(each.entries, 'entry', 'entries')}" for each in found[:TOLD]]
        return Reply(f"There is {listed(lists)}.")

    async def _add(self, name: str, new: Sequence[str]) -> Reply:
        if not new:
            return Reply(f"What shall I put on your {name} list?")
        added = await self._lists.add(name, new)
        if not added:
            return Reply(f"{_capital(_words(new))} {_is(new)} on your {name} list already.")
        return Reply(f"I put {_words([entry.text for entry in added])} on your {name} list.")

    async def _clear(self, name: str, there: Sequence[Entry], understood: Understanding) -> Reply:
        many = counted(len(there), "entry", "entries")
        if not understood.confirmed:
            meant = Understanding("VoicedClearList", {"list": name}, understood.text)
            return Reply(f"There {_is(there)} {many} on your {name} list. Remove all of it?", asks=Asks(yes=meant))
        await self._lists.remove([entry.id for entry in there])
        return Reply(f"Your {name} list is empty now.")


def things(said: str) -> list[str]:
    """Takes apart what was said in one go: "milk, eggs and some bread" are milk, eggs, bread."""
    for pair in TOGETHER:
        said = re.sub(rf"\b{pair}\b", lambda found: found[0].replace("and", _AND), said, flags=re.IGNORECASE)
    parts = (_ARTICLE.sub("", part.strip(" .!?")) for part in _BETWEEN.split(said))
    return list(dict.fromkeys(" ".join(part.split()).replace(_AND, "and") for part in parts if part))


def _name(understood: Understanding) -> str:
    return _usual(str(understood.slots.get("list", "")))


def _usual(name: str) -> str:
    said = list_name(bare(name)).removesuffix(" list")
    return SAME.get(said, said) or USUAL


def _same(one: str, other: str) -> bool:
    """Whether two texts name one thing: "Eggs" and "egg" do."""
    return _singular(one) == _singular(other)


def _singular(text: str) -> str:
    text = _ARTICLE.sub("", text).casefold()
    return text[:-2] if text.endswith("oes") else text.removesuffix("s")


def _sentences(name: str, found: Sequence[Entry], missing: Sequence[str], removed: bool) -> list[str]:  # noqa: FBT001 (what was done)
    texts = [entry.text for entry in found]
    told: list[str] = []
    if texts and removed:
        told.append(f"I took {_words(texts)} off your {name} list.")
    elif texts:
        told.append(f"Yes, {_words(texts)} {_is(texts)} on your {name} list.")
    if missing:
        told.append(f"{_capital(_words(missing))} {_is(missing)} not on your {name} list.")
    return told


def _told(entries: Sequence[Entry]) -> str:
    texts = [turned(entry.text) for entry in entries[:TOLD]]
    more = len(entries) - len(texts)
    return listed([*texts, f"{more} more"] if more else texts)


def _words(texts: Sequence[str]) -> str:
    return turned(listed(texts))


def _is(several: Sequence[object]) -> str:
    return "is" if len(several) == 1 else "are"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
