"""What is remembered: take a note, find what was said, forget it again."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from voiced.core.chat import Tool, ToolCall
from voiced.core.citations import source_of
from voiced.core.errors import SkillFailed, StoreFailed
from voiced.core.history import Source
from voiced.core.memories import Memory, NewMemory, Scope, mentions
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.recall import Recall
from voiced.core.ports.skill import Asks, Reply, Wish
from voiced.core.speech import counted, past_moment, turned
from voiced.core.types import Understanding
from voiced.skills.offering import reading, text_of, tool
from voiced.skills.words import own_words

JUST_NOW = timedelta(minutes=10)
"""How long "that" can mean what was remembered last."""
NOTES = "notes"
"""The slot with the ids of what a question named."""
TOLD = 2
"""Memories that are told: nobody listens to a list."""
LONGEST = 300
"""Characters of each that are told."""
CANDIDATES = 50
UNREACHABLE = "Sorry, I cannot reach my memory now."


class MemorySkill:
    """Remembers, recalls and forgets.

    Args:
        knowledge: what is remembered.
        recall: finds what belongs to a topic.
        now: local time.
        space: where this box stands.
        forget: removes notes for ever, by their ids; returns how many.
    """

    intents = ("VoicedRemember", "VoicedRecall", "VoicedForgetLast", "VoicedForgetAbout")

    def __init__(
        self,
        knowledge: Knowledge,
        recall: Recall,
        now: Callable[[], datetime],
        space: str,
        forget: Callable[[Sequence[str]], Awaitable[int]],
    ) -> None:
        self._knowledge = knowledge
        self._recall = recall
        self._now = now
        self._space = space
        self._forget = forget

    def tools(self) -> Sequence[Tool]:
        """See `Offering`."""
        return (
            tool("recall", "Look for what the user said, noted or filed about a topic.", ("topic",), topic="string"),
        )

    def wish(self, call: ToolCall, text: str) -> Wish | None:
        """See `Offering`."""
        topic = text_of(call, "topic")
        return reading("VoicedRecall", text, {"topic": topic}) if topic else None

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

    async def _remember(self, text: str, message: str) -> Reply:
        # Who forgets what was said forgets the note, too.
        source = Source("message", message) if message else None
        new = NewMemory(text=text, at=self._now().timestamp(), space=self._space, source=source)
        await self._knowledge.add([new])
        return Reply(f"I will remember: {_said(text)}")

    async def _tell(self, topic: str, *, mine: bool) -> Reply:
        scope = Scope(kinds=["note", "message"]) if mine else Scope()
        found = [hit.memory for hit in await self._recall.recall(topic, scope)]
        told = [memory for memory in found if memory.role != "assistant" or not mine][:TOLD]
        if not told:
            return Reply(f"I remember nothing about {turned(topic)}.")
        return Reply(" ".join(self._told(memory) for memory in told), tuple(source_of(memory) for memory in told))

    def _told(self, memory: Memory) -> str:
        if memory.kind == "document":
            return f"In {source_of(memory).title}: {_short(memory.text)}"
        now = self._now()
        when = past_moment(datetime.fromtimestamp(memory.at, now.tzinfo), now)
        if memory.role == "assistant":
            return f"{when[0].upper()}{when[1:]} I said: {_short(memory.text)}"
        told = "you told me to remember" if memory.kind == "note" else "you said"
        return f"{when[0].upper()}{when[1:]} {told}: {_said(memory.text)}"

    async def _forget_last(self) -> Reply:
        since = (self._now() - JUST_NOW).timestamp()
        notes = (await self._knowledge.find(Scope(kinds=["note"], space=self._space, since=since), 1)).items
        if not notes:
            return Reply("")  # "Forget that" is what people say instead of "never mind", too.
        await self._forget([notes[0].id])
        return Reply("Forgotten.")  # Its words would be kept again, as an answer.

    async def _look_for(self, understood: Understanding) -> Reply:
        """What is to be forgotten has every word of the topic: what only means about the same stays."""
        topic = str(understood.slots.get("topic", ""))
        found = await self._knowledge.search(topic, Scope(kinds=["note"]), CANDIDATES)
        notes = [hit.memory for hit in found if mentions(hit.memory, topic)]
        if not notes:
            return Reply(f"I have no note about {turned(topic)}.")
        them = "it" if len(notes) == 1 else "them all"
        meant = replace(understood, slots={NOTES: " ".join(note.id for note in notes)})
        return Reply(f"I have {_list(notes)} Shall I forget {them}?", asks=Asks(yes=meant))

    async def _forget_found(self, understood: Understanding) -> Reply:
        gone = await self._forget(str(understood.slots.get(NOTES, "")).split())
        return Reply(f"{counted(gone, 'note') or 'Nothing'} forgotten.")


def _list(notes: Sequence[Memory]) -> str:
    return f"{counted(len(notes), 'note')} about it, such as: {_said(notes[0].text)}"


def _said(text: str) -> str:
    return _short(turned(text))


def _short(text: str) -> str:
    """As a sentence that is not too long to listen to."""
    text = " ".join(text.split())
    text = text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"
    return text if text[-1:] in (".", "!", "?", "…") else f"{text}."
