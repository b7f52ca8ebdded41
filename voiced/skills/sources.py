"""Where the last answer came from."""

from collections.abc import Callable
from datetime import datetime

from voiced.core.errors import NotFound, SkillFailed, StoreFailed
from voiced.core.history import Source
from voiced.core.ports.conversations import Conversations
from voiced.core.ports.knowledge import Knowledge
from voiced.core.ports.skill import Reply
from voiced.core.speech import Speech
from voiced.core.speech_en import ENGLISH
from voiced.core.types import Understanding

RECENT = 20
"""Messages that are looked through for the last answer."""
TOLD = 3


class SourcesSkill:
    """Says what the last answer rests on.

    Args:
        conversations: where answers are kept with their sources.
        knowledge: what is remembered.
        now: local time.
        space: where this box stands.
        speech: puts it into words.
    """

    intents = ("VoicedSources",)

    def __init__(
        self,
        conversations: Conversations,
        knowledge: Knowledge,
        now: Callable[[], datetime],
        space: str,
        speech: Speech = ENGLISH,
    ) -> None:
        self._conversations = conversations
        self._knowledge = knowledge
        self._now = now
        self._space = space
        self._speech = speech

    async def answer(self, understood: Understanding) -> Reply:  # noqa: ARG002 (there is one thing to do)
        """See `Skill`."""
        try:
            said = (await self._conversations.recent(RECENT, space=self._space)).items
            last = next((each for each in said if each.role == "assistant" and each.mode != "announcement"), None)
            if last is None:
                return Reply(self._speech.say("I have not said anything yet."))
            if not last.sources:
                return Reply(self._speech.say("I did not take that from anything that I remember."))
            told = [await self._tell(source) for source in last.sources[:TOLD]]
        except StoreFailed as error:
            raise SkillFailed("Sorry, I cannot reach my memory now.") from error
        # Asked again, it is still what the answer before rests on.
        words = self._speech.say("From {sources}.", sources=self._speech.listed(told))
        return Reply(words, tuple(last.sources), privacy=last.privacy)

    async def _tell(self, source: Source) -> str:
        if source.kind not in ("note", "message"):
            return source.title or source.reference
        say = self._speech.say
        try:
            memory = await self._knowledge.get(source.reference)
        except NotFound:
            return say("something that was forgotten since")
        now = self._now()
        when = self._speech.past_moment(datetime.fromtimestamp(memory.at, now.tzinfo), now)
        if memory.kind == "note":
            return say("your note {when}, “{title}”", when=when, title=source.title)
        if memory.role == "assistant":
            return say("what I said {when}, “{title}”", when=when, title=source.title)
        return say("what you said {when}, “{title}”", when=when, title=source.title)
