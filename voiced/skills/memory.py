"""What is remembered: take a note, find what was said, forget it again."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.citations import source_of
from voiced.core.commonwords import content_words
from voiced.core.errors import SkillFailed, StoreFailed
from voiced.core.history import Source
from voiced.core.memories import Memory, NewMemory, Scope, mentions
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.recall import Recall
from voiced.core.ports.skill import Asks, Reply, Wish
from voiced.core.privacy import most_private
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.skillwords import NO_WORDS, SkillWords
from voiced.skills.words import own_words, short

JUST_NOW = timedelta(minutes=10)
"""How long "that" can mean what was remembered last."""
NOTES = "notes"
"""The slot with the ids of what a question named."""
TOLD = 2
"""Memories that are told: nobody listens to a list."""
CANDIDATES = 50
MOST = 1_000
"""Notes of which it is known who asked for them, at most."""
QUOTED = 3
"""Words of a note whose words elsewhere are a quotation."""
_WORD = re.compile(r"\w+")
UNREACHABLE = "Sorry, I cannot reach my memory now."


class MemorySkill:
    """Remembers, recalls and forgets.

    Args:
        knowledge: what is remembered.
        recall: finds what belongs to a topic.
        now: local time.
        space: where this box stands.
        forget: removes notes for ever, by their ids; returns how many.
        speech: puts it into words.
        words: which of them ask where something was put, and which name nothing.
    """

    intents = ("VoicedRemember", "VoicedRecall", "VoicedForgetLast", "VoicedForgetAbout")

    def __init__(
        self,
        knowledge: Knowledge,
        recall: Recall,
        now: Callable[[], datetime],
        space: str,
        forget: Callable[[Sequence[str]], Awaitable[int]],
        speech: Speech = ENGLISH,
        *,
        words: SkillWords = NO_WORDS,
    ) -> None:
        self._placing, self._nameless = words.placing, words.nameless
        self._knowledge = knowledge
        self._recall = recall
        self._now = now
        self._space = space
        self._forget = forget
        self._speech = speech

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (
            tool("recall", "Look for what the user said, noted or filed about a topic.", ("topic",), topic="string"),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        topic = text_of(call, "topic")
        return reading("VoicedRecall", text, {"topic": topic}) if topic else None

    def takes(self, understood: Understanding) -> bool:
        """See `Choosy`: "remember that" says nothing that could be kept, "forget all about it" nothing to forget."""
        if understood.intent == "VoicedForgetAbout" and "topic" in understood.slots:
            return bool(content_words(str(understood.slots["topic"])))
        said = _WORD.findall(str(understood.slots.get("text", "")).casefold())
        return understood.intent != "VoicedRemember" or not self._nameless.issuperset(said)

    async def answer(self, understood: Understanding) -> Reply:
        """See `Skill`."""
        topic = str(understood.slots.get("topic", ""))
        try:
            match understood.intent:
                case "VoicedRemember":
                    return await self._remember(own_words(understood, "text"), understood.message)
                case "VoicedRecall":
                    return await self._tell(topic, mine=understood.slots.get("whose") == "mine")
                case "VoicedForgetLast":
                    return await self._forget_last()
                case _:
                    return await (self._forget_found if understood.confirmed else self._look_for)(understood)
        except StoreFailed as error:
            raise SkillFailed(UNREACHABLE) from error

    async def recollect(self, question: str) -> Reply | None:
        """Tells the note that has all words of a question that nobody else answers; None where there is none.

        One word is enough to ask where something is; whatever else is asked takes two.
        """
        placing = self._placing.intersection(_WORD.findall(question.casefold()))
        wanted = content_words(" ".join(word for word in _WORD.findall(question) if word.casefold() not in placing))
        if len(wanted) < (1 if placing else 2):
            return None
        try:
            found = await self._knowledge.search(question, Scope(kinds=["note"]), CANDIDATES)
        except StoreFailed:
            return None
        notes = (hit.memory for hit in found if wanted < content_words(hit.memory.text))
        note = next(notes, None)
        return Reply(self._told(note), (source_of(note),), privacy=note.privacy) if note else None

    async def _remember(self, text: str, message: str) -> Reply:
        # Who forgets what was said forgets the note, too.
        source = Source("message", message) if message else None
        new = NewMemory(text=text, at=self._now().timestamp(), space=self._space, source=source)
        (note,) = await self._knowledge.add([new])
        return Reply(self._speech.say("I will remember: {text}", text=self._said(text)), privacy=note.privacy)

    async def _tell(self, topic: str, *, mine: bool) -> Reply:
        scope = Scope(kinds=["note", "message"]) if mine else Scope()
        told = [hit.memory for hit in await self._recall.find(topic, scope, mine=mine)][:TOLD]
        if not told:
            return Reply(self._speech.say("I remember nothing about {topic}.", topic=self._speech.turned(topic)))
        words, sources = " ".join(self._told(memory) for memory in told), tuple(source_of(memory) for memory in told)
        return Reply(words, sources, privacy=most_private(memory.privacy for memory in told))

    def _told(self, memory: Memory) -> str:
        say = self._speech.say
        if memory.kind == "document":
            return say("In {title}: {text}", title=source_of(memory).title, text=short(memory.text))
        now = self._now()
        when = self._speech.past_moment(datetime.fromtimestamp(memory.at, now.tzinfo), now)
        when = when[0].upper() + when[1:]
        if memory.role == "assistant":
            return say("{when} I said: {text}", when=when, text=short(memory.text))
        if memory.kind == "note":
            return say("{when} you told me to remember: {text}", when=when, text=self._said(memory.text))
        return say("{when} you said: {text}", when=when, text=self._said(memory.text))

    async def _forget_last(self) -> Reply:
        since = (self._now() - JUST_NOW).timestamp()
        notes = (await self._knowledge.find(Scope(kinds=["note"], space=self._space, since=since), 1)).items
        if not notes:
            return Reply("")  # "Forget that" is what people say instead of "never mind", too.
        await self._forget(await self._with_talk(notes[:1]))
        return Reply(self._speech.say("Forgotten."))  # Its words would be kept again, as an answer.

    async def _look_for(self, understood: Understanding) -> Reply:
        """What is to be forgotten has every word of the topic: what only means about the same stays."""
        topic = str(understood.slots.get("topic", ""))
        found = await self._knowledge.search(topic, Scope(kinds=["note"]), CANDIDATES)
        notes = [hit.memory for hit in found if mentions(hit.memory, topic)]
        if not notes:
            return Reply(self._speech.say("I have no note about {topic}.", topic=self._speech.turned(topic)))
        meant = replace(understood, slots={NOTES: " ".join(note.id for note in notes)})
        question = self._speech.counted(
            len(notes),
            "I have {count} note about it, such as: {text} Shall I forget it?",
            "I have {count} notes about it, such as: {text} Shall I forget them all?",
            text=self._said(notes[0].text),
        )
        return Reply(question, asks=Asks(yes=meant), privacy=most_private(note.privacy for note in notes))

    async def _forget_found(self, understood: Understanding) -> Reply:
        ids = str(understood.slots.get(NOTES, "")).split()
        notes = [note for note in (await self._knowledge.find(Scope(kinds=["note"]), MOST)).items if note.id in ids]
        if not await self._forget(list({*ids, *await self._with_talk(notes)})):
            return Reply(self._speech.say("Nothing forgotten."))
        return Reply(self._speech.counted(len(ids), "{count} note forgotten.", "{count} notes forgotten."))

    async def _with_talk(self, notes: Sequence[Memory]) -> list[str]:
        """The ids of notes, of the messages that asked for them, and of whatever quotes them since."""
        found: list[str] = []
        for note in notes:
            asked = [note.source.reference] if note.source and note.source.kind == "message" else []
            quotes = (note.text.casefold(), self._said(note.text).casefold().rstrip("."))
            hits = await self._knowledge.search(note.text, Scope(kinds=["message"]), CANDIDATES)
            said = [hit.memory for hit in hits if len(note.text.split()) >= QUOTED]
            found += [note.id, *asked]
            found += [each.id for each in said if any(quote in each.text.casefold() for quote in quotes)]
        return list(dict.fromkeys(found))

    def _said(self, text: str) -> str:
        return short(self._speech.turned(text))
