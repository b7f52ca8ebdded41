"""Looking things up: in what is remembered, and on the web where that is allowed."""

import re
from collections.abc import Sequence

from voiced.core.chat import Tool, ToolCall
from voiced.core.commonwords import COMMON
from voiced.core.ports.search import Search
from voiced.core.ports.skill import Reply, Wish
from voiced.core.privacy import most_private
from voiced.core.search import Findings, Result
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.words import own_words, short

WITHHELD = "I did not ask the web: that is too private."
FACTS = "VoicedLookUp"
"""Questions about anything: they are for this skill only where there is a web to ask."""
_WORD = re.compile(r"\w+")


class SearchSkill:
    """Searches, and tells the best of what was found with its source.

    Args:
        search: asks everybody.
        speech: puts it into words.
        words: which of them are of a talk; without any, no question is taken for one about the world.
    """

    def __init__(self, search: Search, speech: Speech = ENGLISH, words: SkillWords = NO_WORDS) -> None:
        self._search = search
        self._speech = speech
        self._talk = words.talk
        self.intents: tuple[str, ...] = ("VoicedSearch", FACTS) if search.web else ("VoicedSearch",)

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`: what is about the two who talk is in no encyclopedia."""
        words = set(_WORD.findall(str(understood.slots.get("topic", "")).casefold()))
        return understood.intent != FACTS or bool(self._talk and words - COMMON and not words & self._talk)

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        where = "the web, and what is remembered" if self._search.web else "what is remembered"
        return (tool("search", f"Search {where}, in words of the user's.", ("words",), words="string"),)

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`. What leaves the house is what the user said: a model may have read more than that."""
        said = set(_WORD.findall(text.casefold()))
        words = [word for word in _WORD.findall(text_of(call, "words")) if word.casefold() in said]
        return reading("VoicedSearch", text, {"topic": " ".join(words) or text})

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        topic = own_words(understood, "topic").rstrip("?! ")
        found = await self._search.search(topic, "web" if understood.intent == FACTS else "everywhere")
        if not found.results:
            return Reply(self._nothing(topic, found))
        best = found.results[0]
        told = f"{self._from(best)}: {short(best.text)}"
        if found.withheld == "too private":
            told = f"{self._speech.say(WITHHELD)} {told}"
        sources = tuple(dict.fromkeys(result.source for result in found.results))
        # The titles of its sources tell something, too.
        return Reply(told, sources, privacy=most_private(result.privacy for result in found.results))

    def _nothing(self, topic: str, found: Findings) -> str:
        say, topic = self._speech.say, self._speech.turned(topic)
        if found.withheld == "too private":
            return say("That is too private to be looked up on the web, and I remember nothing about it.")
        if found.failed:
            silent = self._speech.listed(sorted(found.failed))
            return say("I found nothing about {topic}: {silent} did not answer.", topic=topic, silent=silent)
        return say("I found nothing about {topic}.", topic=topic)

    def _from(self, result: Result) -> str:
        say = self._speech.say
        match result.source.kind:
            case "web":
                host = result.source.reference.partition("://")[2].partition("/")[0].removeprefix("www.")
                return say("{host} says", host=host)
            case "note" | "message":
                return say("I remember")
            case _:
                return say("In {title}", title=result.source.title or result.source.reference)
